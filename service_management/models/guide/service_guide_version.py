from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError

from ...tools.guides import count_left, find_problems, outline


class ServiceGuideVersion(models.Model):
    """The questions of a guide. Those in force are not changed: nobody loses the ground while asking."""
    _name = 'service.guide.version'
    _description = "Version of a Troubleshooting Guide"
    _inherit = ['service.version.mixin']
    _order = 'guide_id, number desc'
    _check_company_auto = True
    _versioned = 'guide_id'

    guide_id = fields.Many2one(
        comodel_name='service.guide', required=True, index=True, ondelete='cascade')
    company_id = fields.Many2one(related='guide_id.company_id', store=True, index=True)
    step_ids = fields.One2many(
        comodel_name='service.guide.step', inverse_name='version_id', string="Steps")
    outline = fields.Html(compute='_compute_outline', sanitize=False)

    _one_in_force = models.UniqueIndex(
        "(guide_id) WHERE state = 'in_force'", "Another version is in force already.")
    _one_draft = models.UniqueIndex(
        "(guide_id) WHERE state = 'draft'", "There is a draft of the next version already.")
    _unique_number = models.UniqueIndex(
        '(guide_id, number)', "There is a version with this number already.")

    @api.depends(
        'step_ids.name', 'step_ids.sequence', 'step_ids.kind', 'step_ids.answer_ids.next_step_id',
        'step_ids.answer_ids.sequence', 'step_ids.answer_ids.name')
    @api.depends_context('lang')
    def _compute_outline(self):
        for version in self:
            problems = {}
            for kind, step in version._find_problems():
                problems.setdefault(step, []).append(version._describe_problem(kind))
            rows = [
                (depth, step, answer is not None and parent.answer_ids[answer], is_shown)
                for depth, step, answer, is_shown, parent in version._get_rows()]
            rows += [
                (0, step, False, False) for step in version._get_steps()
                if step not in {row[1] for row in rows}]
            version.outline = Markup().join(
                Markup('<div style="padding-left: %srem">%s%s%s</div>') % (
                    depth * 1.5,
                    Markup('<span class="text-muted">%s → </span>') % answer.display_name
                    if answer else '',
                    Markup('<i>%s</i>') % step.display_name if is_shown else step.display_name,
                    Markup(' <span class="text-danger">%s</span>') % ' '.join(problems[step])
                    if step in problems and not is_shown else '')
                for depth, step, answer, is_shown in rows)

    def _get_rows(self):
        """Return the rows of the outline of one version, each with the step that leads there."""
        above, rows = [], []
        for depth, step, answer, is_shown in outline(self._get_leads()):
            rows.append((depth, step, answer, is_shown, above[depth - 1] if depth else step))
            above[depth:] = [step]
        return rows

    def _get_leads(self):
        """Return {step: [the step that each of its answers leads to, or None]} of one version."""
        self.ensure_one()
        steps = list(self._get_steps())
        known = {step._origin or step: step for step in steps}
        for step in steps:
            # While a form is edited, an answer may lead to a step that it does not list yet.
            for following in step.answer_ids.next_step_id:
                if (following._origin or following) not in known:
                    known[following._origin or following] = following
                    steps.append(following)
        return {
            step: [
                known.get(answer.next_step_id._origin or answer.next_step_id)
                for answer in step.answer_ids]
            for step in steps}

    def _get_steps(self):
        """Return the steps of one version as they are listed, new ones last; the first one begins."""
        self.ensure_one()
        return self.step_ids.sorted(lambda step: (step.sequence, step._origin.id or float('inf')))

    def _find_problems(self):
        """Return what keeps one version from being used, as `tools.guides.find_problems` does."""
        return find_problems(
            self._get_leads(), set(self.step_ids.filtered(lambda step: step.kind == 'result')))

    def _describe_problem(self, kind):
        """Return a problem of a step in words."""
        return {
            'open': self.env._("An answer leads nowhere yet."),
            'silent': self.env._("It has no answers yet."),
            'unreached': self.env._("No answer leads here."),
            'circle': self.env._("It leads back to itself."),
        }[kind]

    def _ensure_complete(self):
        """:raise UserError: if one version has no steps, or does not end, whatever is answered"""
        super()._ensure_complete()
        if not self.step_ids:
            raise UserError(self.env._(
                "%s has no steps. Enter what is asked first.", self.display_name))
        if problems := self._find_problems():
            raise UserError(self.env._(
                "%(version)s does not lead to a result yet. Mend these steps first:\n%(steps)s",
                version=self.display_name, steps='\n'.join(
                    f'• {step.display_name}: {self._describe_problem(kind)}'
                    for kind, step in problems)))

    def _copy_lines(self, target):
        """Give another version the steps of one."""
        self.ensure_one()
        copies = {step: step.copy({'version_id': target.id}) for step in self.step_ids}
        for step, copied in copies.items():
            copied.answer_ids = [
                fields.Command.clear(), *(
                    fields.Command.create(
                        answer._prepare_copy(copies.get(answer.next_step_id)))
                    for answer in step.answer_ids)]
            for answer, other in zip(step.answer_ids, copied.answer_ids, strict=True):
                if words := answer._fields['name']._get_stored_translations(answer):
                    other.update_field_translations('name', words)
        return super()._copy_lines(target)

    def _count_left(self):
        """Return {step: how many answers it takes at most until the end} of one version in force."""
        return count_left(self._get_leads())

from odoo import api, fields, models
from odoo.exceptions import ValidationError


class ServiceGuideAnswer(models.Model):
    """What a step can be answered by, and where that leads."""
    _name = 'service.guide.answer'
    _description = "Answer of a Troubleshooting Guide"
    _inherit = ['service.version.content.mixin']
    _order = 'step_id, sequence, id'

    step_id = fields.Many2one(
        comodel_name='service.guide.step', required=True, index=True, ondelete='cascade')
    version_id = fields.Many2one(related='step_id.version_id')
    company_id = fields.Many2one(related='step_id.company_id')
    sequence = fields.Integer(default=10)
    value = fields.Selection(
        selection=[
            ('yes', "Yes"), ('no', "No"), ('choice', "Choice"), ('below', "Below"),
            ('within', "Within the Limits"), ('above', "Above"), ('next', "Done")],
        required=True, default='choice')
    name = fields.Char(string="Answer", translate=True, help="What is chosen.")
    next_step_id = fields.Many2one(
        comodel_name='service.guide.step', string="Leads To", index='btree_not_null',
        ondelete='set null', domain="[('version_id', '=', version_id), ('id', '!=', step_id)]",
        help="The step after this answer. Enter a new question to add it to the guide.")

    @api.depends('name', 'value', 'step_id.kind', 'step_id.limits', 'step_id.limit_low',
                 'step_id.limit_high', 'step_id.unit')
    @api.depends_context('lang')
    def _compute_display_name(self):
        labels = dict(self._fields['value']._description_selection(self.env))
        for answer in self:
            answer.display_name = answer.name or answer._describe() or labels.get(answer.value)

    def _describe(self):
        """Return which numbers one answer stands for, in words, or nothing where it stands for none."""
        self.ensure_one()
        step = self.step_id
        if self.value == 'below':
            return self.env._("below %s", step._format_number(step.limit_low))
        if self.value == 'above':
            return self.env._("above %s", step._format_number(step.limit_high))
        if self.value == 'within':
            return step.limit_text or self.env._("any number")
        return False

    def _get_versions(self):
        return self.step_id.version_id

    @api.constrains('value', 'name')
    def _check_name(self):
        for answer in self:
            if answer.value == 'choice' and not (answer.name or '').strip():
                raise ValidationError(self.env._(
                    "An answer of “%s” has no words. Enter what can be chosen.", answer.step_id.name))

    @api.constrains('next_step_id', 'step_id')
    def _check_next_step(self):
        for answer in self.filtered('next_step_id'):
            if answer.next_step_id.version_id != answer.step_id.version_id:
                raise ValidationError(self.env._(
                    "“%(answer)s” leads to a step of another version. Choose one of this version.",
                    answer=answer.display_name))

    def _prepare_copy(self, next_step):
        """Return the values of a copy of one answer that leads to another step, or to none."""
        self.ensure_one()
        return {
            'value': self.value, 'name': self.name, 'sequence': self.sequence,
            'next_step_id': next_step and next_step.id}

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Command

KINDS = [
    ('yes_no', "Yes or No"),
    ('choice', "Choice"),
    ('number', "Number"),
    ('instruction', "Instruction"),
    ('result', "Result"),
]


class ServiceGuideStep(models.Model):
    """A question of a guide, something to do, or what it leads to in the end."""
    _name = 'service.guide.step'
    _description = "Step of a Troubleshooting Guide"
    _inherit = ['service.version.content.mixin', 'service.reading.mixin']
    _order = 'version_id, sequence, id'
    _check_company_auto = True

    version_id = fields.Many2one(
        comodel_name='service.guide.version', required=True, index=True, ondelete='cascade')
    version_state = fields.Selection(related='version_id.state', string="State of the Version")
    company_id = fields.Many2one(related='version_id.company_id')
    sequence = fields.Integer(default=10)
    name = fields.Char(
        string="Question", required=True, translate=True,
        help="What is asked or done, or what is found in the end. The first step of the list begins.")
    kind = fields.Selection(selection=KINDS, string="Answer", required=True, default='yes_no')
    description = fields.Html(
        string="How To", translate=True, help="How it is looked at, measured or done.")
    picture = fields.Image(max_width=1920, max_height=1920)
    limits = fields.Selection(help="Numbers below and above have answers of their own.")
    answer_ids = fields.One2many(
        comodel_name='service.guide.answer', inverse_name='step_id', string="Answers",
        compute='_compute_answer_ids', store=True, readonly=False)
    number = fields.Integer(string="No.", compute='_compute_number', aggregator=None)
    answer_text = fields.Char(string="Leads To", compute='_compute_answer_text')

    # What a result proposes
    symptom_id = fields.Many2one(
        comodel_name='service.symptom', check_company=True, index='btree_not_null', ondelete='restrict')
    diagnosis_id = fields.Many2one(
        comodel_name='service.diagnosis', check_company=True, index='btree_not_null', ondelete='restrict')
    resolution_id = fields.Many2one(
        comodel_name='service.resolution', check_company=True, index='btree_not_null',
        ondelete='restrict')
    line_set_ids = fields.Many2many(
        comodel_name='service.line.set', string="Line Sets", check_company=True, ondelete='restrict',
        help="Hours and parts that are planned.")
    skill_ids = fields.Many2many(
        comodel_name='hr.skill', string="Skills", ondelete='restrict',
        help="Whoever comes for it needs them, at any level.")
    order_type_id = fields.Many2one(
        comodel_name='service.order.type', check_company=True, index='btree_not_null',
        ondelete='restrict', help="What the order becomes, as long as its work has not begun.")

    @api.depends('version_id.step_ids.sequence')
    def _compute_number(self):
        for step in self:
            steps = step.version_id._get_steps() if step.version_id else step
            step.number = next(
                (number for number, other in enumerate(steps, start=1) if other == step), 0)

    @api.depends('name', 'number')
    @api.depends_context('lang')
    def _compute_display_name(self):
        for step in self:
            step.display_name = f'{step.number}. {step.name}' if step.number else step.name

    @api.depends('kind', 'answer_ids.next_step_id', 'answer_ids.name')
    @api.depends_context('lang')
    def _compute_answer_text(self):
        for step in self:
            step.answer_text = ' · '.join(
                f"{answer.display_name} → {answer.next_step_id.number or '?'}"
                for answer in step.answer_ids)

    @api.depends('kind', 'limits')
    def _compute_answer_ids(self):
        """Give each step the answers that its kind has; those that people enter are of choices."""
        for step in self:
            wanted = step._get_values()
            known = step.answer_ids.mapped('value')
            step.answer_ids = [
                *(Command.delete(answer.id) for answer in step.answer_ids
                  if answer.value not in wanted),
                *(Command.create({'value': value, 'sequence': position})
                  for position, value in enumerate(wanted)
                  if value not in known and value != 'choice')]

    def _get_values(self):
        """Return what one step can be answered by."""
        self.ensure_one()
        bands = {'low': ['below', 'within'], 'high': ['within', 'above']}
        return {
            'yes_no': ['yes', 'no'],
            'choice': ['choice'],
            'number': bands.get(self.limits) or (['below', 'within', 'above'] if self.limits else ['within']),
            'instruction': ['next'],
        }.get(self.kind, [])

    @api.constrains('kind', 'answer_ids')
    def _check_answers(self):
        for step in self:
            if strange := step.answer_ids.filtered(
                    lambda answer, step=step: answer.value not in step._get_values())[:1]:
                raise ValidationError(self.env._(
                    "“%(step)s” cannot be answered by “%(answer)s”. Choose another kind of answer, or"
                    " delete it.", step=step.name, answer=strange.display_name))

    @api.model
    def name_create(self, name):
        """Make the step that an answer leads to, as a question after all others."""
        version = self.env['service.guide.version'].browse(self.env.context.get('default_version_id'))
        step = self.create({
            'name': name, 'sequence': max(version.step_ids.mapped('sequence'), default=0) + 10})
        return step.id, step.display_name

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import formatLang

KINDS = [
    ('yes_no', "Yes or No"),
    ('number', "Number"),
    ('choice', "Choice"),
    ('text', "Text"),
    ('photo', "Photo"),
]
LIMITS = [('low', "At Least"), ('high', "At Most"), ('both', "Between")]


class ServiceQuestionMixin(models.AbstractModel):
    """What is asked in a checklist: of every order with a task, or of one order."""
    _name = 'service.question.mixin'
    _description = "Question of a Checklist"

    name = fields.Char(string="Question", required=True, translate=True)
    sequence = fields.Integer(default=10)
    kind = fields.Selection(
        selection=KINDS, string="Answer", required=True, default='yes_no',
        help="What the technician enters.")
    is_required = fields.Boolean(
        string="Required", help="The order is not signed off before it is answered.")
    is_for_customer = fields.Boolean(
        string="For the Customer", default=True,
        help="Printed on the work receipt, and shown in the portal once the work is done.")
    unit = fields.Char(translate=True, help="What numbers are measured in, as bar or °C.")
    limits = fields.Selection(
        selection=LIMITS, help="Numbers beyond are taken, shown in red, and ask for a remark.")
    limit_low = fields.Float(string="Lower Limit", digits=(16, 4), min_display_digits=1)
    limit_high = fields.Float(string="Upper Limit", digits=(16, 4), min_display_digits=1)
    limit_text = fields.Char(string="Range", compute='_compute_limit_text')
    choices = fields.Text(translate=True, help="What can be chosen: a line for each.")

    @api.depends('limits', 'limit_low', 'limit_high', 'unit')
    @api.depends_context('lang')
    def _compute_limit_text(self):
        for question in self:
            question.limit_text = question._describe_limits()

    def _describe_limits(self):
        """Return between which numbers the answer of one question should be, in words."""
        self.ensure_one()
        # Of two numbers, the second one names the unit.
        low = self._format_number(self.limit_low, has_unit=self.limits == 'low')
        values = {'low': low, 'high': self._format_number(self.limit_high)}
        return {
            'low': lambda: self.env._("at least %(low)s", **values),
            'high': lambda: self.env._("at most %(high)s", **values),
            'both': lambda: self.env._("%(low)s to %(high)s", **values),
        }[self.limits]() if self.kind == 'number' and self.limits else False

    def _format_number(self, number, has_unit=True):
        """Return a number of one question as its reader writes it, with the unit or without."""
        self.ensure_one()
        text = formatLang(self.env, number, digits=4)
        point = formatLang(self.env, 0.5, digits=1)[1:-1]
        if point in text:
            text = text.rstrip('0').removesuffix(point)
        return f'{text} {self.unit}' if self.unit and has_unit else text

    def _get_choices(self):
        """Return what can be chosen as the answer of one question."""
        self.ensure_one()
        return [line.strip() for line in (self.choices or '').splitlines() if line.strip()]

    def _copy_words(self, other):
        """Give another question the words of one in all languages."""
        self.ensure_one()
        for name in ('name', 'unit', 'choices'):
            if words := self._fields[name]._get_stored_translations(self):
                other.update_field_translations(name, words)

    @api.constrains('kind', 'choices', 'limits', 'limit_low', 'limit_high')
    def _check_question(self):
        for question in self:
            if question.kind == 'choice' and not question._get_choices():
                raise ValidationError(self.env._(
                    "“%s” has nothing to choose from. Enter its choices, a line for each.",
                    question.name))
            if question.limits == 'both' and question.limit_low > question.limit_high:
                raise ValidationError(self.env._(
                    "The lower limit of “%s” is above the upper one. Correct the limits.",
                    question.name))

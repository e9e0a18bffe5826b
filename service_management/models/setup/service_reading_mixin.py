from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import formatLang

from ...tools.guides import read_band

LIMITS = [('low', "At Least"), ('high', "At Most"), ('both', "Between")]


class ServiceReadingMixin(models.AbstractModel):
    """What is asked for a number that has limits; a model says in `kind` what it asks for."""
    _name = 'service.reading.mixin'
    _description = "Reading"

    unit = fields.Char(translate=True, help="What numbers are measured in, as bar or °C.")
    limits = fields.Selection(
        selection=LIMITS, help="Numbers beyond are taken, shown in red, and ask for a remark.")
    limit_low = fields.Float(string="Lower Limit", digits=(16, 4), min_display_digits=1)
    limit_high = fields.Float(string="Upper Limit", digits=(16, 4), min_display_digits=1)
    limit_text = fields.Char(string="Range", compute='_compute_limit_text')

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

    def _get_band(self, number):
        """Return where a number lies between the limits of one question: 'below', 'within' or 'above'."""
        self.ensure_one()
        return read_band(number, self.limits, self.limit_low, self.limit_high)

    @api.constrains('limits', 'limit_low', 'limit_high')
    def _check_limits(self):
        for question in self:
            if question.limits == 'both' and question.limit_low > question.limit_high:
                raise ValidationError(self.env._(
                    "The lower limit of “%s” is above the upper one. Correct the limits.",
                    question.name))

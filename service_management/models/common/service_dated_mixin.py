from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import format_date


class ServiceDatedMixin(models.AbstractModel):
    """Dates that people enter lie near enough to mean something: a slip of the pen is refused.

    Without it one visit in the year 2226 makes every list expand two centuries of calendars.
    """
    _name = 'service.dated.mixin'
    _inherit = ['service.guarded.mixin']
    _description = "Dates Within Reach"

    #: how many years from today dates may lie, before and after it
    _date_years = 10

    @api.model_create_multi
    def create(self, vals_list):
        """Refuse dates out of reach."""
        for vals in (self._get_context_defaults(), *vals_list):
            self._ensure_entries(vals)
            self._ensure_dates_in_reach(vals)
        return super().create(vals_list)

    def write(self, vals):
        """Refuse dates out of reach; those that are there already may stay."""
        self._ensure_entries(vals)
        self._ensure_dates_in_reach(vals)
        return super().write(vals)

    def onchange(self, values, field_names, fields_spec):
        """Refuse dates out of reach before forms compute by them."""
        self._ensure_changes_in_reach(
            {name: values[name] for name in field_names if name in values})
        return super().onchange(values, field_names, fields_spec)

    @api.model
    def _ensure_changes_in_reach(self, values):
        """Refuse dates out of reach in what a form has changed, lines within it included."""
        self._ensure_entries({
            name: value for name, value in values.items() if not isinstance(value, str)})
        self._ensure_dates_in_reach(values)
        for name, commands in values.items():
            field = self._fields.get(name)
            lines = field and field.type == 'one2many' and self.env[field.comodel_name]
            if hasattr(lines, '_ensure_changes_in_reach'):
                for _code, _line_id, line_values in filter(
                        lambda command: len(command) > 2 and isinstance(command[2], dict),
                        commands or ()):
                    lines._ensure_changes_in_reach(line_values)

    @api.model
    def _ensure_dates_in_reach(self, vals):
        """:raise ValidationError: if a date that is written lies out of reach"""
        today = self.env.company._get_service_today()
        years = relativedelta(years=self._date_years)
        for name, value in vals.items():
            field = self._fields.get(name)
            if not value or not field or field.type not in ('date', 'datetime'):
                continue
            if not today - years <= fields.Date.to_date(value) <= today + years:
                raise ValidationError(self.env._(
                    "%(date)s is out of reach for “%(field)s”. Enter a date between %(first)s and"
                    " %(last)s.",
                    date=str(value), field=field._description_string(self.env),
                    first=format_date(self.env, today - years),
                    last=format_date(self.env, today + years)))

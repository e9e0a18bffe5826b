from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import format_date


class ServiceDatedMixin(models.AbstractModel):
    """Dates that people enter lie near enough to mean something: a slip of the pen is refused.

    Without it one visit in the year 2226 makes every list expand two centuries of calendars.
    """
    _name = 'service.dated.mixin'
    _description = "Dates Within Reach"

    #: how many years from today dates may lie, before and after it
    _date_years = 10

    @api.model_create_multi
    def create(self, vals_list):
        """Refuse dates out of reach."""
        for vals in vals_list:
            self._ensure_dates_in_reach(vals)
        return super().create(vals_list)

    def write(self, vals):
        """Refuse dates out of reach; those that are there already may stay."""
        self._ensure_dates_in_reach(vals)
        return super().write(vals)

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

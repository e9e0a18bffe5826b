from collections import defaultdict
from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain

from ...tools.clock import local_day


class ResCompany(models.Model):
    """What day it is: rules of a company go by the day where it is, whoever looks from wherever."""
    _inherit = 'res.company'

    service_hides_first_steps = fields.Boolean(
        string="First Steps Dismissed", readonly=True,
        help="The overview leaves the panel of first steps out until it is called back.")

    def _get_service_timezone(self):
        """Return the name of the time zone that the days of one company are in.

        Of none, it is that of the company that is looked from.
        """
        company = self or self.env.company
        company.ensure_one()
        # What day it is somewhere is no secret of the calendar.
        return company.sudo().resource_calendar_id.tz or 'UTC'

    def _get_service_today(self):
        """Return today's date where one company is: what is in force, due or expired is decided by it.

        The day of whoever looks differs from it abroad, and a job has none.
        """
        return local_day(fields.Datetime.now(), self._get_service_timezone())

    @api.model
    def _get_todays(self):
        """Return {company: today's date where it is} of all companies."""
        companies = self.sudo().with_context(active_test=False).search([])  # pylint: disable=no-search-all
        return {company: company._get_service_today() for company in companies}

    @api.model
    def _get_today_domain(
            self, field, operator, company_field='company_id', days=0, todays=None):
        """Return the domain of records by a date and today's, as it is where their company is.

        :param str field: name of the field of the date
        :param str operator: how the date compares with today
        :param str company_field: name of the field of the company
        :param int days: how many days after today's the date is compared with
        :param todays: what `_get_todays` returned, where several dates are compared
        """
        ids_by_day = defaultdict(list)
        for company, day in (todays or self._get_todays()).items():
            ids_by_day[day].append(company.id)
        if len(ids_by_day) == 1:
            return Domain(field, operator, min(ids_by_day) + timedelta(days=days))
        return Domain.OR(
            Domain(field, operator, day + timedelta(days=days)) & Domain(company_field, 'in', ids)
            for day, ids in ids_by_day.items())

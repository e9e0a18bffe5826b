from datetime import timedelta

import pytz

from odoo import fields, models

from ...tools.spans import hull_of_days

#: Who reads zones. A field of a core model that leads to ours is for nobody else: reading the whole
#: record would fail for people of other apps.
SERVICE_READERS = (
    'service_management.service_management_group_technician,account.group_account_invoice,'
    'sales_team.group_sale_salesman')


class HrEmployee(models.Model):
    _inherit = 'hr.employee'

    # Both have a twin on hr.employee.public: planners are no HR officers.
    service_team_id = fields.Many2one(
        comodel_name='service.team', check_company=True,
        index='btree_not_null', tracking=True,
        help="Makes the employee a technician with a column on the dispatch board.")
    service_zone_ids = fields.Many2many(
        comodel_name='service.zone', relation='hr_employee_service_zone_rel',
        column1='employee_id', column2='zone_id', string="Service Zones", check_company=True,
        help="Planning warns of visits in other zones. Empty means every zone.",
        ondelete='restrict', condition=True, context={'active_test': False},
        groups=SERVICE_READERS)

    def _get_working_spans(self, start, end):
        """Return two mappings {employee id: [(start, end)]}: working hours, and those without leave.

        Spans are sorted and aware, in the employees' own time zones. Who works whenever there is
        work, or has no calendar, is in neither. Calendars are HR's: call it in sudo.

        :param start: naive UTC datetime
        :param end: naive UTC datetime
        """
        start, end = pytz.utc.localize(start), pytz.utc.localize(end)
        opening, present = {}, {}
        for calendar, group in self.grouped('resource_calendar_id').items():
            bound = group.filtered(lambda employee: not employee.resource_id._is_fully_flexible())
            if not calendar or not bound:
                continue
            for spans, found in (
                (opening, calendar._attendance_intervals_batch(start, end, bound.resource_id)),
                (present, calendar._work_intervals_batch(start, end, bound.resource_id)),
            ):
                spans.update({
                    employee.id: [item[:2] for item in found[employee.resource_id.id]]
                    for employee in bound})
        return opening, present

    def _get_working_days(self, start, end):
        """Return {employee id: {day: (start, end)}}: when a day's work begins and ends.

        Days are the employee's own; leave and holidays are left out. Who has no working hours is
        left out altogether. As for `_get_working_spans`, call it in sudo.

        :param start: naive UTC datetime
        :param end: naive UTC datetime
        """
        day = timedelta(days=1)
        present = self._get_working_spans(start - day, end + day)[1]
        return {
            employee_id: {span[0].date(): span for span in hull_of_days(spans)}
            for employee_id, spans in present.items()}

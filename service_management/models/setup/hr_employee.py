from datetime import timedelta

from odoo import fields, models

from ...tools.clock import working_days

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

    def _filter_serving(self, company, day):
        """Return those of these people who can be planned for a company on a day.

        They are technicians of a team, and neither archived nor gone by then.
        """
        # Who works here until when is HR's; whether somebody can be planned is what planning asks.
        serving = self.sudo().filtered(lambda employee: (
            employee.active and employee.service_team_id and employee.company_id == company
            and (not employee.departure_date or day <= employee.departure_date)))
        return serving.sudo(self.env.su)

    def _get_working_spans(self, start, end):
        """Return two mappings {employee id: [(start, end)]}: working hours, and those without leave.

        Spans are sorted, disjoint and aware, in the employees' own time zones; a night is one span.
        Flexible hours are every hour. Who works whenever there is work, or has no calendar, is in
        neither. Calendars are HR's: call it in sudo.

        :param start: naive UTC datetime
        :param end: naive UTC datetime
        """
        opening, present = {}, {}
        for calendar, bound in self._get_bound_by_calendar().items():
            for spans, found in zip(
                (opening, present), calendar._get_spans_batch(start, end, bound.resource_id),
                strict=True,
            ):
                spans.update({
                    employee.id: found[employee.resource_id.id] for employee in bound})
        return opening, present

    def _get_bound_by_calendar(self):
        """Return {calendar: those of these people who work by it}."""
        bound = self.filtered(lambda employee: (
            employee.resource_calendar_id and not employee.resource_id._is_fully_flexible()))
        return bound.grouped('resource_calendar_id')

    def _get_working_days(self, start, end):
        """Return {employee id: {day: [(start, end)]}}: when a day's work begins and ends.

        Days are the employee's own; leave and holidays are left out. A break between two working
        spans of a day is no overtime: nobody goes home for lunch; the day between two nights is no
        break. Who has no working hours is left out altogether. As for `_get_working_spans`, call it in sudo.

        :param start: naive UTC datetime
        :param end: naive UTC datetime
        """
        day = timedelta(days=1)
        present = self._get_working_spans(start - day, end + day)[1]
        return {
            employee_id: working_days(spans) for employee_id, spans in present.items()}

    def _get_available_hours(self, start, end):
        """Return {employee id: {day: hours}} of work that these people could do in a period.

        Days are the employee's own; leave and holidays are left out. Flexible hours are those of a
        day, until those of the week are used, Monday first. As for `_get_working_spans`, call it
        in sudo.

        :param start: naive UTC datetime
        :param end: naive UTC datetime
        """
        available = {}
        for calendar, bound in self._get_bound_by_calendar().items():
            hours = calendar._get_hours_batch(start, end, bound.resource_id)
            available.update({
                employee.id: hours[employee.resource_id.id] for employee in bound})
        return available

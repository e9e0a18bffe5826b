from datetime import datetime, time, timedelta

import pytz

from odoo import api, models

from ...tools.pricing import cut, hull_of_days


class ServiceVisit(models.Model):
    _inherit = 'service.visit'

    @api.model
    def _get_working_spans(self, employees, start, end):
        """Return two mappings {employee id: [(start, end)]}: opening hours, and those without leave.

        Who works whenever there is work, or has no calendar, is in neither.

        :param start: naive UTC datetime
        :param end: naive UTC datetime
        """
        start, end = pytz.utc.localize(start), pytz.utc.localize(end)
        opening, present = {}, {}
        for calendar, group in employees.grouped('resource_calendar_id').items():
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

    @api.model
    def _get_working_days(self, employees, start, end):
        """Return {employee id: {day: (start, end)}}: when a day's work begins and ends.

        Days are the technician's own; leave and holidays are left out. Who has no working hours
        is left out altogether.

        :param start: naive UTC datetime
        :param end: naive UTC datetime
        """
        # Calendars are HR's; whether work is overtime is what pricing asks.
        present = self._get_working_spans(
            employees.sudo(), start - timedelta(days=1), end + timedelta(days=1))[1]
        return {
            employee_id: {span[0].date(): span for span in hull_of_days(spans)}
            for employee_id, spans in present.items()}

    @api.model
    def _cut_by_days(self, start, end, timezone, hull_by_day):
        """Cut a span at midnights and at the borders of the working days.

        :param start: naive UTC datetime
        :param end: naive UTC datetime
        :param dict hull_by_day: {day: (start, end)} as `_get_working_days` returns
        :return: list of (naive UTC start, naive UTC end, day, whether it is working time)
        """
        zone = pytz.timezone(timezone or 'UTC')
        moment, end = pytz.utc.localize(start), pytz.utc.localize(end)
        parts = []
        while moment < end:
            day = moment.astimezone(zone).date()
            midnight = zone.localize(datetime.combine(day + timedelta(days=1), time.min))
            hulls = [hull_by_day[day]] if day in hull_by_day else []
            parts += [
                (begin.astimezone(pytz.utc).replace(tzinfo=None),
                 finish.astimezone(pytz.utc).replace(tzinfo=None), day, is_inside)
                for begin, finish, is_inside in cut((moment, min(end, midnight)), hulls)]
            moment = midnight
        return parts

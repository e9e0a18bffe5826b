from datetime import timedelta

import pytz

from odoo import models
from odoo.tools.intervals import Intervals

from ...tools.clock import hours_between, naive, utc_of, working_spans
from ...tools.open_hours import OpenHours

#: How far ahead a clock looks at most: who is closed for longer has no deadline.
_LONGEST_LOOK = timedelta(days=20 * 366)


class ResourceCalendar(models.Model):
    _inherit = 'resource.calendar'

    def _has_open_hours(self):
        """Tell whether one calendar is ever open."""
        self.ensure_one()
        return bool(self.flexible_hours or self._get_global_attendances())

    def _is_open_always(self):
        """Tell whether one calendar is open day and night, on all days of the week."""
        self.ensure_one()
        return self.hours_per_week >= 7 * 24 - 1 / 60

    def _get_open_spans(self, start, end):
        """Return the open spans of one calendar without its holidays, in naive UTC.

        :param start: naive UTC datetime
        :param end: naive UTC datetime
        :return: sorted, disjoint list of (start, end)
        """
        # Opening hours are no secret to whoever counts by them.
        return [naive(span) for span in self.sudo()._get_spans_batch(start, end)[1][False]]

    def _get_spans_batch(self, start, end, resources=None):
        """Return two mappings {resource id: [(start, end)]}: opening hours, and those without leave.

        The one door to the intervals of a calendar: spans are sorted, disjoint and aware, and go on
        over midnight where the hours do. Flexible hours are every hour: Odoo's guess at them, so
        many around noon, depends on the period that is asked about.

        :param start: naive UTC datetime
        :param end: naive UTC datetime
        :param resources: resource.resource; without any the calendar's own, with the id False
        """
        self.ensure_one()
        start, end = pytz.utc.localize(start), pytz.utc.localize(end)
        if self.flexible_hours:
            leaves = self._leave_intervals_batch(start, end, resources)
            opening = {
                resource.id: self._get_every_hour(start, end, resource)
                for resource in [*(resources or ()), self.env['resource.resource']]}
            present = {key: opening[key] - leaves[key] for key in opening}
        else:
            opening = self._attendance_intervals_batch(start, end, resources)
            present = self._work_intervals_batch(start, end, resources)
        return tuple(
            {key: working_spans(intervals) for key, intervals in found.items()}
            for found in (opening, present))

    def _get_every_hour(self, start, end, resource):
        """Return the whole of a period as intervals in the time zone of a resource."""
        timezone = pytz.timezone((resource or self).tz)
        return Intervals([(
            start.astimezone(timezone), end.astimezone(timezone),
            self.env['resource.calendar.attendance'])])

    def _get_hours_of_day(self, day, spans):
        """Return how much can be worked in spans of one day of one calendar.

        :param spans: list of (start, end), aware, as from `by_days`
        """
        hours = sum(hours_between(*span) for span in spans)
        if not self.flexible_hours:
            return hours
        length = hours_between(utc_of(day, 0, self.tz), utc_of(day, 24, self.tz))
        per_day = self.hours_per_day
        left = max(0.0, self.full_time_required_hours - per_day * day.weekday())
        return min(per_day, left) * min(1.0, hours / length)

    def _get_open_hours(self, start, end, hours):
        """Return the clock of one calendar, for questions from `start` on.

        :param start: naive UTC datetime, the earliest moment that is asked about
        :param end: naive UTC datetime, the latest moment that is counted from
        :param float hours: open hours after `end` that the clock can count, at least
        """
        self.ensure_one()
        look = timedelta(days=14, hours=hours * 4)
        while True:
            clock = OpenHours(self._get_open_spans(start, end + look))
            if look > _LONGEST_LOOK or clock.add(end, max(hours, 1)) is not None:
                return clock
            look *= 4

from datetime import datetime, time, timedelta
from functools import cache

import pytz

from odoo import models
from odoo.tools.intervals import Intervals

from ...tools.clock import by_days, hours_between, naive, utc_of, working_spans
from ...tools.open_hours import OpenHours
from ...tools.spans import touching

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
        opening, leaves = self._get_intervals_batch(start, end, resources)
        present = {
            key: intervals - leaves[key] if leaves[key] else intervals
            for key, intervals in opening.items()}
        alike = {id(intervals): intervals for found in (opening, present) for intervals in found.values()}
        spans = {key: working_spans(intervals) for key, intervals in alike.items()}
        return tuple(
            {key: spans[id(intervals)] for key, intervals in found.items()}
            for found in (opening, present))

    def _get_hours_batch(self, start, end, resources):
        """Return {resource id: {day: hours}} of what can be worked by one calendar, without leave.

        Days are in order, in the time zones of the resources. What is alike is counted once: opening
        hours in a time zone, and days on which somebody is off.

        :param start: naive UTC datetime
        :param end: naive UTC datetime
        """
        opening, leaves = self._get_intervals_batch(start, end, resources)
        count = cache(lambda key: self._count_hours(alike[key]))
        recount = cache(lambda key, off: self._recount_hours(alike[key], off))
        alike = {id(intervals): list(intervals) for intervals in opening.values()}
        hours = {}
        for resource in resources:
            key = id(opening[resource.id])
            found = dict(count(key))
            for off in self._get_absences(leaves[resource.id]):
                found.update(recount(key, off))
            hours[resource.id] = {day: found[day] for day in sorted(found) if found[day] is not None}
        return hours

    def _get_intervals_batch(self, start, end, resources=None):
        """Return two mappings {resource id: Intervals}: opening hours, and leave; as `_get_spans_batch`.

        Opening hours that are alike are the same object.
        """
        self.ensure_one()
        start, end = pytz.utc.localize(start), pytz.utc.localize(end)
        timezones = {
            resource.id: pytz.timezone((resource or self).tz)
            for resource in [*(resources or ()), self.env['resource.resource']]}
        # Odoo tells all of them in the time zone of whoever it came to first.
        leaves = {
            key: Intervals([
                (begin.astimezone(timezones[key]), finish.astimezone(timezones[key]), leave)
                for begin, finish, leave in intervals])
            for key, intervals in self._leave_intervals_batch(start, end, resources).items()}
        if not self.flexible_hours:
            return self._attendance_intervals_batch(start, end, resources), leaves
        get_every_hour = cache(lambda timezone: self._get_every_hour(start, end, timezone))
        return {key: get_every_hour(timezone) for key, timezone in timezones.items()}, leaves

    def _get_every_hour(self, start, end, timezone):
        """Return the whole of a period as intervals in a time zone."""
        return Intervals([(
            start.astimezone(timezone), end.astimezone(timezone),
            self.env['resource.calendar.attendance'])])

    def _count_hours(self, intervals):
        """Return {day: hours} of intervals of one calendar."""
        return {
            day: self._get_hours_of_day(day, parts)
            for day, parts in by_days(working_spans(intervals)).items()}

    def _recount_hours(self, intervals, absence):
        """Return {day: hours, or None} of the days of an absence, by intervals of one calendar.

        :param list intervals: sorted
        :param absence: as from `_get_absences`
        """
        first, last = absence[0][0].date(), absence[-1][1].date()
        timezone = pytz.timezone(absence[0][0].tzinfo.zone)
        # What goes over midnight belongs to a day beside these.
        begin, finish = (
            timezone.localize(datetime.combine(first + timedelta(days=days), time.min))
            for days in (-1, (last - first).days + 2))
        about = Intervals([
            (max(start, begin), min(end, finish), what)
            for start, end, what in touching((begin, finish), intervals)], keep_distinct=True)
        nothing = self.env['resource.calendar.leaves']
        left = self._count_hours(about - Intervals([(*span, nothing) for span in absence]))
        days = (first + timedelta(days=number) for number in range((last - first).days + 1))
        return {day: left.get(day) for day in days}

    @staticmethod
    def _get_absences(leaves):
        """Return leave as tuples of (start, end), each with what is no full day from the next."""
        absences = []
        for start, end, _leave in leaves:
            if absences and start.date() - absences[-1][-1][1].date() <= timedelta(days=1):
                absences[-1].append((start, end))
            else:
                absences.append([(start, end)])
        return map(tuple, absences)

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

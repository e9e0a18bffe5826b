from datetime import timedelta

import pytz

from odoo import models

from ...tools.open_hours import OpenHours

#: How far ahead a clock looks at most: who is closed for longer has no deadline.
_LONGEST_LOOK = timedelta(days=20 * 366)


class ResourceCalendar(models.Model):
    _inherit = 'resource.calendar'

    def _has_open_hours(self):
        """Tell whether one calendar is ever open."""
        self.ensure_one()
        return bool(self.flexible_hours or self._get_global_attendances())

    def _get_open_spans(self, start, end):
        """Return the open spans of one calendar without its holidays, in naive UTC.

        :param start: naive UTC datetime
        :param end: naive UTC datetime
        :return: sorted, disjoint list of (start, end)
        """
        self.ensure_one()
        # Opening hours are no secret to whoever counts by them.
        intervals = self.sudo()._work_intervals_batch(
            pytz.utc.localize(start), pytz.utc.localize(end))[False]
        return [
            tuple(moment.astimezone(pytz.utc).replace(tzinfo=None) for moment in interval[:2])
            for interval in intervals]

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

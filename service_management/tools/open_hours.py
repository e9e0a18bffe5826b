"""The service level clock: moments and durations that count only open hours.

Source: Business Central, "Response time", with the boundary it sets: when the hours end exactly
where a window closes, the moment is that closing time and not the next opening.
"""
from bisect import bisect_left, bisect_right
from datetime import timedelta
from itertools import accumulate

from .clock import hours_between


class AlwaysOpen:
    """A clock that never stops."""

    def add(self, start, hours):
        """Return the moment at which `hours` have passed since `start`."""
        return start + _timedelta(hours)

    def between(self, start, end):
        """Return the hours from one moment to another; nothing when the end lies before."""
        return hours_between(start, end) if start < end else 0.0

    def opening(self, moment):
        """Return the moment itself: it is always open."""
        return moment


class OpenHours:
    """A clock that runs during given spans only; each question costs one binary search.

    :param spans: sorted, disjoint (start, end) of naive UTC datetimes

    >>> from datetime import datetime
    >>> monday = lambda hour: datetime(2026, 3, 2, hour)
    >>> tuesday = lambda hour: datetime(2026, 3, 3, hour)
    >>> clock = OpenHours([(monday(8), monday(17)), (tuesday(8), tuesday(17))])
    >>> clock.add(monday(15), 4) == tuesday(10)
    True
    >>> clock.add(monday(15), 2) == monday(17)
    True
    >>> clock.between(monday(15), tuesday(9))
    3.0
    >>> clock.opening(monday(19)) == tuesday(8)
    True
    >>> clock.add(monday(8), 19) is None
    True
    """

    def __init__(self, spans):
        self.spans = spans
        self._starts = [start for start, _end in spans]
        self._ends = [end for _start, end in spans]
        self._totals = [0.0, *accumulate((end - start).total_seconds() for start, end in spans)]

    def _seconds_until(self, moment):
        """Return the open seconds before a moment, since the first span."""
        index = bisect_right(self._starts, moment) - 1
        if index < 0:
            return 0.0
        inside = (min(moment, self._ends[index]) - self._starts[index]).total_seconds()
        return self._totals[index] + inside

    def add(self, start, hours):
        """Return the moment at which `hours` open hours have passed, or None beyond the spans.

        No hours at all end at the next opening.
        """
        if hours <= 0:
            return self.opening(start)
        target = self._seconds_until(start) + hours * 3600
        index = bisect_left(self._totals, target - 1e-6) - 1
        if index >= len(self.spans):
            return None
        return self._starts[index] + _timedelta((target - self._totals[index]) / 3600)

    def between(self, start, end):
        """Return the open hours from one moment to another; nothing when the end lies before."""
        if start >= end:
            return 0.0
        return (self._seconds_until(end) - self._seconds_until(start)) / 3600

    def opening(self, moment):
        """Return the moment itself when it is open, else the next opening, or None."""
        index = bisect_right(self._ends, moment)
        if index == len(self.spans):
            return None
        return max(moment, self._starts[index])


def _timedelta(hours):
    """Return hours as a timedelta of whole seconds: the database keeps no smaller ones."""
    return timedelta(seconds=round(hours * 3600))


def warnings_due(percent, first, second):
    """Return how many warnings are due when `percent` of a limit is used; 0 means no threshold.

    >>> [warnings_due(percent, 75, 90) for percent in (74.9, 75, 89, 90, 120)]
    [0, 1, 1, 2, 2]
    >>> warnings_due(99, 0, 0), warnings_due(99, 75, 0), warnings_due(99, 0, 50)
    (0, 1, 2)
    """
    if second and percent >= second:
        return 2
    return 1 if first and percent >= first else 0

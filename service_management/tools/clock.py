"""Days and hours by the clock on the wall: naive UTC datetimes and names of time zones in and out."""
import math
from collections import defaultdict
from datetime import datetime, time, timedelta

import pytz

from .spans import cut, joined

#: What is shorter is nothing.
_SECOND = timedelta(seconds=1)
#: Who is off for so long has gone home. Source: Directive 2003/88/EC, article 3, "Daily rest".
_REST = timedelta(hours=11)


def local_day(moment, timezone):
    """Return the day that a naive UTC datetime falls on in a time zone.

    :param str timezone: name of the zone; empty means UTC

    >>> from datetime import datetime
    >>> local_day(datetime(2025, 12, 31, 22, 30), 'Europe/Riga')
    datetime.date(2026, 1, 1)
    >>> local_day(datetime(2025, 12, 31, 22, 30), False)
    datetime.date(2025, 12, 31)
    """
    return pytz.utc.localize(moment).astimezone(pytz.timezone(timezone or 'UTC')).date()


def utc_of(day, hours, timezone):
    """Return the naive UTC datetime of an hour of a day in a time zone.

    :param float hours: by the clock on the wall, 24 is the next midnight
    :param str timezone: name of the zone; empty means UTC

    >>> from datetime import date
    >>> utc_of(date(2026, 1, 1), 0, 'Europe/Riga')
    datetime.datetime(2025, 12, 31, 22, 0)
    >>> utc_of(date(2026, 7, 1), 9.5, 'Europe/Riga')
    datetime.datetime(2026, 7, 1, 6, 30)
    """
    moment = datetime.combine(day, time.min) + timedelta(hours=hours)
    return pytz.timezone(timezone or 'UTC').localize(moment).astimezone(
        pytz.utc).replace(tzinfo=None)


def hours_between(start, end):
    """Return the hours from one datetime to another, unrounded.

    :raise ValueError: if the end lies before the start

    >>> from datetime import datetime
    >>> hours_between(datetime(2026, 3, 2, 8), datetime(2026, 3, 2, 9, 45))
    1.75
    """
    if end < start:
        raise ValueError(f"{end} lies before {start}")
    return (end - start).total_seconds() / 3600


def working_spans(intervals):
    """Return the spans that intervals of a calendar mean: midnight does not close.

    Odoo ends a day at 23:59:59.999999, and leave often a second before midnight. What touches
    within a second is one span; what is shorter than that is none.

    :param intervals: (start, end, …) with aware datetimes of zones by pytz
    :return: sorted, disjoint list of (start, end), aware

    >>> riga = pytz.timezone('Europe/Riga')
    >>> late = riga.localize(datetime(2026, 3, 2, 15)), riga.localize(
    ...     datetime(2026, 3, 2, 23, 59, 59, 999999))
    >>> [(start.hour, end.isoformat()) for start, end in working_spans([late])]
    [(15, '2026-03-03T00:00:00+02:00')]
    """
    return joined([
        (start, _next_midnight(end) if end.time() == time.max else end)
        for start, end, *_rest in intervals if end - start >= _SECOND], _SECOND)


def _next_midnight(moment):
    """Return the midnight after an aware datetime, in its zone."""
    zone = pytz.timezone(moment.tzinfo.zone)
    return zone.localize(datetime.combine(moment.date() + timedelta(days=1), time.min))


def by_days(spans):
    """Cut spans at midnight.

    :param spans: sorted, of aware datetimes in one zone by pytz
    :return: {day: [(start, end)]}

    >>> riga = pytz.timezone('Europe/Riga')
    >>> found = by_days([(riga.localize(datetime(2026, 3, 2, 22)),
    ...                   riga.localize(datetime(2026, 3, 3, 6)))])
    >>> [(day.day, start.hour, end.hour) for day, parts in found.items() for start, end in parts]
    [(2, 22, 0), (3, 0, 6)]
    """
    found = defaultdict(list)
    for start, end in spans:
        while start < end:
            midnight = _next_midnight(start)
            found[start.date()].append((start, min(end, midnight)))
            start = midnight
    return dict(found)


def working_days(spans):
    """Return when the work of each day begins and ends: a break is among it, a rest is not.

    :param spans: sorted, disjoint, of aware datetimes in one zone by pytz
    :return: {day: [(start, end)]}; a night shift has two of them on a day, or more

    >>> riga = pytz.timezone('Europe/Riga')
    >>> at = lambda day, hour: riga.localize(datetime(2026, 3, day, hour))
    >>> spans = [(at(2, 8), at(2, 12)), (at(2, 13), at(2, 17)), (at(3, 22), at(4, 6)),
    ...          (at(4, 22), at(5, 6))]
    >>> for day, hulls in working_days(spans).items():
    ...     print(day.day, [(start.hour, end.hour) for start, end in hulls])
    2 [(8, 17)]
    3 [(22, 0)]
    4 [(0, 6), (22, 0)]
    5 [(0, 6)]
    """
    return {day: joined(parts, _REST - _SECOND) for day, parts in by_days(spans).items()}


def shifts(spans):
    """Return when people come and go: a break is no going, midnight neither.

    :param spans: sorted, disjoint, of aware datetimes in one zone by pytz
    :return: [(start, end)]

    >>> riga = pytz.timezone('Europe/Riga')
    >>> at = lambda day, hour: riga.localize(datetime(2026, 3, day, hour))
    >>> found = shifts([(at(2, 8), at(2, 12)), (at(2, 13), at(2, 17)), (at(3, 22), at(4, 6))])
    >>> [(start.day, start.hour, end.day, end.hour) for start, end in found]
    [(2, 8, 2, 17), (3, 22, 4, 6)]
    """
    return joined(spans, _REST - _SECOND)


def cut_by_days(start, end, timezone, hulls_by_day):
    """Cut a span at midnights and at the borders of the working days.

    :param start: naive UTC datetime
    :param end: naive UTC datetime
    :param str timezone: name of the zone that the days are in; empty means UTC
    :param dict hulls_by_day: as from `working_days`
    :return: list of (naive UTC start, naive UTC end, day, whether it is working time)

    >>> from datetime import date
    >>> day, at = date(2026, 3, 2), lambda hour: datetime(2026, 3, 2, hour)
    >>> work = tuple(pytz.utc.localize(at(hour)) for hour in (8, 17))
    >>> [(begin.hour, finish.hour, inside) for begin, finish, _day, inside in cut_by_days(
    ...     at(7), at(18), 'UTC', {day: [work]})]
    [(7, 8, False), (8, 17, True), (17, 18, False)]
    """
    zone = pytz.timezone(timezone or 'UTC')
    moment, end = pytz.utc.localize(start), pytz.utc.localize(end)
    parts = []
    while moment < end:
        day = moment.astimezone(zone).date()
        midnight = zone.localize(datetime.combine(day + timedelta(days=1), time.min))
        parts += [
            (begin.astimezone(pytz.utc).replace(tzinfo=None),
             finish.astimezone(pytz.utc).replace(tzinfo=None), day, is_inside)
            for begin, finish, is_inside in cut(
                (moment, min(end, midnight)), hulls_by_day.get(day, ()))]
        moment = midnight
    return parts


def cut_by_quota(parts, worked, timezone, per_day, per_week):
    """Cut working time where the hours of its day or of its week are used up.

    Weeks begin on Monday. What was worked before counts, whatever it belongs to.

    :param parts: as from `cut_by_days`
    :param worked: sorted, disjoint spans (naive UTC) of all that the person worked, these too
    :param str timezone: name of the zone that the days are in; empty means UTC
    :param timedelta per_day: what a day has at most
    :param timedelta per_week: what a week has at most
    :return: as `parts`

    >>> from datetime import date
    >>> day, at = date(2026, 3, 2), lambda hour: datetime(2026, 3, 2, hour)
    >>> [(begin.hour, finish.hour, inside) for begin, finish, _day, inside in cut_by_quota(
    ...     [(at(12), at(18), day, True)], [(at(5), at(9)), (at(12), at(18))], 'UTC',
    ...     timedelta(hours=8), timedelta(hours=40))]
    [(12, 16, True), (16, 18, False)]
    """
    def used(first, moment):
        """Return what was worked from the beginning of a day to a moment."""
        since = utc_of(first, 0, timezone)
        return sum((
            min(end, moment) - max(start, since) for start, end in worked
            if start < moment and end > since), timedelta())

    found = []
    for start, end, day, is_inside in parts:
        left = min(
            per_day - used(day, start), per_week - used(day - timedelta(day.weekday()), start))
        border = min(end, start + max(left, timedelta())) if is_inside else start
        found += [
            (begin, finish, day, inside)
            for begin, finish, inside in ((start, border, True), (border, end, False))
            if begin < finish]
    return found


def in_steps(parts, step):
    """Move the borders between parts to whole steps after the first start, and join what is alike.

    The amounts of the parts, in steps, make that of the whole; a part of none joins its neighbour.

    :param parts: list of (start, end, what it is), each beginning where the one before ends
    :param timedelta step: what amounts are rounded to

    >>> at = lambda *clock: datetime(2026, 3, 2, *clock)
    >>> parts = [(at(15), at(17), 'a'), (at(17), at(17, 0, 10), 'b')]
    >>> in_steps(parts, timedelta(seconds=36)) == [(at(15), at(17, 0, 10), 'a')]
    True
    """
    first, last = parts[0][0], parts[-1][1]
    total = max(1, _round_half_up((last - first) / step))
    found, begin = [], first
    for _start, end, kind in parts:
        steps = total if end == last else min(total, _round_half_up((end - first) / step))
        border = last if steps == total else first + steps * step
        if begin < border and found and found[-1][2] == kind:
            found[-1] = (found[-1][0], border, kind)
        elif begin < border:
            found.append((begin, border, kind))
        begin = max(begin, border)
    return found


def _round_half_up(number):
    return math.floor(number + 0.5)


def naive(span):
    """Return a span of aware datetimes in naive UTC.

    >>> riga = pytz.timezone('Europe/Riga')
    >>> naive((riga.localize(datetime(2026, 1, 1, 8)), riga.localize(datetime(2026, 1, 1, 9))))
    (datetime.datetime(2026, 1, 1, 6, 0), datetime.datetime(2026, 1, 1, 7, 0))
    """
    return tuple(moment.astimezone(pytz.utc).replace(tzinfo=None) for moment in span)

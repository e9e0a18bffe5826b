"""Arithmetic of time spans: plain values in, plain values out.

A span is a pair of datetimes (start, end) with start < end; it holds its start, not its end.
Both ends are naive UTC, or both aware.
"""
from datetime import datetime, time, timedelta

import pytz


def overlap(span, other):
    """Return the part that two spans share, or None.

    >>> overlap((1, 5), (3, 9))
    (3, 5)
    >>> overlap((1, 3), (3, 5))
    """
    start, end = max(span[0], other[0]), min(span[1], other[1])
    return (start, end) if start < end else None


def overlapping_pairs(spans, others):
    """Return the index pairs (i, j) of `spans` and `others` that overlap, in order.

    Takes n log n + the number of pairs, so that a board of thousands of visits stays quick.

    >>> overlapping_pairs([(8, 10), (10, 12)], [(9, 11), (12, 13)])
    [(0, 0), (1, 0)]
    """
    by_start = sorted(range(len(others)), key=lambda j: others[j][0])
    pairs = []
    active = []
    following = 0
    for i in sorted(range(len(spans)), key=lambda index: spans[index][0]):
        start, end = spans[i]
        while following < len(by_start) and others[by_start[following]][0] < end:
            active.append(by_start[following])
            following += 1
        # Later spans start later: what ended before this start concerns none of them.
        active = [j for j in active if others[j][1] > start]
        pairs += [(i, j) for j in active if overlap(spans[i], others[j])]
    return sorted(pairs)


def uncovered(span, intervals):
    """Return the parts of `span` that sorted, disjoint `intervals` leave open.

    >>> uncovered((8, 18), [(9, 12), (13, 17)])
    [(8, 9), (12, 13), (17, 18)]
    >>> uncovered((9, 12), [(8, 17)])
    []
    """
    gaps = []
    start, end = span
    for begin, finish in intervals:
        if begin >= end:
            break
        if begin > start:
            gaps.append((start, begin))
        start = max(start, finish)
    if start < end:
        gaps.append((start, end))
    return gaps


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


def first_fit(free, length, not_before, step):
    """Return the earliest start of a span of `length` that fits into one of the free intervals.

    :param free: sorted, disjoint intervals
    :param not_before: earliest start
    :param step: starts are rounded up to multiples of this after midnight (a timedelta)
    :return: the start, or None when nothing is long enough

    >>> from datetime import datetime, timedelta
    >>> hour, quarter = timedelta(hours=1), timedelta(minutes=15)
    >>> free = [(datetime(2026, 3, 2, 8), datetime(2026, 3, 2, 9)),
    ...         (datetime(2026, 3, 2, 10), datetime(2026, 3, 2, 17))]
    >>> first_fit(free, hour, datetime(2026, 3, 2, 8, 1), quarter)
    datetime.datetime(2026, 3, 2, 10, 0)
    >>> first_fit(free, hour, datetime(2026, 3, 2, 11, 1), quarter)
    datetime.datetime(2026, 3, 2, 11, 15)
    >>> first_fit(free, 8 * hour, datetime(2026, 3, 2), quarter)
    """
    for begin, end in free:
        start = max(begin, not_before)
        midnight = start.replace(hour=0, minute=0, second=0, microsecond=0)
        late = (start - midnight) % step
        if late:
            start += step - late
        if start + length <= end:
            return start
    return None


def without(intervals, spans):
    """Return what is left of sorted, disjoint intervals after taking spans away.

    >>> without([(8, 12), (13, 17)], [(14, 15), (11, 13)])
    [(8, 11), (13, 14), (15, 17)]
    """
    blocked = sorted(spans)
    return [part for interval in intervals for part in uncovered(interval, blocked)]

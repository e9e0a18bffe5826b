"""The algebra of spans: plain values in, plain values out.

A span is a pair (start, end) with start < end, of numbers or of datetimes that are all naive UTC or
all aware; it holds its start, not its end. Days have spans of their own, from a first to a last day
that both belong to them: the functions for days count with the day after the last one.
"""
from bisect import bisect_left, bisect_right
from datetime import date, timedelta
from operator import itemgetter

_DAY = timedelta(days=1)
#: The last day of what has no last day.
FOREVER = date.max - _DAY


def overlap(span, other):
    """Return the part that two spans share, or None.

    >>> overlap((1, 5), (3, 9))
    (3, 5)
    >>> overlap((1, 3), (3, 5))
    """
    start, end = max(span[0], other[0]), min(span[1], other[1])
    return (start, end) if start < end else None


def touching(span, spans):
    """Return those of sorted, disjoint spans that share something with a span, in log n.

    >>> touching((4, 9), [(1, 4), (4, 6), (8, 10), (12, 13)])
    [(4, 6), (8, 10)]
    """
    start, end = span
    return spans[bisect_right(spans, start, key=itemgetter(1)):
                 bisect_left(spans, end, key=itemgetter(0))]


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


def without(intervals, spans):
    """Return what is left of sorted, disjoint intervals after taking spans away.

    >>> without([(8, 12), (13, 17)], [(14, 15), (11, 13)])
    [(8, 11), (13, 14), (15, 17)]
    """
    blocked = sorted(spans)
    return [part for interval in intervals for part in uncovered(interval, blocked)]


def cut(span, intervals):
    """Return the parts of `span` in order, each with whether it lies in one of the intervals.

    :param intervals: sorted, disjoint spans
    :return: list of (start, end, inside)

    >>> cut((7, 19), [(8, 17)])
    [(7, 8, False), (8, 17, True), (17, 19, False)]
    >>> cut((9, 10), [(8, 17)])
    [(9, 10, True)]
    """
    parts, (start, end) = [], span
    for begin, finish in intervals:
        if finish <= start or begin >= end:
            continue
        if begin > start:
            parts.append((start, begin, False))
            start = begin
        parts.append((start, min(finish, end), True))
        start = min(finish, end)
    if start < end:
        parts.append((start, end, False))
    return parts


def joined(spans, gap):
    """Return sorted, disjoint spans that cover the given ones, and the gaps up to a length.

    :param gap: what is no longer than this is no gap

    >>> joined([(13, 17), (8, 12), (17, 18)], 0)
    [(8, 12), (13, 18)]
    >>> joined([(8, 12), (13, 17)], 1)
    [(8, 17)]
    """
    found = []
    for start, end in sorted(spans):
        if found and start - found[-1][1] <= gap:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((start, end))
    return found


#=== DAYS ===#

def _half_open(days):
    return days[0], days[1] + _DAY


def _closed(span):
    return span[0], span[1] - _DAY


def common_days(span, other):
    """Return the days that two spans of days share, or None.

    >>> common_days((date(2026, 1, 1), date(2026, 1, 9)), (date(2026, 1, 9), date(2026, 2, 1)))
    (datetime.date(2026, 1, 9), datetime.date(2026, 1, 9))
    """
    shared = overlap(_half_open(span), _half_open(other))
    return shared and _closed(shared)


def free_days(span, taken):
    """Return the parts of a span of days that no other one takes, in order.

    >>> day = lambda number: date(2026, 3, number)
    >>> free_days((day(1), day(9)), [(day(5), day(6)), (day(1), day(2))]) == [
    ...     (day(3), day(4)), (day(7), day(9))]
    True
    """
    return [_closed(gap) for gap in uncovered(_half_open(span), sorted(map(_half_open, taken)))]


def count_days(span):
    """Return how many days a span of days has.

    >>> count_days((date(2024, 2, 1), date(2024, 3, 1)))
    30
    """
    return (span[1] - span[0]).days + 1

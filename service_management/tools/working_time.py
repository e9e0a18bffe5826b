"""How long planned work takes: naive UTC datetimes in and out, by spans of somebody's working hours.

Spans are sorted and disjoint, as from a calendar without leave. Work passes over breaks, and goes on
with the next working day where one is too short. What begins in closed hours counts plainly.
"""
from datetime import timedelta

from .spans import joined, overlap, touching, without

#: What is no longer than this is a break; longer, and the working day is over.
_BREAK = timedelta(hours=2)
#: Nobody comes again the next day for what is no longer than this.
_OVERTIME = timedelta(hours=2)
#: Hours are fractions: what differs by less is the same moment.
_SECOND = timedelta(seconds=1)


def worked(start, end, spans):
    """Return how much of the time from a start to an end lies in working hours.

    >>> from datetime import datetime
    >>> at = lambda day, hour: datetime(2026, 3, day, hour)
    >>> worked(at(2, 9), at(3, 10), [(at(2, 8), at(2, 17)), (at(3, 8), at(3, 17))])
    datetime.timedelta(seconds=36000)
    """
    if start >= end:
        return timedelta()
    return sum(
        (min(finish, end) - max(begin, start) for begin, finish in touching((start, end), spans)),
        timedelta())


def end_of_work(start, length, spans):
    """Return when work ends that begins at a moment; the first day may have some overtime.

    Where there are not so many working hours, it is None.

    >>> from datetime import datetime
    >>> at, hours = lambda day, hour: datetime(2026, 3, day, hour), lambda n: timedelta(hours=n)
    >>> week = [span for day in (2, 3, 4) for span in (
    ...     (at(day, 8), at(day, 12)), (at(day, 13), at(day, 17)))]
    >>> [str(end_of_work(at(2, 9), hours(n), week)) for n in (2, 6, 9, 16)]
    ['2026-03-02 11:00:00', '2026-03-02 16:00:00', '2026-03-02 19:00:00', '2026-03-04 09:00:00']
    >>> str(end_of_work(at(2, 20), hours(3), week))  # somebody comes all the same
    '2026-03-02 23:00:00'
    """
    if not any(begin <= start < finish for begin, finish in spans):
        return start + length
    closing = next(finish for begin, finish in joined(spans, _BREAK) if begin <= start < finish)
    overtime = length - worked(start, closing, spans)
    if timedelta() < overtime <= _OVERTIME:
        return closing + overtime
    rest = length
    for begin, finish in spans:
        begin = max(begin, start)
        if begin < finish:
            if begin + rest <= finish:
                return begin + rest
            rest -= finish - begin
    return None


def length_of_work(start, end, spans):
    """Return how much work is planned from a start to an end.

    It is what `end_of_work` ends then; for an end that no work comes to, the time between.

    >>> from datetime import datetime
    >>> at = lambda day, hour: datetime(2026, 3, day, hour)
    >>> week = [span for day in (2, 3, 4) for span in (
    ...     (at(day, 8), at(day, 12)), (at(day, 13), at(day, 17)))]
    >>> [length_of_work(at(2, 9), end, week) // timedelta(hours=1)
    ...  for end in (at(2, 11), at(2, 16), at(2, 19), at(4, 9), at(3, 3))]
    [2, 6, 9, 16, 18]
    """
    inside = worked(start, end, spans)
    closed = max((finish for _begin, finish in spans if start < finish <= end), default=start)
    for length in (inside, inside + (end - closed)):
        found = end_of_work(start, length, spans)
        if found and abs(found - end) < _SECOND:
            return length
    return end - start


def pieces_of_work(start, end, spans):
    """Return what is done on each working day of work that is planned from a start to an end.

    :return: [(start, end, length)], one where it is no work of several days; lengths add up to
        `length_of_work`

    >>> from datetime import datetime
    >>> at = lambda day, hour: datetime(2026, 3, day, hour)
    >>> week = [span for day in (2, 3, 4) for span in (
    ...     (at(day, 8), at(day, 12)), (at(day, 13), at(day, 17)))]
    >>> [(begin.day, begin.hour, finish.hour, length // timedelta(hours=1))
    ...  for begin, finish, length in pieces_of_work(at(2, 14), at(4, 10), week)]
    [(2, 14, 17, 3), (3, 8, 17, 8), (4, 8, 10, 2)]
    >>> len(pieces_of_work(at(2, 20), at(3, 2), week))
    1
    """
    length = length_of_work(start, end, spans)
    days = touching((start, end), joined(spans, _BREAK))
    pieces = [(begin, finish, worked(begin, finish, spans)) for begin, finish in (
        overlap((start, end), day) for day in days)]
    if len(pieces) < 2 or pieces[0][0] > start or sum(
            (piece[2] for piece in pieces), timedelta()) != length:
        return [(start, end, length)]
    return pieces


def is_in_working_hours(start, end, length, spans):
    """Tell whether all of the work of a length is done in working hours.

    >>> from datetime import datetime
    >>> at, hours = lambda day, hour: datetime(2026, 3, day, hour), lambda n: timedelta(hours=n)
    >>> week = [(at(day, 8), at(day, 17)) for day in (2, 3)]
    >>> is_in_working_hours(at(2, 9), at(3, 16), hours(16), week)
    True
    >>> is_in_working_hours(at(2, 16), at(2, 18), hours(2), week)
    False
    """
    return worked(start, end, spans) > length - _SECOND


def first_start(spans, busy, length, window, step):
    """Return the earliest start in a window of work that is done in working hours, undisturbed.

    It begins with free time, or with the window. Work that is longer than a day may end after it.

    :param busy: spans in which something else is done, in any order
    :param window: (start, end)
    :param step: starts are rounded up to multiples of this after midnight (a timedelta)
    :return: the start, or None

    >>> from datetime import datetime
    >>> at, hours = lambda day, hour: datetime(2026, 3, day, hour), lambda n: timedelta(hours=n)
    >>> week = [span for day in (2, 3, 4) for span in (
    ...     (at(day, 8), at(day, 12)), (at(day, 13), at(day, 17)))]
    >>> look = lambda n, *busy: str(first_start(
    ...     week, busy, hours(n), (at(2, 9), at(3, 0)), timedelta(minutes=15)))
    >>> look(2, (at(2, 9), at(2, 10))), look(6), look(7.5), look(12)
    ('2026-03-02 10:00:00', '2026-03-02 09:00:00', 'None', '2026-03-02 09:00:00')
    """
    for begin, finish in without(spans, busy):
        start = max(begin, window[0])
        midnight = start.replace(hour=0, minute=0, second=0, microsecond=0)
        start += -(start - midnight) % step
        if start >= min(finish, window[1]):
            continue
        end = end_of_work(start, length, spans)
        day = next(day for day in joined(spans, _BREAK) if day[0] <= start < day[1])
        if (end and is_in_working_hours(start, end, length, spans)
                and (end <= window[1] or length > worked(*day, spans))
                and not any(overlap((start, end), other) for other in busy)):
            return start
    return None

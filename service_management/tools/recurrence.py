"""Dates of recurring work: plain dates in, plain dates out.

A date of a series is a function of the series' first day and a number, never of the date before
it: what is moved, skipped or clipped to a short month leaves the rest of the series alone.
"""
from calendar import monthrange
from datetime import timedelta
from itertools import zip_longest

from dateutil.relativedelta import relativedelta

#: unit of an interval: what `relativedelta` calls it
UNITS = {'day': 'days', 'week': 'weeks', 'month': 'months', 'year': 'years'}
#: unit of an interval: the most days it has
_MOST_DAYS = {'day': 1, 'week': 7, 'month': 31, 'year': 366}


def occurrence(first_day, unit, count, index):
    """Return the day that is `index` intervals after the first one, clipped to the month's end.

    :param date first_day: the day that the series is anchored on, index 0
    :param str unit: 'day', 'week', 'month' or 'year'
    :param int count: how many units an interval has, > 0

    >>> from datetime import date
    >>> [occurrence(date(2027, 1, 31), 'month', 1, index).isoformat() for index in range(4)]
    ['2027-01-31', '2027-02-28', '2027-03-31', '2027-04-30']
    >>> occurrence(date(2024, 2, 29), 'year', 1, 4)
    datetime.date(2028, 2, 29)
    """
    return first_day + relativedelta(**{UNITS[unit]: count * index})


def index_of(first_day, unit, count, day):
    """Return the index of the last day of a series that is not after `day`, 0 at least.

    >>> from datetime import date
    >>> [index_of(date(2026, 1, 31), 'month', 1, date(2026, 2, day)) for day in (27, 28)]
    [0, 1]
    """
    index = max(0, (day - first_day).days // (_MOST_DAYS[unit] * count))
    while occurrence(first_day, unit, count, index + 1) <= day:
        index += 1
    return index


def occurrences(first_day, unit, count, start, end, most=None):
    """Return the days of a series from `start` to `end`, both included.

    :param str unit: as for `occurrence`; empty means that the work is done once, on the first day
    :param int most: how many of them are wanted, by default all
    :return: sorted list of dates

    >>> from datetime import date
    >>> occurrences(date(2026, 1, 5), 'week', 2, date(2026, 1, 20), date(2026, 2, 16))
    [datetime.date(2026, 2, 2), datetime.date(2026, 2, 16)]
    >>> occurrences(date(2026, 1, 5), False, 0, date(2026, 1, 1), date(2027, 1, 1))
    [datetime.date(2026, 1, 5)]
    """
    if not unit:
        return [first_day] if start <= first_day <= end else []
    index = index_of(first_day, unit, count, start)
    days = []
    while len(days) != most and (day := occurrence(first_day, unit, count, index)) <= end:
        if day >= start:
            days.append(day)
        index += 1
    return days


def occurrences_anew(first_days, unit, count, start, end, most=None):
    """Return the days of a series that began anew on some days, each of which ends what was before.

    :param first_days: the days that it is counted from, the earliest first; one at least
    :return: sorted list of dates, otherwise as `occurrences`

    >>> from datetime import date
    >>> [day.isoformat() for day in occurrences_anew(
    ...     [date(2026, 1, 31), date(2026, 4, 10)], 'month', 1, date(2026, 2, 1), date(2026, 6, 1))]
    ['2026-02-28', '2026-03-31', '2026-04-10', '2026-05-10']
    >>> occurrences_anew([date(2026, 1, 5), date(2026, 3, 1)], False, 0, date(2026, 2, 1), date(2027, 1, 1))
    [datetime.date(2026, 3, 1)]
    """
    days = []
    for first, following in zip_longest(first_days, first_days[1:]):
        last = min(end, following - timedelta(days=1)) if following else end
        days += occurrences(
            first, unit, count, start, last, None if most is None else most - len(days))
    return days


def window(day, method, days_before=0, days_after=0):
    """Return the first and the last day on which work that is due on `day` may be done.

    Source: Dynamics 365 Finance & Operations, "Time windows".

    :param str method: 'exact', 'week' (Monday to Sunday), 'month', or 'days' (before and after)

    >>> from datetime import date
    >>> window(date(2024, 2, 29), 'month')
    (datetime.date(2024, 2, 1), datetime.date(2024, 2, 29))
    >>> window(date(2026, 1, 1), 'week')
    (datetime.date(2025, 12, 29), datetime.date(2026, 1, 4))
    >>> window(date(2026, 1, 1), 'days', 2, 3)
    (datetime.date(2025, 12, 30), datetime.date(2026, 1, 4))
    """
    if method == 'week':
        monday = day - timedelta(days=day.weekday())
        return monday, monday + timedelta(days=6)
    if method == 'month':
        return day.replace(day=1), day.replace(day=monthrange(day.year, day.month)[1])
    if method == 'days':
        return day - timedelta(days=days_before), day + timedelta(days=days_after)
    return day, day


def possible_days(due, first, last, is_open):
    """Return the days on which work may be done: the open ones of its window, else the due one.

    :param date due: day that the work is due on
    :param date first: first day of its window
    :param date last: last day of its window
    :param is_open: function of a day
    :return: sorted list of dates, never empty

    >>> from datetime import date
    >>> workday = lambda day: day.weekday() < 5
    >>> possible_days(date(2026, 3, 7), date(2026, 3, 6), date(2026, 3, 9), workday)
    [datetime.date(2026, 3, 6), datetime.date(2026, 3, 9)]
    >>> possible_days(date(2026, 3, 7), date(2026, 3, 7), date(2026, 3, 7), workday)
    [datetime.date(2026, 3, 7)]
    """
    span = (first + timedelta(days=number) for number in range((last - first).days + 1))
    return [day for day in span if is_open(day)] or [due]


def combine(works):
    """Put works that share a day on as few days as possible.

    Greedy interval stabbing: the work whose possible days end first decides on a day, its last
    one, and takes along whatever can be done then too. Once the groups stand, each moves to the
    day that all of it allows and that is closest to the due days.

    :param works: list of (due day, sorted possible days); between its first and last possible day
        a work leaves out only days that every other work with a window leaves out, too
    :return: list of (day, [indexes into works]), in the order of days

    >>> from datetime import date
    >>> march = lambda *days: [date(2026, 3, day) for day in days]
    >>> groups = combine([
    ...     (date(2026, 3, 2), march(2, 3, 4)), (date(2026, 3, 4), march(3, 4, 5)),
    ...     (date(2026, 3, 9), march(9))])
    >>> [(day.day, indexes) for day, indexes in groups]
    [(3, [0, 1]), (9, [2])]
    """
    waiting = sorted(range(len(works)), key=lambda index: (works[index][1][-1], index))
    day_sets = [set(days) for _due, days in works]
    groups = []
    while waiting:
        stab = works[waiting[0]][1][-1]
        together = [index for index in waiting if stab in day_sets[index]]
        waiting = [index for index in waiting if stab not in day_sets[index]]
        shared = set.intersection(*(day_sets[index] for index in together))
        dues = [works[index][0] for index in together]
        day = min(shared, key=lambda day: (sum(abs((day - due).days) for due in dues), day))
        groups.append((day, sorted(together)))
    return sorted(groups)


def span_of(first_day, unit, count, day):
    """Return the first and the last day of the period, counted from `first_day`, that `day` is in.

    >>> from datetime import date
    >>> span_of(date(2026, 1, 31), 'month', 1, date(2026, 3, 1))
    (datetime.date(2026, 2, 28), datetime.date(2026, 3, 30))
    """
    index = index_of(first_day, unit, count, day)
    return (occurrence(first_day, unit, count, index),
            occurrence(first_day, unit, count, index + 1) - timedelta(days=1))

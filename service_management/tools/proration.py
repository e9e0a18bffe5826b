"""Arithmetic of periodic billing: plain dates and whole numbers in, the same out.

A span is a pair of dates (first day, last day), both included. Amounts are counted in whole steps
of the currency (cents), so that nothing gets lost on the way. A part of a period is rounded once,
wherever it lies; the part that completes the period takes what rounding left.
"""
import itertools
from calendar import monthrange
from datetime import date, timedelta
from fractions import Fraction

from .recurrence import index_of, occurrence
from .spans import common_days, count_days, free_days

#: unit of a period: (unit of an interval, how many of it)
PERIODS = {
    'day': ('day', 1), 'week': ('week', 1), 'month': ('month', 1), 'quarter': ('month', 3),
    'year': ('year', 1)}
#: unit of billing: the units in which its revenue may be recognised
#: Source: Dynamics 365 Finance & Operations, "Accruing subscriptions".
ACCRUAL_UNITS = {
    'year': ('year', 'quarter', 'month', 'day'), 'quarter': ('quarter', 'month', 'day'),
    'month': ('month', 'day'), 'week': ('day',), 'day': ('day',)}
#: unit of a period: how many months it has on average
MONTHS = {
    'day': Fraction(1200, 36525), 'week': Fraction(8400, 36525), 'month': Fraction(1),
    'quarter': Fraction(3), 'year': Fraction(12)}
_DAY = timedelta(days=1)


def calendar_start(day, unit, count=1):
    """Return the first day of the calendar's period that a day is in.

    Periods of several months begin with the year where that comes out even, and periods of several
    days, weeks or years with the unit that the day is in.

    >>> calendar_start(date(2026, 5, 20), 'quarter')
    datetime.date(2026, 4, 1)
    >>> calendar_start(date(2026, 11, 20), 'month', 6)
    datetime.date(2026, 7, 1)
    >>> calendar_start(date(2026, 3, 5), 'week')
    datetime.date(2026, 3, 2)
    """
    if unit == 'day':
        return day
    if unit == 'week':
        return day - timedelta(days=day.weekday())
    if unit == 'year':
        return date(day.year, 1, 1)
    months = PERIODS[unit][1] * (count if 12 % (PERIODS[unit][1] * count) == 0 else 1)
    return date(day.year, (day.month - 1) // months * months + 1, 1)


def period(anchor, unit, count, index):
    """Return the span of a period, counted from the anchor, whose index is 0.

    >>> period(date(2026, 1, 31), 'month', 1, 1)
    (datetime.date(2026, 2, 28), datetime.date(2026, 3, 30))
    """
    base, factor = PERIODS[unit]
    first, following = (
        occurrence(anchor, base, factor * count, number) for number in (index, index + 1))
    return first, following - _DAY


def periods_from(anchor, unit, count, start):
    """Yield the whole periods that end on a day or later, in order, without end.

    :param date anchor: first day of period 0; nothing lies before it

    >>> days = periods_from(date(2026, 1, 31), 'month', 1, date(2026, 3, 1))
    >>> [str(next(days)[0]), str(next(days)[0])]
    ['2026-02-28', '2026-03-31']
    """
    base, factor = PERIODS[unit]
    for index in itertools.count(index_of(anchor, base, factor * count, start)):
        yield period(anchor, unit, count, index)


def periods(anchor, unit, count, start, end):
    """Return the whole periods that share a day with the span from `start` to `end`, in order.

    >>> [str(first) for first, last in periods(
    ...     date(2026, 1, 31), 'month', 1, date(2026, 3, 1), date(2026, 4, 29))]
    ['2026-02-28', '2026-03-31']
    """
    return list(itertools.takewhile(
        lambda span: span[0] <= end, periods_from(anchor, unit, count, start)))


def months(span):
    """Return how many months a span has: a part counts by the days of its own month.

    Source: Business Central, contract invoicing (its leap-year defect left out).

    >>> months((date(2024, 2, 15), date(2024, 3, 31)))
    Fraction(44, 29)
    """
    first, last = span
    total = Fraction(12 * (last.year - first.year) + last.month - first.month)
    return (total + Fraction(last.day, monthrange(last.year, last.month)[1])
            - Fraction(first.day - 1, monthrange(first.year, first.month)[1]))


#: method of proration: how much a span weighs
WEIGHTS = {'period_days': count_days, 'month_days': months}


def rounded(number):
    """Return the closest whole number; halves go away from zero.

    >>> rounded(Fraction(5, 2)), rounded(Fraction(-5, 2)), rounded(Fraction(7, 3))
    (3, -3, 2)
    """
    return int(number + Fraction(1, 2)) if number >= 0 else -int(-number + Fraction(1, 2))


def share(amount, span, basis, method='period_days', taken=()):
    """Return what the days of a span cost, when those of its basis cost an amount together.

    It is rounded once, wherever the span lies. Where many parts add up, none is off by more than a
    step, and the one that completes the basis takes the rest.

    :param int amount: steps of the currency
    :param span: days within the basis
    :param str method: 'period_days' weighs all days alike, 'month_days' by the days of their month
    :param taken: (span, steps) of the other parts that are there already

    >>> march = (date(2026, 3, 1), date(2026, 3, 31))
    >>> share(20000, (date(2026, 3, 10), date(2026, 3, 11)), march)
    1290
    >>> before, after = (date(2026, 3, 1), date(2026, 3, 9)), (date(2026, 3, 10), date(2026, 3, 31))
    >>> share(10001, before, march), share(10001, after, march, taken=[(before, 2904)])
    (2904, 7097)
    >>> quarter = (date(2026, 1, 1), date(2026, 3, 31))
    >>> [share(30000, (date(2026, 2, 1), date(2026, 2, 28)), quarter, method)
    ...  for method in ('period_days', 'month_days')]
    [9333, 10000]
    """
    weigh = WEIGHTS[method]
    given = sum(steps for _days, steps in taken)
    parts = [span, *(days for days, _steps in taken)]
    if not free_days(basis, parts):
        return amount - given
    exact = Fraction(amount, 1) / weigh(basis)
    part = rounded(exact * weigh(span))
    # Many parts that are rounded the same way would drift away: none lets it come to a step.
    return part - int(given + part - exact * sum(map(weigh, parts)))


def portion(amount, span, spans, method='period_days'):
    """Return what the days of a span cost of the amount that some spans cost together.

    :param int amount: steps of the currency
    :param span: days within one of the spans

    >>> march = date(2026, 3, 1), date(2026, 3, 31)
    >>> portion(20000, (date(2026, 3, 10), date(2026, 3, 11)), [march])
    1290
    >>> portion(20000, march, [march])
    20000
    """
    weigh = WEIGHTS[method]
    return rounded(Fraction(amount) * weigh(span) / sum(map(weigh, spans)))


def accrue(amount, span, unit, method='equal', remainder='last'):
    """Return how an amount is earned over a span: [(first day, last day, steps)], in order.

    The span is cut where the calendar's periods begin. A period that the span has only a part of
    counts by its days. Parts are rounded down, and the steps that are left over go one by one to
    the first parts, or to the last ones: equal periods differ by at most one step.
    Source: Dynamics 365 Finance & Operations, "Accruing subscriptions".

    :param int amount: steps of the currency, of either sign
    :param str unit: 'day', 'month', 'quarter' or 'year'
    :param str method: 'equal' gives each whole period the same, 'days' each day
    :param str remainder: 'first' or 'last': where the steps begin that are left over
    :return: parts that add up to the amount exactly; none of them of the other sign

    >>> year = (date(2026, 1, 1), date(2026, 12, 31))
    >>> [part for *_span, part in accrue(100000, year, 'month')]
    [8333, 8333, 8333, 8333, 8333, 8333, 8333, 8333, 8334, 8334, 8334, 8334]
    >>> [part for *_span, part in accrue(100000, year, 'quarter', 'days', 'first')]
    [24658, 24932, 25205, 25205]
    """
    pieces = []
    for whole in periods(calendar_start(span[0], unit), unit, 1, *span):
        piece = common_days(whole, span)
        days = count_days(piece)
        weight = Fraction(days, count_days(whole)) if method == 'equal' else Fraction(days)
        pieces.append((piece, weight))
    total = sum(weight for _piece, weight in pieces)
    parts = [int(amount * weight / total) for _piece, weight in pieces]
    # Rounded towards zero, fewer steps are left over than there are parts.
    left, step = abs(amount - sum(parts)), 1 if amount > 0 else -1
    for index in range(left) if remainder == 'first' else range(len(parts) - left, len(parts)):
        parts[index] += step
    return [(*piece, part) for (piece, _weight), part in zip(pieces, parts, strict=True)]

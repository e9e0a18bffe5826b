"""Warranties by age: plain dates and numbers in, plain dates and numbers out."""
from datetime import timedelta

from dateutil.relativedelta import relativedelta


def percent_by_age(start, day, steps):
    """Return what percent a warranty that began on `start` pays on a day.

    :param start: first day of the warranty, or None where it is not known: then it is as new
    :param steps: [(months after the start, percent from then on)] in any order; before the first
        one it is 100 %. Of two that begin together, the later in the list counts.

    >>> from datetime import date
    >>> steps = [(12, 50.0), (24, 25.0)]
    >>> start = date(2026, 1, 31)
    >>> days = date(2027, 1, 30), date(2027, 1, 31), date(2028, 1, 31)
    >>> [percent_by_age(start, day, steps) for day in days]
    [100.0, 50.0, 25.0]
    >>> percent_by_age(None, date(2027, 1, 31), steps)
    100.0
    """
    percent = 100.0
    for months, then in sorted(steps, key=lambda step: step[0]):
        if not months or (start and day >= start + relativedelta(months=months)):
            percent = then
    return percent


def lay_out_extensions(end, extensions):
    """Return [(first day, last day)] of extensions of a warranty, one after the other.

    Each begins on the day after the warranty ends, at the earliest on the day on which it was sold.

    :param end: last day of the warranty without them, or None
    :param extensions: [(day of the sale, months)] in the order of the sales

    >>> from datetime import date
    >>> sales = [(date(2026, 3, 2), 1), (date(2026, 3, 2), 1), (date(2026, 8, 1), 12)]
    >>> for first, last in lay_out_extensions(date(2026, 3, 30), sales):
    ...     print(first, last)
    2026-03-31 2026-04-29
    2026-04-30 2026-05-30
    2026-08-01 2027-07-31
    >>> lay_out_extensions(None, [(date(2026, 3, 2), 12)])
    [(datetime.date(2026, 3, 2), datetime.date(2027, 3, 1))]
    """
    spans = []
    anchor, months_since = None, 0  # no drift over short months: counted from the first of a row
    for day_sold, months in extensions:
        if not (end and end >= day_sold):
            first = anchor = day_sold
            months_since = 0
        else:
            first = end + timedelta(days=1)
            if anchor is None:
                anchor, months_since = first, 0
        months_since += months
        end = anchor + relativedelta(months=months_since, days=-1)
        spans.append((first, end))
    return spans

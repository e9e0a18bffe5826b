"""What counters count: usage over overflows and resets, and when it will have grown so far."""
from datetime import timedelta

#: How many of the latest readings say how fast usage grows
LATEST = 3


def get_usage(before, value, overflow=0.0):
    """Return what was used between two values of a counter, or None where it went backwards.

    A counter that overflows begins at zero again. It is believed to have done so once, and only
    where that means less than half of what it can count: more is rather a slip of the pen.

    >>> get_usage(100, 130), get_usage(100, 100), get_usage(130, 100)
    (30, 0, None)
    >>> get_usage(9_990, 15, 10_000), get_usage(5_100, 5_000, 10_000)
    (25, None)
    """
    if value >= before:
        return value - before
    rolled_over = overflow - before + value
    return rolled_over if overflow and rolled_over < overflow / 2 else None


def get_usages(before, readings, overflow=0.0):
    """Return what was used before each reading, as a list; None stands where a counter went back.

    A reset begins anew at its value: nothing was used by it.

    :param float before: value of the counter before the first reading
    :param readings: list of (value, whether the counter was reset to it), the earliest first

    >>> get_usages(0, [(10, False), (25, False), (3, True), (5, False)])
    [10, 15, 0.0, 2]
    """
    usages = []
    for value, is_reset in readings:
        usages.append(0.0 if is_reset else get_usage(before, value, overflow))
        before = value
    return usages


def get_rate(readings):
    """Return how much is used per day according to the latest readings; 0 where nothing is known.

    :param readings: list of (moment, total usage), the earliest first

    >>> from datetime import datetime
    >>> get_rate([(datetime(2026, 3, 1), 0), (datetime(2026, 3, 11), 50), (datetime(2026, 3, 21), 150)])
    7.5
    >>> get_rate([(datetime(2026, 3, 1), 80)])
    0.0
    """
    readings = readings[-LATEST:]
    if len(readings) < 2:
        return 0.0
    (start, first), (end, last) = readings[0], readings[-1]
    days = (end - start) / timedelta(days=1)
    return (last - first) / days if days > 0 else 0.0


def get_moment(moment, total, rate, target):
    """Return when a total is reached that stood at `total` at a moment, or None where it is not.

    What was reached before is reached at the moment that it is known of. Nothing is foretold further
    ahead than a hundred years.

    >>> from datetime import datetime
    >>> get_moment(datetime(2026, 3, 1), 100, 7.5, 175)
    datetime.datetime(2026, 3, 11, 0, 0)
    >>> get_moment(datetime(2026, 3, 1), 100, 0, 175), get_moment(datetime(2026, 3, 1), 100, 0, 50)
    (None, datetime.datetime(2026, 3, 1, 0, 0))
    """
    if target <= total:
        return moment
    days = (target - total) / rate if rate > 0 else None
    return moment + timedelta(days=days) if days is not None and days <= 36525 else None

"""Days and hours by the clock on the wall: naive UTC datetimes and names of time zones in and out."""
from datetime import datetime, time, timedelta

import pytz

from .spans import cut


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


def cut_by_days(start, end, timezone, hull_by_day):
    """Cut a span at midnights and at the borders of the working days.

    :param start: naive UTC datetime
    :param end: naive UTC datetime
    :param str timezone: name of the zone that the days are in; empty means UTC
    :param dict hull_by_day: {day: (start, end)}, aware, of the days that have working time
    :return: list of (naive UTC start, naive UTC end, day, whether it is working time)

    >>> from datetime import date
    >>> day, at = date(2026, 3, 2), lambda hour: datetime(2026, 3, 2, hour)
    >>> work = tuple(pytz.utc.localize(at(hour)) for hour in (8, 17))
    >>> [(begin.hour, finish.hour, inside) for begin, finish, _day, inside in cut_by_days(
    ...     at(7), at(18), 'UTC', {day: work})]
    [(7, 8, False), (8, 17, True), (17, 18, False)]
    """
    zone = pytz.timezone(timezone or 'UTC')
    moment, end = pytz.utc.localize(start), pytz.utc.localize(end)
    parts = []
    while moment < end:
        day = moment.astimezone(zone).date()
        midnight = zone.localize(datetime.combine(day + timedelta(days=1), time.min))
        hulls = [hull_by_day[day]] if day in hull_by_day else []
        parts += [
            (begin.astimezone(pytz.utc).replace(tzinfo=None),
             finish.astimezone(pytz.utc).replace(tzinfo=None), day, is_inside)
            for begin, finish, is_inside in cut((moment, min(end, midnight)), hulls)]
        moment = midnight
    return parts


def naive(span):
    """Return a span of aware datetimes in naive UTC.

    >>> riga = pytz.timezone('Europe/Riga')
    >>> naive((riga.localize(datetime(2026, 1, 1, 8)), riga.localize(datetime(2026, 1, 1, 9))))
    (datetime.datetime(2026, 1, 1, 6, 0), datetime.datetime(2026, 1, 1, 7, 0))
    """
    return tuple(moment.astimezone(pytz.utc).replace(tzinfo=None) for moment in span)

"""How long people drive, estimated without a service: plain values in, plain values out.

A place is a pair (latitude, longitude) in degrees, or None where nobody knows: then what is asked of
it is None, too, and never 0. Odoo keeps 0/0 where it knows nothing, which lies in the sea.

Roads are longer than the beeline by a factor, and quicker the longer they are: the first kilometres in
town, the next ones in the country, the rest on the highway. So the estimate grows with the distance,
steadily, and a stop on the way never saves time.
"""
from datetime import timedelta
from math import asin, ceil, cos, inf, isfinite, radians, sin, sqrt
from typing import NamedTuple

#: Mean radius of the earth.
_EARTH_KM = 6371.0088
#: Who stays within this does not drive (kilometres of beeline).
SAME_PLACE_KM = 0.05
#: Least minutes of a drive: the car is reached, and parked again.
SHORTEST_MINUTES = 3
#: Who has so much time across midnight goes home between two visits.
_REST = timedelta(hours=4)
#: Who has so much goes home on whatever day (the daily rest of Directive 2003/88/EC, article 3).
_NIGHT = timedelta(hours=11)


class Roads(NamedTuple):
    """What drives are estimated with: road per beeline, and how fast the kilometres of it go."""
    factor: float = 1.3
    town_km: float = 5  # the first kilometres of a drive
    country_km: float = 20  # up to these; what is beyond is highway
    town_speed: float = 30  # km/h
    country_speed: float = 50
    highway_speed: float = 70

    def get_bands(self):
        """Return [(kilometre up to which, km/h)] in order; the last one has no end."""
        return [(self.town_km, self.town_speed), (self.country_km, self.country_speed),
                (inf, self.highway_speed)]


class Drive(NamedTuple):
    """A drive from one place to another."""
    minutes: int
    km: float  # of road


def get_place(latitude, longitude):
    """Return a place, or None where the numbers are none: 0/0, not finite, or not on this earth.

    >>> get_place(56.95, 24.1)
    (56.95, 24.1)
    >>> get_place(0, 0), get_place(91, 10), get_place(float('nan'), 10), get_place(None, 10)
    (None, None, None, None)
    """
    if not (latitude or longitude) or latitude is None or longitude is None:
        return None
    is_there = (
        isfinite(latitude) and isfinite(longitude)
        and abs(latitude) <= 90 and abs(longitude) <= 180)
    return (latitude, longitude) if is_there else None


def blur(place):
    """Return a place to about a kilometre: what is reckoned with it does not tell the house.

    >>> blur((56.951234, 24.105678))
    (56.95, 24.11)
    """
    return place and (round(place[0], 2), round(place[1], 2))


def get_beeline(place, other):
    """Return the great circle between two places in kilometres, or None if one is unknown.

    >>> round(get_beeline((56.9496, 24.1052), (56.5047, 21.0108)))  # Riga to Liepaja
    195
    >>> get_beeline((56.9496, 24.1052), None)
    """
    if not place or not other:
        return None
    (north, east), (other_north, other_east) = (map(radians, point) for point in (place, other))
    half = (
        sin((other_north - north) / 2) ** 2
        + cos(north) * cos(other_north) * sin((other_east - east) / 2) ** 2)
    return 2 * _EARTH_KM * asin(sqrt(min(half, 1.0)))


def get_minutes(km, roads):
    """Return how many minutes some kilometres of road take, unrounded.

    >>> [get_minutes(km, Roads()) for km in (5, 20, 90)]
    [10.0, 28.0, 88.0]
    """
    minutes, begin = 0.0, 0.0
    for end, speed in roads.get_bands():
        minutes += max(min(km, end) - begin, 0) * 60 / speed
        begin = max(begin, end)
    return minutes


def estimate(place, other, roads):
    """Return the Drive between two places, or None if one is unknown.

    Minutes are whole, rounded up. Who stays where he is drives 0; every other drive takes some minutes.

    >>> estimate((56.9496, 24.1052), (56.6511, 23.7213), Roads())  # Riga to Jelgava
    Drive(minutes=57, km=52.8)
    >>> estimate((56.9496, 24.1052), (56.9496, 24.1053), Roads())
    Drive(minutes=0, km=0.0)
    >>> estimate(None, (56.9496, 24.1052), Roads())
    """
    beeline = get_beeline(place, other)
    if beeline is None:
        return None
    if beeline <= SAME_PLACE_KM:
        return Drive(0, 0.0)
    km = beeline * roads.factor
    return Drive(max(ceil(round(get_minutes(km, roads), 6)), SHORTEST_MINUTES), round(km, 1))


def get_tours(spans):
    """Cut what one person does into tours: between two of them he is at home.

    A new tour begins with a new day, or after a night's rest; a night shift is one tour, as nobody goes
    home for some hours.

    :param spans: [(start, end)] of datetimes in the person's own time zone, in order of their starts
    :return: [[index of a span]]

    >>> from datetime import datetime
    >>> at = lambda day, hour: datetime(2026, 3, day, hour)
    >>> get_tours([(at(2, 8), at(2, 9)), (at(2, 15), at(2, 16)), (at(3, 8), at(3, 9))])
    [[0, 1], [2]]
    >>> get_tours([(at(2, 22), at(2, 23)), (at(3, 1), at(3, 2)), (at(3, 22), at(3, 23))])
    [[0, 1], [2]]
    """
    tours, reached = [], None
    for index, (start, end) in enumerate(spans):
        pause = start - reached if tours else _NIGHT
        if pause >= _NIGHT or (pause >= _REST and start.date() != reached.date()):
            tours.append([])
            reached = end
        tours[-1].append(index)
        reached = max(reached, end)
    return tours

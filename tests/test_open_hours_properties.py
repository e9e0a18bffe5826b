"""Properties of the service level clock, against counting second by second, hour by hour."""
from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st
from tools.open_hours import AlwaysOpen, OpenHours

BASE = datetime(2026, 3, 2)
HOUR = st.integers(0, 200)


def at(hour):
    return BASE + timedelta(hours=hour)


@st.composite
def open_hours(draw):
    """Return sorted, disjoint spans of whole hours, and the set of hours that they cover."""
    borders = draw(st.lists(HOUR, min_size=2, max_size=24, unique=True).map(sorted))
    pairs = list(zip(borders[::2], borders[1::2], strict=False))
    hours = {hour for start, end in pairs for hour in range(start, end)}
    return [(at(start), at(end)) for start, end in pairs], hours


@given(open_hours(), HOUR, HOUR)
def test_hours_between_are_the_open_ones(opening, start, end):
    spans, hours = opening
    assert OpenHours(spans).between(at(start), at(end)) == sum(
        1 for hour in hours if start <= hour < end)


@given(open_hours(), HOUR, st.integers(1, 60))
def test_the_deadline_is_where_the_last_hour_ends(opening, start, limit):
    spans, hours = opening
    counted = sorted(hour for hour in hours if hour >= start)[:limit]
    expected = at(counted[-1] + 1) if len(counted) == limit else None
    assert OpenHours(spans).add(at(start), limit) == expected


@given(open_hours(), HOUR, st.floats(0.01, 60), st.floats(0.01, 60))
def test_a_pause_moves_the_deadline_by_nothing_but_itself(opening, start, first, second):
    """Counting in two parts is counting in one: what is used is never counted twice."""
    clock = OpenHours(opening[0])
    stop = clock.add(at(start), first)
    whole = clock.add(at(start), first + second)
    if whole is not None:
        assert abs((clock.add(stop, second) - whole).total_seconds()) <= 2 or clock.between(
            min(whole, clock.add(stop, second)), max(whole, clock.add(stop, second))) * 3600 <= 2


@given(open_hours(), HOUR, st.floats(0.01, 60))
def test_adding_and_measuring_agree(opening, start, hours):
    clock = OpenHours(opening[0])
    end = clock.add(at(start), hours)
    if end is not None:
        assert abs(clock.between(at(start), end) - hours) * 3600 <= 1


@given(open_hours(), HOUR)
def test_the_next_opening_is_the_first_open_hour(opening, start):
    spans, hours = opening
    later = [hour for hour in hours if hour >= start]
    assert OpenHours(spans).opening(at(start)) == (at(min(later)) if later else None)


@given(HOUR, st.floats(0.01, 500))
def test_always_open_counts_every_hour(start, hours):
    end = AlwaysOpen().add(at(start), hours)
    assert abs(AlwaysOpen().between(at(start), end) - hours) * 3600 <= 1
    assert AlwaysOpen().between(end, at(start)) == 0

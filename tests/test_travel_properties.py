"""Properties of the estimate of drives: what a planner may rely on, wherever places are."""
from datetime import datetime, timedelta
from itertools import pairwise

from hypothesis import assume, given
from hypothesis import strategies as st
from tools import travel

PLACE = st.tuples(
    st.floats(-89, 89, allow_nan=False), st.floats(-180, 180, allow_nan=False)).filter(any)
KM = st.floats(0, 3000, allow_nan=False)
SPEED = st.floats(5, 130)


@st.composite
def roads(draw):
    """Draw roads on which longer drives are not slower, as they are in the world."""
    speeds = sorted(draw(st.tuples(SPEED, SPEED, SPEED)))
    town, country = sorted(draw(st.tuples(st.floats(0, 40), st.floats(0, 200))))
    return travel.Roads(draw(st.floats(1, 2)), town, country, *speeds)


@given(PLACE, PLACE, roads())
def test_the_way_back_is_as_long(place, other, known):
    there, back = travel.estimate(place, other, known), travel.estimate(other, place, known)
    assert abs(there.minutes - back.minutes) <= 1
    assert abs(there.km - back.km) <= 0.11


@given(PLACE, roads())
def test_who_stays_drives_nothing(place, known):
    assert travel.estimate(place, place, known) == (0, 0)


@given(PLACE, PLACE, roads())
def test_every_drive_takes_some_minutes(place, other, known):
    assume(travel.get_beeline(place, other) > travel.SAME_PLACE_KM)
    assert travel.estimate(place, other, known).minutes >= travel.SHORTEST_MINUTES


@given(PLACE, PLACE, PLACE, roads())
def test_a_stop_on_the_way_saves_no_time(place, stop, other, known):
    """Unless it is next door: a few steps are no drive."""
    for near, far in ((place, stop), (stop, other)):
        assume(travel.get_beeline(near, far) > travel.SAME_PLACE_KM)
    straight = travel.estimate(place, other, known).minutes
    over = travel.estimate(place, stop, known).minutes + travel.estimate(stop, other, known).minutes
    assert straight <= over


@given(KM, KM, roads())
def test_farther_takes_longer(km, other, known):
    low, high = sorted((km, other))
    assert travel.get_minutes(low, known) <= travel.get_minutes(high, known)


@given(roads())
def test_minutes_do_not_jump_where_a_speed_ends(known):
    for limit, _speed in known.get_bands()[:-1]:
        before, after = (travel.get_minutes(max(limit + step, 0), known) for step in (-1e-6, 1e-6))
        assert abs(after - before) < 1e-4


@given(st.sampled_from([None, (0, 0), (91, 1), (1, 181), (float('nan'), 1), (float('inf'), 1)]),
       PLACE, roads())
def test_what_is_unknown_is_never_nothing(nowhere, place, known):
    nowhere = nowhere and travel.get_place(*nowhere)
    assert nowhere is None
    assert travel.estimate(nowhere, place, known) is None
    assert travel.estimate(place, nowhere, known) is None


@given(st.lists(st.tuples(st.integers(0, 200), st.integers(1, 30)), max_size=30))
def test_tours_hold_everything_once_and_in_order(steps):
    start = datetime(2026, 3, 2)
    spans = [(start + timedelta(hours=begin), start + timedelta(hours=begin + length))
             for begin, length in sorted(steps)]
    tours = travel.get_tours(spans)
    assert [index for tour in tours for index in tour] == list(range(len(spans)))
    assert all(tours)
    for before, after in pairwise(tours):
        free = spans[after[0]][0] - max(spans[index][1] for index in before)
        assert free >= timedelta(hours=4)

"""Properties of counters: whatever they show, usage is what was used."""
from datetime import datetime, timedelta
from itertools import accumulate

from hypothesis import given
from hypothesis import strategies as st
from tools import meters

START = datetime(2026, 3, 1)
USED = st.lists(st.integers(0, 499), max_size=20)
READINGS = st.lists(st.tuples(st.integers(0, 10_000), st.booleans()), max_size=20)


@given(st.integers(0, 999), USED)
def test_what_a_counter_shows_over_overflows_gives_what_was_used(start, used):
    shown = [(total % 1000, False) for total in accumulate(used, initial=start)][1:]
    assert meters.get_usages(start, shown, 1000) == used


@given(st.integers(0, 10_000), READINGS)
def test_usage_is_never_negative(before, readings):
    assert all(usage is None or usage >= 0 for usage in meters.get_usages(before, readings))


@given(st.integers(0, 10_000), READINGS)
def test_readings_taken_apart_give_what_they_give_together(before, readings):
    apart = []
    for reading in readings:
        apart += meters.get_usages(before, [reading])
        before = reading[0]
    first = readings[0][0] if readings else before
    assert apart[1:] == meters.get_usages(first, readings[1:])


@given(st.integers(0, 1000), st.integers(1, 50), st.integers(1, 1000))
def test_a_total_is_reached_when_usage_goes_on_as_it_did(total, rate, more):
    moment = meters.get_moment(START, total, rate, total + more)
    assert abs((moment - START) / timedelta(days=1) * rate - more) < 1e-3


@given(st.lists(st.integers(0, 100), min_size=3, max_size=10))
def test_only_the_latest_readings_say_how_fast_usage_grows(totals):
    readings = [(START + timedelta(days=day), total) for day, total in enumerate(totals)]
    assert meters.get_rate(readings) == (totals[-1] - totals[-3]) / 2

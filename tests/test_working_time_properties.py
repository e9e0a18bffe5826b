"""Properties of how long planned work takes, against slow and obvious references."""
from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st
from tools.spans import joined
from tools.working_time import end_of_work, first_start, is_in_working_hours, length_of_work, worked

_DAY, _HOUR = datetime(2026, 3, 2), timedelta(hours=1)
#: Hours of a fortnight, as spans of working hours.
HOURS = st.lists(
    st.tuples(st.integers(0, 100), st.integers(1, 12)), max_size=12).map(lambda parts: joined(
        [(_at(start), _at(start + length)) for start, length in parts], timedelta()))
LENGTH = st.integers(1, 40).map(lambda hours: hours * _HOUR)
POINT = st.integers(0, 100).map(lambda hour: _at(hour))  # noqa: PLW0108 defined below


def _at(hour):
    return _DAY + hour * _HOUR


def _is_open(moment, spans):
    return any(begin <= moment < finish for begin, finish in spans)


def _hours(start, end):
    """Return the hours from one moment to another."""
    return [start + number * _HOUR for number in range((end - start) // _HOUR)]


@given(POINT, LENGTH, HOURS)
def test_work_is_done_when_as_many_hours_were_worked(start, length, spans):
    end = end_of_work(start, length, spans)
    if not _is_open(start, spans):
        assert end == start + length
    elif end:
        open_hours = sum(_is_open(hour, spans) for hour in _hours(start, end))
        assert worked(start, end, spans) == open_hours * _HOUR
        late = length - open_hours * _HOUR
        assert timedelta() <= late <= 2 * _HOUR, "all of it but some overtime"
        assert all(not _is_open(hour, spans) for hour in _hours(end - late, end))
    else:
        assert worked(start, _at(200), spans) < length


@given(POINT, LENGTH, HOURS)
def test_length_is_found_again_from_the_end(start, length, spans):
    if end := end_of_work(start, length, spans):
        assert length_of_work(start, end, spans) == length


@given(POINT, LENGTH, HOURS)
def test_given_end_stays_and_has_a_length(start, length, spans):
    found = length_of_work(start, start + length, spans)
    assert timedelta() < found <= length


@given(HOURS, st.lists(st.tuples(POINT, LENGTH), max_size=4), LENGTH, POINT, LENGTH)
def test_first_start_is_free_and_leaves_no_earlier_one_out(spans, plans, length, first, width):
    busy, window = [(start, start + long) for start, long in plans], (first, first + width)
    found = first_start(spans, busy, length, window, _HOUR)
    starts = [
        start for start in _hours(*window)
        if _is_open(start, spans) and not any(begin <= start < end for begin, end in busy)
        and (end := end_of_work(start, length, spans))
        and is_in_working_hours(start, end, length, spans)
        and not any(begin < end and start < finish for begin, finish in busy)]
    one_go = [start for start in starts if start + length <= window[1] and all(
        _is_open(hour, spans) for hour in _hours(start, start + length))]
    assert found is None or found in starts
    assert not one_go or found <= one_go[0], "nobody waits for what could begin earlier"

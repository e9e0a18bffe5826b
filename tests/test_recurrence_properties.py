"""Properties of recurring dates and of the fewest visits, against slow and obvious references."""
from datetime import date, timedelta
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tools import recurrence

DAY = st.dates(date(2020, 1, 1), date(2035, 12, 31))
UNIT = st.sampled_from(sorted(recurrence.UNITS))
COUNT = st.integers(1, 15)


def is_workday(day):
    return day.weekday() < 5 and day not in {date(2026, 3, 4), date(2026, 3, 10)}


@given(DAY, UNIT, COUNT, st.integers(0, 1000), st.integers(0, 900))
def test_days_of_a_span_are_exactly_the_series_within_it(first, unit, count, skip, length):
    start = first + timedelta(days=skip - 100)
    end = start + timedelta(days=length)
    expected, index = [], 0
    while (day := recurrence.occurrence(first, unit, count, index)) <= end:
        expected += [day] if day >= start else []
        index += 1
    assert recurrence.occurrences(first, unit, count, start, end) == expected


@given(st.lists(DAY, min_size=1, max_size=5, unique=True).map(sorted), UNIT, COUNT, DAY,
       st.integers(0, 900), st.none() | st.integers(0, 9))
def test_a_series_goes_on_until_it_begins_anew(firsts, unit, count, start, length, most):
    end = start + timedelta(days=length)
    expected = [
        day for day in (start + timedelta(days=number) for number in range(length + 1))
        if (begun := [first for first in firsts if first <= day])
        and day in recurrence.occurrences(begun[-1], unit, count, day, day)]
    assert recurrence.occurrences_anew(firsts, unit, count, start, end, most) == expected[:most]


@given(DAY, UNIT, COUNT, st.integers(0, 60))
def test_no_day_drifts(first, unit, count, index):
    """A day of a series is the anchor's day of the month, or the month's last one."""
    day = recurrence.occurrence(first, unit, count, index)
    if unit in ('day', 'week'):
        assert (day - first).days == index * count * {'day': 1, 'week': 7}[unit]
    else:
        is_last = (day + timedelta(days=1)).day == 1
        assert day.day == first.day or (is_last and day.day < first.day)
        months = (day.year - first.year) * 12 + day.month - first.month
        assert months == index * count * {'month': 1, 'year': 12}[unit]


@given(DAY, UNIT, COUNT, st.integers(0, 3000))
def test_a_day_lies_in_one_period_and_periods_have_no_gaps(first, unit, count, days):
    day = first + timedelta(days=days)
    start, end = recurrence.span_of(first, unit, count, day)
    assert start <= day <= end
    assert recurrence.span_of(first, unit, count, end + timedelta(days=1))[0] == end + timedelta(
        days=1)


@given(DAY, st.sampled_from(['exact', 'week', 'month', 'days']), st.integers(0, 40),
       st.integers(0, 40))
def test_a_window_holds_the_due_day(due, method, before, after):
    first, last = recurrence.window(due, method, before, after)
    assert first <= due <= last
    if method == 'week':
        assert (first.weekday(), last.weekday()) == (0, 6)
    if method == 'month':
        assert first.day == 1 and (last + timedelta(days=1)).day == 1


WORK = st.tuples(st.integers(1, 14), st.integers(0, 4), st.integers(0, 4)).map(
    lambda numbers: (date(2026, 3, numbers[0]), numbers[1], numbers[2]))


def works_of(specs):
    works = []
    for due, before, after in specs:
        first, last = recurrence.window(due, 'days', before, after)
        works.append((due, recurrence.possible_days(due, first, last, is_workday)))
    return works


def fewest_days(works):
    """Return the least number of days on which all works can be done, by trying."""
    candidates = sorted({day for _due, days in works for day in days})
    for number in range(len(works) + 1):
        for chosen in combinations(candidates, number):
            if all(set(days) & set(chosen) for _due, days in works):
                return number
    raise AssertionError("no choice of days does all works")


@given(st.lists(WORK, max_size=6).map(works_of))
def test_works_are_on_the_fewest_days_possible(works):
    assert len(recurrence.combine(works)) == fewest_days(works)


@given(st.lists(WORK, max_size=12).map(works_of))
def test_each_work_is_on_one_day_that_it_allows(works):
    groups = recurrence.combine(works)
    assert sorted(index for _day, indexes in groups for index in indexes) == list(range(len(works)))
    assert all(day in works[index][1] for day, indexes in groups for index in indexes)


def iso(*days):
    return [date.fromisoformat(day) for day in days]


@pytest.mark.parametrize(('first', 'unit', 'count', 'expected'), [
    ('2026-01-31', 'month', 1, ['2026-01-31', '2026-02-28', '2026-03-31', '2026-04-30', '2026-05-31']),
    ('2028-01-31', 'month', 1, ['2028-01-31', '2028-02-29', '2028-03-31']),
    ('2026-01-30', 'month', 1, ['2026-01-30', '2026-02-28', '2026-03-30']),
    ('2026-08-31', 'month', 3, ['2026-08-31', '2026-11-30', '2027-02-28', '2027-05-31']),
    ('2024-02-29', 'year', 1, ['2024-02-29', '2025-02-28', '2026-02-28', '2027-02-28', '2028-02-29']),
    ('2026-12-28', 'week', 1, ['2026-12-28', '2027-01-04', '2027-01-11']),
    ('2026-12-30', 'day', 2, ['2026-12-30', '2027-01-01', '2027-01-03']),
    ('2026-03-28', 'day', 1, ['2026-03-28', '2026-03-29', '2026-03-30']),  # clocks go forward
    ('2026-10-24', 'day', 1, ['2026-10-24', '2026-10-25', '2026-10-26']),  # and back
    ('2026-11-30', 'month', 6, ['2026-11-30', '2027-05-30', '2027-11-30']),
    ('2026-06-15', 'year', 2, ['2026-06-15', '2028-06-15', '2030-06-15']),
])
def test_table_of_series(first, unit, count, expected):
    expected = iso(*expected)
    found = recurrence.occurrences(
        date.fromisoformat(first), unit, count, expected[0], expected[-1])
    assert found == expected


@pytest.mark.parametrize(('due', 'method', 'before', 'after', 'expected'), [
    ('2026-03-04', 'exact', 9, 9, ['2026-03-04', '2026-03-04']),
    ('2026-03-04', 'week', 0, 0, ['2026-03-02', '2026-03-08']),
    ('2027-01-01', 'week', 0, 0, ['2026-12-28', '2027-01-03']),
    ('2028-02-10', 'month', 0, 0, ['2028-02-01', '2028-02-29']),
    ('2026-12-31', 'month', 0, 0, ['2026-12-01', '2026-12-31']),
    ('2026-03-01', 'days', 3, 0, ['2026-02-26', '2026-03-01']),
    ('2026-12-30', 'days', 1, 4, ['2026-12-29', '2027-01-03']),
])
def test_table_of_windows(due, method, before, after, expected):
    found = recurrence.window(date.fromisoformat(due), method, before, after)
    assert list(found) == iso(*expected)

"""Properties of working hours and of the service level clock, against counting hour by hour."""
from collections import Counter
from datetime import date, datetime, time, timedelta
from itertools import pairwise

import pytz
from hypothesis import given
from hypothesis import strategies as st
from tools.clock import (
    by_days,
    cut_by_quota,
    in_steps,
    naive,
    utc_of,
    working_days,
    working_spans,
)
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


#=== MIDNIGHT ===#

#: Clocks change at night, at midnight, by half an hour, and never.
ZONE = st.sampled_from([
    'Europe/Riga', 'America/New_York', 'America/Santiago', 'America/Havana', 'Atlantic/Azores',
    'Australia/Lord_Howe', 'UTC'])
DAY = st.dates(date(2025, 1, 1), date(2027, 12, 31))
SECOND = timedelta(seconds=1)


def as_odoo_says(zone, day, count, first_hour=0):
    """Return so many days, open until midnight, as the calendars of Odoo give them."""
    days = [day + timedelta(days=number) for number in range(count)]
    return [(
        zone.localize(datetime.combine(each, time(first_hour))),
        zone.localize(datetime.combine(each, time.max))) for each in days]


@given(ZONE, DAY, st.integers(1, 10))
def test_days_open_until_midnight_are_one_span(name, day, count):
    [span] = working_spans(as_odoo_says(pytz.timezone(name), day, count))
    assert naive(span) == (
        utc_of(day, 0, name), utc_of(day + timedelta(days=count), 0, name))


@given(ZONE, DAY, st.integers(1, 10), st.integers(5, 23))
def test_days_that_begin_late_stay_apart_and_end_at_midnight(name, day, count, hour):
    spans = working_spans(as_odoo_says(pytz.timezone(name), day, count, hour))
    assert [naive(span)[1] for span in spans] == [
        utc_of(day + timedelta(days=number + 1), 0, name) for number in range(count)]


@given(ZONE, DAY, st.integers(1, 10), st.integers(0, 23))
def test_cutting_at_midnight_and_joining_changes_nothing(name, day, count, hour):
    spans = working_spans(as_odoo_says(pytz.timezone(name), day, count, hour))
    parts = [part for parts in by_days(spans).values() for part in parts]
    assert working_spans(parts) == spans
    assert sum((end - start for start, end in parts), timedelta()) == sum(
        (end - start for start, end in spans), timedelta())


@given(ZONE, DAY, st.lists(st.integers(1, 23 * 60), min_size=2, max_size=8, unique=True))
def test_a_cut_of_a_second_or_less_changes_nothing(name, day, minutes):
    zone = pytz.timezone(name)
    borders = [zone.localize(datetime.combine(day, time.min)) + timedelta(minutes=minute)
               for minute in sorted(minutes)]
    cut = [(start, end - SECOND) for start, end in pairwise(borders)]
    assert working_spans(cut) == [(borders[0], borders[-1] - SECOND)]


#=== WORK ===#

@given(open_hours())
def test_a_break_is_work_and_a_rest_is_not(opening):
    """What lies between two working hours of a day belongs to them if nobody goes home for it."""
    spans, hours = opening
    days = working_days([tuple(map(pytz.utc.localize, span)) for span in spans])
    found = {
        hour for day, hulls in days.items() for hour in range(201 + 24)
        if at(hour).date() == day and any(
            start <= pytz.utc.localize(at(hour)) < end for start, end in hulls)}
    expected = set(hours)
    for before, after in pairwise(sorted(hours)):
        if at(before).date() == at(after).date() and after - before - 1 < 11:
            expected |= set(range(before, after))
    assert found == expected


@given(open_hours(), st.integers(1, 12), st.integers(1, 50))
def test_usual_hours_are_the_first_ones_of_the_day_and_the_week(work, per_day, per_week):
    spans, hours = work
    parts = [(at(hour), at(hour + 1), at(hour).date(), True) for hour in sorted(hours)]
    found = cut_by_quota(
        parts, spans, 'UTC', timedelta(hours=per_day), timedelta(hours=per_week))
    by_day, by_week = Counter(), Counter()
    for _start, _end, day, inside in found:
        week = day.isocalendar()[:2]
        assert inside == (by_day[day] < per_day and by_week[week] < per_week)
        by_day[day] += 1
        by_week[week] += 1


@given(open_hours(), st.integers(1, 12), st.integers(1, 50), st.data())
def test_what_work_costs_does_not_depend_on_what_is_asked_with_it(work, per_day, per_week, data):
    spans, hours = work
    parts = [(at(hour), at(hour + 1), at(hour).date(), True) for hour in sorted(hours)]
    quota = spans, 'UTC', timedelta(hours=per_day), timedelta(hours=per_week)
    part = data.draw(st.sampled_from(parts)) if parts else None
    if part:
        together = [piece for piece in cut_by_quota(parts, *quota) if piece[0] == part[0]]
        assert cut_by_quota([part], *quota) == together


@given(st.lists(st.tuples(st.integers(1, 5000), st.sampled_from('abc')), min_size=1, max_size=8))
def test_parts_in_steps_make_the_whole_and_none_is_nothing(lengths):
    step, parts, moment = timedelta(seconds=36), [], BASE
    for seconds, kind in lengths:
        parts.append((moment, moment + timedelta(seconds=seconds), kind))
        moment = parts[-1][1]
    found = in_steps(parts, step)
    assert (found[0][0], found[-1][1]) == (BASE, moment)
    assert all(first[1] == second[0] and first[2] != second[2]
               for first, second in pairwise(found))
    # as the database rounds quantities
    steps = [int((end - start) / step + 0.5) for start, end, _kind in found]
    assert sum(steps) == int((moment - BASE) / step + 0.5)
    assert all(steps) or len(found) == 1
    assert in_steps(found, step) == found

"""Properties of the arithmetic of time spans, against slow and obvious references."""
from datetime import date, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st
from tools import spans as algebra

POINT = st.integers(0, 60)
SPAN = st.tuples(POINT, POINT).filter(lambda span: span[0] < span[1])
SPANS = st.lists(SPAN, max_size=12)


def minutes(spans):
    """Return the set of unit steps that spans cover: the obvious model of a span."""
    return {step for start, end in spans for step in range(start, end)}


def disjoint(spans):
    """Return sorted, disjoint spans that cover the same steps."""
    merged = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


@given(SPAN, SPAN)
def test_overlap_is_what_both_spans_cover(span, other):
    shared = algebra.overlap(span, other)
    assert minutes([shared] if shared else []) == minutes([span]) & minutes([other])


@given(SPAN, SPANS)
def test_touching_finds_the_spans_that_overlap_and_no_other(span, spans):
    spans = disjoint(spans)
    assert algebra.touching(span, spans) == [
        other for other in spans if algebra.overlap(span, other)]


@given(SPANS, SPANS)
def test_overlapping_pairs_finds_every_pair_and_no_other(spans, others):
    expected = [
        (i, j) for i, span in enumerate(spans) for j, other in enumerate(others)
        if algebra.overlap(span, other)]
    assert algebra.overlapping_pairs(spans, others) == expected


@given(SPANS, st.integers(0, 5))
def test_joined_covers_the_spans_and_the_small_gaps(spans, gap):
    found = algebra.joined(spans, gap)
    covered = minutes(spans)
    gaps = set(range(61)) - covered
    assert minutes(found) - covered <= gaps and minutes(found) >= covered
    assert all(later[0] - earlier[1] > gap for earlier, later in pairwise(found))
    if not gap:
        assert minutes(found) == covered


@given(SPAN, SPANS)
def test_uncovered_is_the_rest_of_the_span(span, spans):
    gaps = algebra.uncovered(span, disjoint(spans))
    assert minutes(gaps) == minutes([span]) - minutes(spans)
    assert gaps == disjoint(gaps)


@given(SPANS, SPANS)
def test_without_takes_away_exactly_the_blocked_steps(intervals, blocked):
    left = algebra.without(disjoint(intervals), blocked)
    assert minutes(left) == minutes(intervals) - minutes(blocked)


@given(
    st.tuples(st.integers(0, 100), st.integers(0, 100)).map(sorted).filter(lambda s: s[0] < s[1]),
    st.lists(st.integers(0, 100), max_size=10, unique=True).map(sorted))
def test_cutting_loses_and_doubles_nothing(span, borders):
    intervals = list(zip(borders[::2], borders[1::2], strict=False))
    parts = algebra.cut(tuple(span), intervals)
    assert [parts[0][0], parts[-1][1]] == list(span)
    for (_start, end, _inside), (start, _end, _other) in pairwise(parts):
        assert end == start
    for start, end, inside in parts:
        assert start < end
        assert inside == any(begin <= start and end <= finish for begin, finish in intervals)


#=== DAYS ===#

DAY = st.dates(date(2020, 1, 1), date(2032, 12, 31))
DAYS = st.tuples(DAY, st.integers(0, 400)).map(
    lambda span: (span[0], span[0] + timedelta(days=span[1])))


def each_day(span):
    return [span[0] + timedelta(days=number) for number in range(algebra.count_days(span))]


@given(DAYS, DAYS)
def test_common_days_are_those_of_both(span, other):
    shared = algebra.common_days(span, other)
    assert set(each_day(shared) if shared else []) == set(each_day(span)) & set(each_day(other))


@given(DAYS)
def test_what_has_no_end_shares_every_day_from_its_first_on(span):
    assert algebra.common_days(span, (span[0], algebra.FOREVER)) == span
    assert algebra.common_days((span[0], algebra.FOREVER), (span[1], algebra.FOREVER)) == (
        span[1], algebra.FOREVER)


@given(DAY, st.integers(0, 120), st.lists(st.tuples(st.integers(-20, 140), st.integers(0, 40)),
                                          max_size=6))
def test_free_days_are_those_that_nothing_takes(start, length, others):
    span = (start, start + timedelta(days=length))
    taken = [(start + timedelta(days=begin), start + timedelta(days=begin + more))
             for begin, more in others]
    found = [day for part in algebra.free_days(span, taken) for day in each_day(part)]
    assert found == [day for day in each_day(span)
                     if not any(first <= day <= last for first, last in taken)]

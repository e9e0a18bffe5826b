"""Properties of the arithmetic of time spans, against slow and obvious references."""
from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st
from tools import planning, rules

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
    shared = planning.overlap(span, other)
    assert minutes([shared] if shared else []) == minutes([span]) & minutes([other])


@given(SPANS, SPANS)
def test_overlapping_pairs_finds_every_pair_and_no_other(spans, others):
    expected = [
        (i, j) for i, span in enumerate(spans) for j, other in enumerate(others)
        if planning.overlap(span, other)]
    assert planning.overlapping_pairs(spans, others) == expected


@given(SPAN, SPANS)
def test_uncovered_is_the_rest_of_the_span(span, spans):
    gaps = planning.uncovered(span, disjoint(spans))
    assert minutes(gaps) == minutes([span]) - minutes(spans)
    assert gaps == disjoint(gaps)


@given(SPANS, SPANS)
def test_without_takes_away_exactly_the_blocked_steps(intervals, blocked):
    left = planning.without(disjoint(intervals), blocked)
    assert minutes(left) == minutes(intervals) - minutes(blocked)


@given(SPANS, st.integers(1, 20), POINT)
def test_first_fit_is_the_earliest_start_that_fits(free, length, not_before):
    day, minute = datetime(2026, 3, 2), timedelta(minutes=1)
    step = 5
    spans = disjoint(free)
    found = planning.first_fit(
        [(day + start * minute, day + end * minute) for start, end in spans],
        length * minute, day + not_before * minute, step * minute)
    candidates = [
        start for start in range(0, 120, step)
        if start >= not_before
        and any(begin <= start and start + length <= end for begin, end in spans)]
    assert found == (day + candidates[0] * minute if candidates else None)


@given(st.lists(st.sampled_from(['open', 'posted', 'cancelled']), min_size=1))
def test_progress_has_one_answer_whatever_the_order_of_the_lines(states):
    assert rules.progress(states) == rules.progress(reversed(states))
    assert (rules.progress(states) == 'in_process') == ('open' in states)


@given(st.dates(), st.none() | st.dates(), st.none() | st.dates())
def test_warranty_holds_on_both_of_its_days_and_not_beyond(day, start, end):
    if rules.under_warranty(day, start, end):
        assert end and day <= end
        assert start is None or start <= day
        assert rules.under_warranty(end, start, end)
    if end and (start is None or start <= end) and end < datetime.max.date():
        assert not rules.under_warranty(end + timedelta(days=1), start, end)


@given(st.text(max_size=6), st.lists(st.text(max_size=3), max_size=6))
def test_longest_prefix_is_a_prefix_and_no_other_fits_better(code, prefixes):
    def plain(text):
        return text.replace(' ', '').upper()

    found = rules.longest_prefix(code, prefixes)
    fitting = [p for p in prefixes if p and plain(code).startswith(plain(p))]
    assert (found in fitting) if fitting else (found is None)
    if fitting:
        assert len(found) == max(map(len, fitting))

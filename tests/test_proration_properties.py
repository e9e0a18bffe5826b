"""Properties of periods, proration and accruals, against slow and obvious references."""
from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tools import proration, spans

DAY = st.dates(date(2020, 1, 1), date(2032, 12, 31))
UNIT = st.sampled_from(sorted(proration.PERIODS))
METHOD = st.sampled_from(sorted(proration.WEIGHTS))
AMOUNT = st.integers(-10**7, 10**7)


def each_day(span):
    return [span[0] + timedelta(days=number) for number in range(spans.count_days(span))]


@given(DAY, UNIT, st.integers(1, 5), st.integers(0, 800), st.integers(0, 400))
def test_periods_tile_the_time_without_gap_or_overlap(anchor, unit, count, skip, length):
    start = anchor + timedelta(days=skip)
    end = start + timedelta(days=length)
    found = proration.periods(anchor, unit, count, start, end)
    assert found[0][0] <= start <= found[0][1] and found[-1][0] <= end <= found[-1][1]
    for one, following in pairwise(found):
        assert following[0] == one[1] + timedelta(days=1)


@given(DAY, UNIT, st.integers(1, 12), st.integers(0, 400))
def test_calendar_starts_are_where_periods_begin(day, unit, count, ahead):
    """Any day of a period leads to the same first day, as long as the periods fit a year."""
    start = proration.calendar_start(day, unit, count)
    assert start <= day
    if unit in ('month', 'quarter') and 12 % (count * proration.PERIODS[unit][1]) == 0:
        span = proration.period(start, unit, count, 0)
        assert span[0] <= day <= span[1]
        other = span[0] + timedelta(days=ahead % spans.count_days(span))
        assert proration.calendar_start(other, unit, count) == start
        assert start.day == 1


def exact_share(amount, span, basis, method):
    weigh = proration.WEIGHTS[method]
    return Fraction(amount) * weigh(span) / weigh(basis)


@given(AMOUNT, DAY, st.integers(2, 500), st.integers(0, 499), st.integers(1, 500), METHOD)
def test_a_part_alone_is_rounded_once(amount, start, length, skip, days, method):
    basis = (start, start + timedelta(days=length - 1))
    first = start + timedelta(days=skip % (length - 1))
    span = (first, min(first + timedelta(days=days - 1), basis[1] - timedelta(days=1)))
    assert proration.share(amount, span, basis, method) == proration.rounded(
        exact_share(amount, span, basis, method))


@given(AMOUNT, DAY, st.integers(1, 500), st.lists(st.integers(0, 499), max_size=40), METHOD,
       st.randoms(use_true_random=False))
def test_parts_add_up_whatever_the_cuts_and_their_order(amount, start, length, cuts, method, random):
    basis = (start, start + timedelta(days=length - 1))
    edges = sorted({0, length, *(cut for cut in cuts if cut < length)})
    parts = [(start + timedelta(days=one), start + timedelta(days=following - 1))
             for one, following in pairwise(edges)]
    random.shuffle(parts)
    taken = []
    for span in parts:
        part = proration.share(amount, span, basis, method, taken)
        assert abs(part - exact_share(amount, span, basis, method)) <= 1
        taken.append((span, part))
    assert sum(part for _span, part in taken) == amount


@given(DAY, st.integers(0, 900))
def test_months_add_up_and_whole_months_count_as_one(start, length):
    span = (start, start + timedelta(days=length))
    middle = start + timedelta(days=length // 2)
    if middle < span[1]:
        assert proration.months(span) == proration.months((start, middle)) + proration.months(
            (middle + timedelta(days=1), span[1]))
    first = start.replace(day=1)
    assert proration.months(proration.period(first, 'quarter', 1, 3)) == 3


@given(AMOUNT, DAY, st.integers(0, 800), st.sampled_from(['day', 'month', 'quarter', 'year']),
       st.sampled_from(['equal', 'days']), st.sampled_from(['first', 'last']))
@example(61, date(2026, 3, 1), 121, 'month', 'days', 'last')  # 30 days cost 15, and get the rest
def test_accruals_add_up_and_tile_the_span(amount, start, length, unit, method, remainder):
    span = (start, start + timedelta(days=length))
    parts = proration.accrue(amount, span, unit, method, remainder)
    assert sum(part for *_days, part in parts) == amount
    assert all(part * amount >= 0 for *_days, part in parts)
    assert [day for first, last, _part in parts for day in each_day((first, last))] == each_day(
        span)
    weights = [_weigh(days, unit, method) for *days, _part in parts]
    total = sum(weights)
    assert all(abs(part - amount * weight / total) <= 1
               for weight, (*_days, part) in zip(weights, parts, strict=True))


def _weigh(days, unit, method):
    """Return how much a part of a schedule counts, counted day by day."""
    if method == 'days':
        return Fraction(spans.count_days(days))
    whole = proration.period(proration.calendar_start(days[0], unit), unit, 1, 0)
    return Fraction(spans.count_days(days), spans.count_days(whole))


@given(AMOUNT, DAY, st.integers(0, 800), st.sampled_from(['day', 'month', 'quarter', 'year']),
       st.sampled_from(['equal', 'days']), st.sampled_from(['first', 'last']))
def test_equal_parts_differ_by_one_step_and_the_spare_ones_are_at_one_end(
        amount, start, length, unit, method, remainder):
    parts = proration.accrue(
        amount, (start, start + timedelta(days=length)), unit, method, remainder)
    alike = {}
    for *days, part in parts:
        alike.setdefault(_weigh(days, unit, method), []).append(abs(part))
    for amounts in alike.values():
        assert max(amounts) - min(amounts) <= 1
        assert amounts == sorted(amounts, reverse=remainder == 'first')


CASES = [
    # amount, unit, method, rest, first day, last day, parts
    (120000, 'month', 'equal', 'last', '2026-01-01', '2026-12-31', [10000] * 12),
    (1000, 'month', 'equal', 'last', '2026-01-01', '2026-03-31', [333, 333, 334]),
    (1000, 'month', 'equal', 'first', '2026-01-01', '2026-03-31', [334, 333, 333]),
    (2000, 'month', 'equal', 'last', '2026-01-01', '2026-03-31', [666, 667, 667]),
    (10, 'month', 'equal', 'last', '2026-01-01', '2026-12-31', [0] * 2 + [1] * 10),
    (100000, 'month', 'equal', 'last', '2026-01-01', '2026-12-31', [8333] * 8 + [8334] * 4),
    (100000, 'month', 'equal', 'first', '2026-01-01', '2026-12-31', [8334] * 4 + [8333] * 8),
    (-100000, 'month', 'equal', 'last', '2026-01-01', '2026-12-31', [-8333] * 8 + [-8334] * 4),
    (-1000, 'month', 'equal', 'last', '2026-01-01', '2026-03-31', [-333, -333, -334]),
    (9000, 'month', 'days', 'last', '2026-01-01', '2026-03-31', [3100, 2800, 3100]),
    (9100, 'month', 'days', 'last', '2024-01-01', '2024-03-31', [3100, 2900, 3100]),
    (10000, 'month', 'equal', 'last', '2026-01-16', '2026-02-15', [4906, 5094]),
    (700, 'day', 'equal', 'last', '2026-03-02', '2026-03-08', [100] * 7),
    (36500, 'year', 'equal', 'last', '2026-07-01', '2027-06-30', [18400, 18100]),
    (1, 'quarter', 'days', 'first', '2026-01-01', '2026-12-31', [1, 0, 0, 0]),
]


@pytest.mark.parametrize('case', CASES)
def test_accrual_table(case):
    amount, unit, method, rest, first, last, expected = case
    span = (date.fromisoformat(first), date.fromisoformat(last))
    parts = proration.accrue(amount, span, unit, method, rest)
    assert [part for *_days, part in parts] == expected

"""Properties of the price arithmetic, for any input."""
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st
from tools.pricing import cut, fit_prices, spread

amounts = st.lists(st.integers(0, 10**7), min_size=1, max_size=30).filter(any)


@given(amounts, st.integers(0, 10**8))
def test_parts_add_up_to_the_target(values, target):
    assert sum(spread(values, target)) == target


@given(amounts, st.integers(0, 10**8))
def test_each_part_is_within_one_step_of_its_share(values, target):
    total = sum(values)
    for value, part in zip(values, spread(values, target), strict=True):
        assert abs(part - value * target / total) < 1 + 1e-6


@given(
    st.lists(st.tuples(
        st.integers(0, 10**6), st.decimals('0.01', '999', places=2).map(float),
    ), min_size=1, max_size=12),
    st.sampled_from([0, 2, 3]))
def test_prices_and_rest_make_the_targets(lines, digits):
    targets = [target for target, _factor in lines]
    factors = [factor for _target, factor in lines]
    prices, rest = fit_prices(targets, factors, 2, digits)
    charged = sum(
        round(price * factor * 10**digits) for price, factor in zip(prices, factors, strict=True))
    assert charged + rest == sum(targets)
    assert all(price >= 0 for price in prices)


@given(
    st.tuples(st.integers(0, 100), st.integers(0, 100)).map(sorted).filter(lambda s: s[0] < s[1]),
    st.lists(st.integers(0, 100), max_size=10, unique=True).map(sorted))
def test_cutting_loses_and_doubles_nothing(span, borders):
    intervals = list(zip(borders[::2], borders[1::2], strict=False))
    parts = cut(tuple(span), intervals)
    assert [parts[0][0], parts[-1][1]] == list(span)
    for (_start, end, _inside), (start, _end, _other) in pairwise(parts):
        assert end == start
    for start, end, inside in parts:
        assert start < end
        assert inside == any(begin <= start and end <= finish for begin, finish in intervals)

"""Properties of the price arithmetic, for any input."""
from hypothesis import given
from hypothesis import strategies as st
from tools.pricing import fit_prices, spread

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

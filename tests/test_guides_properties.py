"""Properties of guides: one without problems ends, whatever is answered."""
from hypothesis import given
from hypothesis import strategies as st
from tools import guides


@st.composite
def drawings(draw):
    """Return (leads, results) of any guide, right or wrong."""
    count = draw(st.integers(1, 7))
    following = st.one_of(st.none(), st.integers(0, count - 1))
    leads = {step: draw(st.lists(following, max_size=3)) for step in range(count)}
    return leads, {step for step, after in leads.items() if not after and draw(st.booleans())}


def walk(leads, choices):
    """Return the steps that are walked by choices: numbers that are taken by turns."""
    step, path = next(iter(leads)), []
    for choice in choices:
        path.append(step)
        if not leads[step]:
            break
        step = leads[step][choice % len(leads[step])]
        if step is None:
            break
    return path


CHOICES = st.lists(st.integers(0, 5), min_size=20, max_size=20)


@given(drawings(), CHOICES)
def test_guide_without_problems_ends_in_a_result(drawing, choices):
    leads, results = drawing
    if not guides.find_problems(leads, results):
        path = walk(leads, choices)
        assert path[-1] in results
        assert len(path) - 1 <= guides.count_left(leads)[path[0]]


@given(drawings(), CHOICES)
def test_guide_that_may_not_end_has_problems(drawing, choices):
    leads, results = drawing
    path = walk(leads, choices)
    if len(path) > len(leads) or path[-1] not in results:
        assert guides.find_problems(leads, results)


@given(drawings())
def test_count_of_what_is_left_is_the_longest_walk(drawing):
    leads, results = drawing
    if guides.find_problems(leads, results):
        return

    def longest(step):
        return max((longest(following) + 1 for following in leads[step]), default=0)
    assert guides.count_left(leads) == {step: longest(step) for step in leads}


@given(drawings())
def test_outline_names_each_reached_step_in_full_once(drawing):
    leads, _results = drawing
    rows = guides.outline(leads)
    full = [step for _depth, step, _answer, is_shown in rows if not is_shown]
    assert len(full) == len(set(full))
    unreached = {step for kind, step in guides.find_problems(leads, set()) if kind == 'unreached'}
    assert set(full) == set(leads) - unreached


@given(st.floats(-10, 10), st.floats(-5, 0), st.floats(0, 5))
def test_each_number_is_in_one_band(number, low, high):
    band = guides.read_band(number, 'both', low, high)
    assert (number < low, low <= number <= high, number > high) == tuple(
        band == each for each in ('below', 'within', 'above'))

"""Guides: questions whose answers lead to others, and in the end to a result; without Odoo.

``leads`` is {step: [the step that each of its answers leads to, or None where that is not said]}, in
the order in which the steps are listed; a result has no answers. The first step listed begins.
"""


def read_band(number, limits, low, high):
    """Return where a number lies: 'below', 'within' or 'above' what is allowed. Limits are allowed.

    :param limits: 'low', 'high', 'both', or something false: all numbers are within

    >>> read_band(3, 'both', 3, 5), read_band(2, 'low', 3, 0), read_band(2, 'high', 0, 1), read_band(9, False, 0, 0)
    ('within', 'below', 'above', 'within')
    """
    if limits in ('low', 'both') and number < low:
        return 'below'
    if limits in ('high', 'both') and number > high:
        return 'above'
    return 'within'


def find_order(leads):
    """Return the steps that are reached from the first one, each before all that it leads to.

    :return: list of steps, or None if a step leads back to itself

    >>> find_order({1: [2, 3], 2: [3], 3: [], 4: []}), find_order({1: [2], 2: [1]})
    ([1, 2, 3], None)
    """
    ordered, done, under_way = [], set(), set()
    stack = [(step, False) for step in list(leads)[:1]]
    while stack:
        step, is_left = stack.pop()
        if is_left:
            under_way.discard(step)
            done.add(step)
            ordered.append(step)
        elif step in under_way:
            return None
        elif step not in done:
            under_way.add(step)
            stack.append((step, True))
            stack.extend(
                (following, False) for following in reversed(leads[step]) if following is not None)
    return ordered[::-1]


def find_problems(leads, results):
    """Return what keeps a guide from being used, as [(kind, step)] in the order of the steps.

    Kinds: 'open', an answer leads nowhere; 'silent', a question has no answers; 'unreached', nothing
    leads to the step; 'circle', it leads back to itself, and the guide might never end.

    :param results: the steps that end the guide

    >>> find_problems({1: [2, None], 2: [], 3: []}, {2})
    [('open', 1), ('silent', 3), ('unreached', 3)]
    >>> find_problems({1: [2], 2: [1]}, set())
    [('circle', 1), ('circle', 2)]
    """
    below = {step: _find_below(leads, step) for step in leads}
    reached = {step for first in list(leads)[:1] for step in below[first] | {first}}
    problems = []
    for step, following in leads.items():
        if None in following:
            problems.append(('open', step))
        if not following and step not in results:
            problems.append(('silent', step))
        if step not in reached:
            problems.append(('unreached', step))
        if step in below[step]:
            problems.append(('circle', step))
    return problems


def _find_below(leads, step):
    """Return all steps that one leads to, by however many answers."""
    found, waiting = set(), [step]
    while waiting:
        for following in leads[waiting.pop()]:
            if following is not None and following not in found:
                found.add(following)
                waiting.append(following)
    return found


def count_left(leads):
    """Return {step: how many answers it takes at most until the guide ends}, of all that are reached.

    :raise ValueError: if a step leads back to itself

    >>> count_left({1: [2, 3], 2: [3], 3: []})
    {3: 0, 2: 1, 1: 2}
    """
    ordered = find_order(leads)
    if ordered is None:
        raise ValueError("A step leads back to itself.")
    left = {}
    for step in reversed(ordered):
        left[step] = max(
            (left[following] + 1 for following in leads[step] if following is not None), default=0)
    return left


def outline(leads):
    """Return [(depth, step, number of the answer that leads there, is it shown already)] of a guide.

    Each step is listed below the first answer that leads to it; where others lead to it, it is named
    only.

    >>> outline({1: [2, 3], 2: [3], 3: []})
    [(0, 1, None, False), (1, 2, 0, False), (2, 3, 0, False), (1, 3, 1, True)]
    """
    rows, shown = [], set()
    stack = [(0, step, None) for step in list(leads)[:1]]
    while stack:
        depth, step, answer = stack.pop()
        rows.append((depth, step, answer, step in shown))
        if step in shown:
            continue
        shown.add(step)
        stack.extend(reversed([
            (depth + 1, following, number) for number, following in enumerate(leads[step])
            if following is not None]))
    return rows

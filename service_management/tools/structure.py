"""What an object is made of, on any day: versions of parts in a tree, without Odoo.

A *part* is one version of a component: a component that is changed has several, one after the other.
Days are dates; a version holds from its first day on and no longer on its last one. Two changes on
one day leave a version of no length: it is kept, and no day shows it.
"""
from typing import NamedTuple


class Part(NamedTuple):
    """One version of a component.

    ``key`` tells the component, in all of its versions; ``parent`` is the key of the component that it
    is in, or None; ``content`` is what is compared; ``start`` and ``end`` are dates, ``end`` None while
    it is there; ``row`` is what it was read from, which nothing here looks at.
    """
    key: object
    parent: object
    content: tuple
    start: object
    end: object = None
    row: object = None


def as_of(parts, day):
    """Return {key: part} of what is there on a day, in the order given.

    >>> burner = [Part(1, None, ('burner', 1), 10, 20), Part(1, None, ('burner', 2), 20)]
    >>> as_of(burner, 15)[1].content, as_of(burner, 20)[1].content, as_of(burner, 9)
    (('burner', 1), ('burner', 2), {})
    """
    return {
        part.key: part for part in parts
        if part.start <= day and (part.end is None or part.end > day)}


def compare(before, after):
    """Return (added, removed, changed): lists of keys of two states as `as_of` returns them.

    >>> compare({1: Part(1, None, 'a', 0), 2: Part(2, 1, 'b', 0)},
    ...         {1: Part(1, None, 'A', 5), 3: Part(3, None, 'c', 5)})
    ([3], [2], [1])
    """
    return (
        [key for key in after if key not in before],
        [key for key in before if key not in after],
        [key for key, part in after.items() if key in before and (
            (part.parent, part.content) != (before[key].parent, before[key].content))])


def flatten(state):
    """Return [(level, part)] of a state: each part below the one that it is in, in the order given.

    A part whose parent is not there stands at the top.

    >>> [(level, part.key) for level, part in flatten({
    ...     2: Part(2, 1, 'b', 0), 1: Part(1, None, 'a', 0), 3: Part(3, 2, 'c', 0), 4: Part(4, 9, 'd', 0)})]
    [(0, 1), (1, 2), (2, 3), (0, 4)]
    """
    below = {}
    for part in state.values():
        parent = part.parent if part.parent in state else None
        below.setdefault(parent, []).append(part)
    rows, waiting = [], [(0, part) for part in reversed(below.get(None, []))]
    while waiting:
        level, part = waiting.pop()
        rows.append((level, part))
        waiting += [(level + 1, child) for child in reversed(below.get(part.key, []))]
    return rows


def plan_rollback(now, then):
    """Return what makes one state of another one: (keys to end, parts to change, parts to restore).

    Parts are those of ``then``, each after the one that it is in.

    >>> ended, changed, restored = plan_rollback(
    ...     {1: Part(1, None, 'A', 5), 3: Part(3, None, 'c', 5)},
    ...     {1: Part(1, None, 'a', 0, 5), 2: Part(2, 1, 'b', 0, 5)})
    >>> ended, [part.content for part in changed], [part.key for part in restored]
    ([3], ['a'], [2])
    """
    missing, ended, changed = compare(now, then)
    order = [part.key for _level, part in flatten(then)]
    return (
        ended, [then[key] for key in order if key in changed],
        [then[key] for key in order if key in missing])


def plan_upgrade(former, latter, present):
    """Return what a new version of a template changes on an object: (add, end, change, kept).

    Only what the template has changed is changed, and only where the object still is as the template
    was: what people have changed stays, and is named in ``kept``.

    :param dict former, latter: {key: content} of the lines of two versions of a template
    :param dict present: {key: content} of the components that came from the template
    :return: four lists of keys, in the order of the versions

    >>> plan_upgrade({1: 'a', 2: 'b', 3: 'c', 5: 'e'}, {1: 'A', 2: 'B', 4: 'd', 5: 'e'},
    ...              {1: 'a', 2: 'mine', 3: 'c', 5: 'mine'})
    ([4], [3], [1], [2])
    >>> plan_upgrade({1: 'a'}, {1: 'A'}, {})
    ([], [], [], [1])
    """
    add = [key for key in latter if key not in former and key not in present]
    moved = [key for key, content in latter.items() if former.get(key, content) != content]
    gone = [key for key in former if key not in latter]
    untouched = {key for key, content in present.items() if former.get(key) == content}
    return (
        add, [key for key in gone if key in untouched],
        [key for key in moved if key in untouched],
        [key for key in moved if key not in untouched and present.get(key) != latter[key]]
        + [key for key in gone if key in present and key not in untouched])

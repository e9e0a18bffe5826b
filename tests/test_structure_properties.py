"""Rules of structures that hold for any changes: read as of any day, they equal a replay."""
from hypothesis import given
from hypothesis import strategies as st
from tools.structure import Part, as_of, compare, flatten, plan_rollback, plan_upgrade

#: (days since the change before, what is done, with which, what it says then)
CHANGES = st.lists(st.tuples(
    st.integers(0, 2), st.sampled_from(['add', 'change', 'remove']), st.integers(0, 9),
    st.integers(0, 3)), max_size=30)
STATES = st.dictionaries(st.integers(1, 8), st.tuples(st.integers(0, 8), st.integers(0, 2)), max_size=8)


def live(changes):
    """Return (versions of parts, {day: {key: content} at its end}) of changes one after the other."""
    day, there, parts, seen, made = 0, {}, [], {}, 0
    for later, act, number, content in changes:
        for passed in range(day, day + later):
            seen[passed] = {key: part.content for key, part in there.items()}
        day += later
        if act == 'add' or not there:
            made += 1
            there[made] = Part(made, None, (content,), day)
        else:
            key = sorted(there)[number % len(there)]
            parts.append(there.pop(key)._replace(end=day))
            if act == 'change':
                there[key] = Part(key, None, (content,), day)
        seen[day] = {key: part.content for key, part in there.items()}
    return [*parts, *there.values()], seen


@given(CHANGES)
def test_versions_read_as_of_any_day_equal_a_replay(changes):
    parts, seen = live(changes)
    for day, expected in seen.items():
        assert {key: part.content for key, part in as_of(parts, day).items()} == expected


@given(CHANGES)
def test_order_of_versions_does_not_matter(changes):
    parts, seen = live(changes)
    for day in seen:
        assert as_of(parts, day) == as_of(parts[::-1], day)


def make(state):
    """Return {key: Part} of {key: (parent, content)}; parents that are not there are none, nor cycles."""
    return {
        key: Part(key, parent if parent in state and parent < key else None, content, 0)
        for key, (parent, content) in state.items()}


@given(STATES, STATES)
def test_rolled_back_state_is_the_one_of_then(now, then):
    now, then = make(now), make(then)
    ended, changed, restored = plan_rollback(now, then)
    after = {key: part for key, part in now.items() if key not in ended}
    for part in (*changed, *restored):
        after[part.key] = part
    assert compare(after, then) == ([], [], [])


@given(STATES, STATES)
def test_parts_are_restored_after_what_they_are_in(now, then):
    now, then = make(now), make(then)
    _ended, _changed, restored = plan_rollback(now, then)
    done = set(now)
    for part in restored:
        assert part.parent is None or part.parent in done
        done.add(part.key)


@given(STATES)
def test_tree_has_each_part_once_and_parents_first(state):
    state = make(state)
    rows = flatten(state)
    assert sorted(part.key for _level, part in rows) == sorted(state)
    level_by_key = {}
    for level, part in rows:
        assert level == (level_by_key[part.parent] + 1 if part.parent in state else 0)
        level_by_key[part.key] = level


LINES = st.dictionaries(st.integers(1, 8), st.sampled_from('abc'), max_size=8)


@given(LINES, LINES, LINES)
def test_upgrade_leaves_what_people_changed(former, latter, present):
    add, end, change, kept = plan_upgrade(former, latter, present)
    for key in (*end, *change):
        assert present[key] == former[key], "only what is as the template was"
    assert not set(add) & set(present)
    assert not set(kept) & {*add, *end, *change}


@given(LINES, LINES)
def test_untouched_object_becomes_the_new_version(former, latter):
    add, end, change, kept = plan_upgrade(former, latter, dict(former))
    after = {key: content for key, content in former.items() if key not in end}
    after.update({key: latter[key] for key in (*add, *change)})
    assert after == latter
    assert not kept


@given(LINES, LINES)
def test_upgrade_is_done_once(latter, present):
    """What an upgrade has made is as the new version says: another one finds nothing to do."""
    assert plan_upgrade(latter, latter, present)[:3] == ([], [], [])

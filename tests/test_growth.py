"""The same company ten times later: what a person opens reads no more than before.

Every filter, grouping and field of the search views, the lists of the menus, look-ups, forms, calls and
idle jobs are asked as the web client asks, by the roles that they are for. What is compared are rows
that the database looks at and the number of queries, not times.
"""
import json
import os
import re
import subprocess

import pytest

from devtools.instance import Instance
from devtools.settings import ROOT

SEED, BEFORE, LATER = 208, 2_080, 20_800
#: What looks at more and may: {pattern of actions: why}
GROWS = {
    r'dispatcher: orders, page 500': "whoever turns so many pages reads them",
    r'.*: service\.(object|agreement|subscription), by .*': "all that there are is grouped",
    r'.*: service\.agreement, search object_ids': "lines that name an object are agreements of today",
    r'technician: beside the list of all orders, .*': "a thousand of his are looked for among all",
    r'customer_service: call by phone': "its last digits are part of one serial number in nine",
}
#: Rows by which two plans of the same question differ
SLACK = 3_000

_MEASURE = """
import json, sys
sys.path.insert(0, {folder!r})
import _growth, scale
from _reading import Reading

company = _growth.Company(env, orders={seed})
rows = {{}}
for size in {sizes!r}:
    company.grow(size, only_past=True)
    reading = Reading(env, _growth.GROWING)
    for name, action in scale.get_actions(company, counted=100).items():
        rows.setdefault(name, []).append(reading.read(action))
        env.cr.rollback()
with open({result!r}, 'w') as file:
    json.dump(rows, file)
"""


@pytest.fixture(scope='module')
def actions(tmp_path_factory):
    """Return {name: ((queries, rows, what reads most) before, the same later)}."""
    instance = Instance('test', durable=False)
    template, _complaints = instance.suite_template()
    database = f'growth_{os.getpid()}'
    result = tmp_path_factory.mktemp('growth') / 'rows.json'
    instance.clone(template, database)
    try:
        done = subprocess.run(
            instance.command(database, '--no-http', '--log-level=error', subcommand=['shell']),
            env=instance.environ, text=True, check=False, capture_output=True,
            input=_MEASURE.format(
                folder=str(ROOT / 'tests' / 'benchmarks'), seed=SEED, sizes=(BEFORE, LATER),
                result=str(result)))
        assert result.exists(), done.stdout + done.stderr
    finally:
        instance.drop(database)
    return json.loads(result.read_text())


def is_exempt(name):
    return any(re.fullmatch(pattern, name) for pattern in GROWS)


def test_what_a_person_opens_reads_no_more_after_ten_years(actions):
    assert len(actions) > 400
    grown = [
        f'{before[1]} rows became {later[1]}: {name}\n    {later[2][:2000]}'
        for name, (before, later) in actions.items()
        if not is_exempt(name) and later[1] > 2 * before[1] + SLACK]
    assert not grown, '\n'.join(grown)


def test_what_a_person_opens_asks_no_more_after_ten_years(actions):
    # Lists that are full count what they do not show, which is one query more.
    grown = [
        f'{before[0]} queries became {later[0]}: {name}'
        for name, (before, later) in actions.items() if later[0] > before[0] + 2]
    assert not grown, '\n'.join(grown)


def test_what_may_grow_is_there(actions):
    assert all(any(re.fullmatch(pattern, name) for name in actions) for pattern in GROWS)

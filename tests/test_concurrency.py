"""Two transactions at once: what one of them did, the other cannot do again."""
import json
import os
import re
import threading
from collections import Counter

import _clicks
import pytest

from devtools.instance import Instance, free_port
from devtools.serving import start

_SETUP = """
from odoo.modules.registry import Registry
from psycopg2.errors import SerializationFailure

company = env.company
if not company.chart_template:
    company.country_id = env.ref('base.us')
    env['account.chart.template'].try_loading('generic_coa', company, install_demo=False)
company.service_require_signature = False
account = env['account.analytic.account'].create({
    'name': "A", 'plan_id': env['account.analytic.plan'].create({'name': "P"}).id})
technician = env['hr.employee'].create({
    'name': "Anna", 'hourly_cost': 30, 'service_team_id': env['service.team'].create({'name': "T"}).id})
order = env['service.order'].create({
    'title': "Twice?", 'partner_id': env['res.partner'].create({'name': "C"}).id,
    'analytic_distribution': {str(account.id): 100}})
line = env['service.order.line'].create({
    'order_id': order.id, 'kind': 'hour', 'quantity': 1, 'employee_id': technician.id})
order.stage_id.can_sign_off = True
order.stage_id = env['service.stage']._get_for('signed_off', company)
if %(posted)r:
    order._post_lines()
env.cr.commit()

registry = Registry(env.cr.dbname)
with registry.cursor() as first, registry.cursor() as second:
    one, two = (env(cr=cr)['service.order'].browse(order.id) for cr in (first, second))
    assert two.line_ids.mapped('state') and two.line_ids.mapped('qty_to_invoice')  # its snapshot
    one.%(action)s()
    first.commit()
    try:
        two.%(action)s()
        second.commit()
    except SerializationFailure:
        second.rollback()
    else:
        raise AssertionError("both transactions went through")
env.cr.rollback()
env.invalidate_all()
"""

#: Odoo with workers, without its process for the bus: nobody listens to it here. Workers wait for
#: people whose machine is slow.
_WORKERS = """
import os
os.environ['ODOO_HTTP_SOCKET_TIMEOUT'] = '60'
from odoo.cli import main
from odoo.service.server import PreforkServer
PreforkServer.long_polling_spawn = lambda server: None
main()
"""


@pytest.fixture
def database():
    instance = Instance('test', durable=False)
    template, _complaints = instance.suite_template()
    name = f'concurrency_{os.getpid()}'
    instance.clone(template, name)
    yield instance, name
    instance.drop(name)


def test_order_posted_by_two_at_once_is_posted_once(database):
    instance, name = database
    instance.shell(name, _SETUP % {'posted': False, 'action': '_post_lines'} + """
assert line.state == 'posted'
assert len(line.analytic_line_ids) == 1, line.analytic_line_ids
""")


def test_order_billed_by_two_at_once_is_billed_once(database):
    instance, name = database
    instance.shell(name, _SETUP % {'posted': True, 'action': '_create_invoices'} + """
assert line.qty_invoiced == 1
assert len(order.invoice_ids) == 1, order.invoice_ids
""")


def test_people_who_click_while_jobs_run_lose_nothing_and_meet_no_deadlock(database, tmp_path):
    """A short form; SERVICE_CLICKS=300 lets them click for five minutes.

    `pytest -s` shows how long the clicks took.
    """
    instance, name = database
    seconds = int(os.environ.get('SERVICE_CLICKS', '10'))
    file = str(tmp_path / 'clicks.json')
    instance.shell(name, _clicks.SETUP.replace('%(file)r', repr(file)))
    port = free_port()
    server, log = start(
        instance, name, port, '--workers=4', '--max-cron-threads=0', start=('-c', _WORKERS))
    jobs = threading.Thread(target=instance.shell, args=(
        name, _clicks.JOBS.replace('%(seconds)d', str(seconds)), 'clicks'))
    try:
        people = _clicks.click(f'http://127.0.0.1:{port}', file, seconds, beside=jobs.start)
    finally:
        if jobs.ident:
            jobs.join()
        server.terminate()
        server.wait()
    said = log.read_text()
    _clicks.print_times(people)
    print("repeated by Odoo:", Counter(re.findall(r'(\w+), \d tries left', said)))
    refused = Counter(text.split(':')[0] for person in people for text in person.refused)
    print("refused in words:", dict(refused))
    assert not [text for person in people for text in person.broken]
    assert 'maximum number of tries' not in said
    with open(file) as stream:
        done = json.load(stream)
    assert all(done[kind] for kind in ('created', 'asked', 'posted', 'signed', 'moved', 'noted'))
    # What lost against a person is done by the next run.
    instance.shell(name, _clicks.JOBS.replace('%(seconds)d', '1') + _clicks.CHECK.replace(
        '%(file)r', repr(file)).replace('%(orders)r', repr(done['orders'])))

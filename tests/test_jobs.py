"""Nightly runs in real processes: killed anywhere, or two at once, they do everything once."""
import os
import subprocess

import pytest

from devtools.instance import Instance

#: Where processes are killed that run what is left of all jobs: (job, statements since it began).
#: Early ones plan, later ones write, and more than one batch was committed before the last ones.
KILLS = [
    ('_cron_generate', 30), ('_cron_generate', 150), ('_cron_generate', 400),
    ('_cron_watch', 5), ('_cron_watch', 60),
    ('_cron_send_receipts', 5), ('_cron_send_receipts', 60),
]

_SETUP = """
from datetime import date, timedelta
from odoo.fields import Command
company = env.company
partner = env['res.partner'].create({'name': "Customer", 'email': "customer@example.com"})
group = env['service.agreement.group'].create({'name': "Gold", 'horizon_days': 40})
today = date.today()
agreements = env['service.agreement'].create([{
    'title': f"Agreement {number}", 'partner_id': partner.id, 'group_id': group.id,
    'date_start': today, 'combine_by': 'agreement', 'line_ids': [
        Command.create({'kind': 'hour', 'interval_count': 1, 'interval_unit': 'week'}),
        Command.create({'kind': 'fee', 'name': "Fee", 'interval_count': 2, 'interval_unit': 'week',
                        'window': 'week'})],
} for number in range(24)])
agreements._activate()
sla = env['service.sla'].create({'name': "Fast", 'target_ids': [
    Command.create({'kind': 'completion', 'limit_hours': 1, 'warning_percent': 0})]})
calls = env['service.order'].create([{
    'title': f"Call {number}", 'partner_id': partner.id, 'agreement_id': False, 'sla_id': sla.id,
    'user_id': env.ref('base.user_admin').id} for number in range(10)])
calls.sla_status_ids.sudo().write({'next_event_on': '2026-01-01', 'deadline': '2026-01-01'})
team = env['service.team'].create({'name': "Receipts"})
receipts = env['service.order'].create([{
    'title': f"Done {number}", 'partner_id': partner.id, 'team_id': team.id, 'sla_id': False,
} for number in range(12)])
receipts.is_receipt_due = True
team.mail_done_id.report_template_ids = False  # documents take long; what is sent once is the mail
env.cr.commit()
"""

_KILL = """
import os, signal
from odoo.sql_db import Cursor
execute, seen, job = Cursor.execute, [0], None
def execute_or_die(cursor, *args, **kwargs):
    seen[0] += job == %(job)r
    if seen[0] == %(statement)d:
        os.kill(os.getpid(), signal.SIGKILL)
    return execute(cursor, *args, **kwargs)
Cursor.execute = execute_or_die
"""

#: Small batches, each a transaction; a job that is called again goes on with the next one.
_RUN = """
for model, job in [
    ('service.agreement', '_cron_generate'), ('service.order.sla', '_cron_watch'),
    ('service.order', '_cron_send_receipts')]:
    for _turn in range(7):
        getattr(env[model], job)(batch_size=2)
        env.cr.commit()
"""

_TOGETHER = """
import os, time
open(%(mine)r, 'w').close()
while not os.path.exists(%(other)r):
    time.sleep(0.01)
env.cr.rollback()
"""

_CHECK_ORDERS = """
from datetime import date, timedelta
agreements = env['service.agreement'].search([])
assert len(agreements) == 24
for agreement in agreements:
    assert not agreement.generation_error, agreement.generation_error
    rows = agreement.occurrence_ids
    for line in agreement.line_ids:
        due = line._get_dues(date.today(), date.today() + timedelta(days=40))
        have = sorted(rows.filtered(lambda row: row.line_id == line).mapped('date_due'))
        assert set(due) <= set(have) and len(have) == len(set(have)), (due, have)
    assert all(row.order_line_id for row in rows)
    lines = agreement.order_ids.line_ids
    assert len(lines) == len(rows) and lines == rows.order_line_id, (lines, rows)
"""

_CHECK_SLAS = """
calls = env['service.order'].search([('title', 'like', 'Call ')])
assert len(calls) == 10 and set(calls.mapped('sla_state')) == {'missed'}, calls.mapped('sla_state')
assert all(len(call.activity_ids) == 1 for call in calls), calls.mapped('activity_ids')
"""

_CHECK_RECEIPTS = """
orders = env['service.order'].search([('title', 'like', 'Done ')])
assert len(orders) == 12 and not any(orders.mapped('is_receipt_due'))
sent = [order.message_ids.filtered(lambda message: message.message_type == 'auto_comment')
        for order in orders]
assert all(len(messages) == 1 for messages in sent), [len(messages) for messages in sent]
"""

_CHECK = _CHECK_ORDERS + _CHECK_SLAS + _CHECK_RECEIPTS


@pytest.fixture(scope='module')
def prepared():
    """Yield an instance and a database with work for all the jobs, to be cloned."""
    instance = Instance('test', durable=False)
    template, _complaints = instance.suite_template()
    name = f'jobs_{os.getpid()}'
    instance.clone(template, name)
    instance.shell(name, _SETUP)
    yield instance, name
    instance.drop(name)


@pytest.fixture
def database(prepared):
    instance, source = prepared
    name = f'{source}_run'
    instance.clone(source, name)
    yield instance, name
    instance.drop(name)


def start(instance, database, code):
    """Start Odoo's shell on some code, without waiting for it."""
    command = instance.command(database, '--no-http', '--log-level=critical', subcommand=['shell'])
    process = subprocess.Popen(
        command, env=instance.environ, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE)
    process.stdin.write(code.encode())
    process.stdin.close()
    return process


def test_jobs_killed_anywhere_lose_nothing_and_do_nothing_twice(database):
    instance, name = database
    for job, statement in KILLS:
        process = start(instance, name, _KILL % {'job': job, 'statement': statement} + _RUN)
        assert process.wait() == -9, f"{job} was over before statement {statement}"
    instance.shell(name, _RUN + _CHECK)


def test_two_workers_at_once_do_everything_once(database, tmp_path):
    instance, name = database
    flags = [str(tmp_path / 'one'), str(tmp_path / 'two')]
    workers = [
        start(instance, name, _TOGETHER % {'mine': mine, 'other': other} + _RUN)
        for mine, other in (flags, flags[::-1])]
    for worker in workers:
        worker.wait()
    # Whoever lost a race does its work later, as the job does when it is run again.
    instance.shell(name, _RUN + _CHECK)

"""Nightly runs in real processes: killed anywhere, or two at once, they do everything once."""
import os
import subprocess

import pytest

from devtools.instance import Instance

#: Where processes are killed that run what is left of all jobs: (job, statements since it began).
#: Early ones plan, later ones write, and more than one batch was committed before the last ones.
KILLS = [
    ('_cron_renew', 15), ('_cron_renew', 60), ('_cron_renew', 120),
    ('_cron_generate', 30), ('_cron_generate', 150), ('_cron_generate', 400),
    ('_cron_watch', 5), ('_cron_watch', 60),
    ('_cron_send_receipts', 5), ('_cron_send_receipts', 60),
    ('_cron_bill', 20), ('_cron_bill', 70), ('_cron_bill', 150), ('_cron_bill', 300),
    ('_autopost_draft_entries', 80), ('_cron_accrue', 30), ('_cron_accrue', 90),
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
    'date_start': today, 'combine_by': 'agreement', 'user_id': env.ref('base.user_admin').id,
    'line_ids': [
        Command.create({'kind': 'hour', 'interval_count': 1, 'interval_unit': 'week'}),
        Command.create({'kind': 'fee', 'name': "Fee", 'interval_count': 2, 'interval_unit': 'week',
                        'window': 'week'})],
} for number in range(24)])
agreements._activate()
year = {'partner_id': partner.id, 'date_start': today - timedelta(days=366)}
over, soon = today - timedelta(days=1), today + timedelta(days=20)
env['service.agreement'].create([
    *({**year, 'title': f"Renewing {number}", 'date_end': over, 'renewal': 'automatic',
       'renewal_months': 12, 'renewal_percent': 10, 'line_ids': [Command.create({
           'kind': 'hour', 'is_fixed_price': True, 'price_unit': 100})]} for number in range(10)),
    *({**year, 'title': f"Expiring {number}", 'date_end': over} for number in range(10)),
    *({**year, 'title': f"Noticed {number}", 'date_end': soon, 'notice_days': 30,
       'user_id': env.ref('base.user_admin').id} for number in range(10)),
])._activate()
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
company.country_id = env.ref('base.us')
env['account.chart.template'].try_loading('generic_coa', company, install_demo=False)
deferred = env['account.account'].create({
    'name': "Deferred Revenue", 'code': '249999', 'account_type': 'liability_current'})
plan = env['service.subscription.plan'].create({
    'name': "Deferred", 'invoicing': 'post', 'is_deferred': True, 'accrual_unit': 'day',
    'deferred_account_id': deferred.id})
product = env['product.product'].create({'name': "Monitoring", 'type': 'service'})
first = today.replace(day=1) - timedelta(days=40)
customers = env['res.partner'].create([{'name': f"Subscriber {number}"} for number in range(4)])
env['service.subscription'].create([{
    'title': f"Subscription {number}", 'partner_id': customers[number // 2].id, 'plan_id': plan.id,
    'date_start': first, 'line_ids': [
        Command.create({'product_id': product.id, 'base_price': 99.99}) for _turn in range(2)],
} for number in range(8)]).action_activate()
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
    ('service.agreement', '_cron_renew'),
    ('service.agreement', '_cron_generate'), ('service.order.sla', '_cron_watch'),
    ('service.order', '_cron_send_receipts'), ('service.subscription.run', '_cron_bill'),
    ('account.move', '_autopost_draft_entries'), ('service.subscription.accrual', '_cron_accrue')]:
    for _turn in range(7):
        getattr(env[model], job)(batch_size={'_cron_accrue': 200}.get(job, 2))
        env.cr.commit()
"""

#: Opening a named pipe waits for whoever opens its other end.
_TOGETHER = """
open(%(pipe)r, %(mode)r).close()
env.cr.rollback()
"""

_CHECK_ORDERS = """
from datetime import date, timedelta
agreements = env['service.agreement'].search([('title', 'like', 'Agreement ')])
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

_CHECK_ASSIGNMENTS = """
orders = agreements.order_ids
assert not any(orders.mapped('is_assignment_due'))
told = env['mail.message'].search([
    ('message_type', '=', 'user_notification'),
    ('partner_ids', 'in', env.ref('base.partner_admin').ids), ('subject', 'like', "for you")])
counts = [int(subject.split()[0]) if subject[0].isdigit() else 1 for subject in told.mapped('subject')]
assert sum(counts) == len(orders), (counts, len(orders))
"""

_CHECK_TERMS = """
by_word = env['service.agreement'].search([('title', 'not like', 'Agreement ')]).grouped(
    lambda agreement: agreement.title.split()[0])
assert {word: len(group) for word, group in by_word.items()} == {
    'Renewing': 10, 'Expiring': 10, 'Noticed': 10}
assert not any(group.filtered('renewal_error') for group in by_word.values())

def told(group, text):
    return [len(one.message_ids.filtered(lambda message: text in (message.body or '')))
            for one in group]

for one in by_word['Renewing']:
    assert one.state == 'active' and one.date_end == one._get_term_end(2), one.date_end
    assert one.line_ids.price_unit == 110, one.line_ids.price_unit
assert told(by_word['Renewing'], "Renewed until") == [1] * 10
assert set(by_word['Expiring'].mapped('state')) == {'expired'}
assert told(by_word['Expiring'], "Expired on") == [1] * 10
assert [len(one.activity_ids) for one in by_word['Noticed']] == [1] * 10
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

_CHECK_SUBSCRIPTIONS = """
lines = env['service.subscription.line'].search([])
assert len(lines) == 16
next_month = (today.replace(day=28) + timedelta(days=4)).replace(day=1)
for line in lines:
    days = [fee.date_start + timedelta(days=number)
            for fee in line.fee_ids for number in range(fee.day_count)]
    start = line.subscription_id.date_start
    expected = [start + timedelta(days=number) for number in range((next_month - start).days)]
    assert sorted(days) == expected, (sorted(days), expected)
    assert set(line.fee_ids.mapped('state')) == {'posted'}, line.fee_ids.mapped('state')
fees = lines.fee_ids
billed = env['account.move.line'].search([('service_fee_id', '!=', False)])
assert len(billed) == len(fees) and billed == fees.invoice_line_id, (billed, fees)
for fee in fees:
    rows = fee.accrual_ids
    releases = rows.filtered(lambda row: row.kind == 'release')
    assert abs(sum(releases.mapped('amount')) + fee.invoice_line_id.balance) < 0.001
    assert len(rows - releases) == 1 and len(releases) == fee.day_count
    assert {row.state for row in rows if row.date <= today} == {'posted'}
account = env['account.account'].search([('code', '=', '249999')])
balance = sum(env['account.move.line'].search([
    ('account_id', '=', account.id), ('parent_state', '=', 'posted')]).mapped('balance'))
left = sum(fees.accrual_ids.filtered(lambda row: row.state == 'planned').mapped('amount'))
assert abs(balance + left) < 0.001, (balance, left)
assert set(env['service.subscription.run'].search([]).mapped('state')) == {'done'}
"""

_CHECK = (
    _CHECK_ORDERS + _CHECK_ASSIGNMENTS + _CHECK_TERMS + _CHECK_SLAS + _CHECK_RECEIPTS
    + "from datetime import date, timedelta\ntoday = date.today()\n" + _CHECK_SUBSCRIPTIONS)


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
    pipe = str(tmp_path / 'pipe')
    os.mkfifo(pipe)
    workers = [
        start(instance, name, _TOGETHER % {'pipe': pipe, 'mode': mode} + _RUN) for mode in 'rw']
    for worker in workers:
        worker.wait()
    # Whoever lost a race does its work later, as the job does when it is run again.
    instance.shell(name, _RUN + _CHECK)

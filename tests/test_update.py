"""Updating from versions of long ago: what companies have stays, and what is new comes."""
import collections
import copy
import os
import re
import subprocess
import zipfile

import pytest

from devtools import addons
from devtools.console import Step
from devtools.instance import Instance
from devtools.settings import ROOT

#: The first commit with which a company could work, from call to invoice, in one addon; and the
#: first one with agreements, subscriptions and bridges.
FIRST = 'f5a64303b9abeb43c2e9bac1e47cde98e665b27e'
COMPLETE = 'd5728c542a7d17cdd0c5ec14b2cae345152dfaa5'

#: What the demo company of the complete version lacks.
_LIFE = """
from datetime import date
from odoo.fields import Command
env = env(user=env.ref('base.user_admin').id, su=True)  # to-dos of OdooBot, who is archived, are given on
ref = lambda name: env.ref(f'service_management.{name}')
today, customer, company = date.today(), ref('res_partner_hotel'), env.company
sale = env['sale.order'].create({'partner_id': customer.id, 'order_line': [
    Command.create({'product_id': product.id, 'product_uom_qty': 2}) for product in
    env['product.product'].search([('service_tracking', '=like', 'service%')])]})
sale.action_confirm()
assert sale.service_order_ids and sale.service_agreement_ids
sale.service_agreement_ids.action_activate()
sold = sale.service_subscription_ids
sold.date_start = today.replace(day=1)
sold.action_activate()
sold._bill(today, today).action_post()
sold.line_ids[0]._change_terms(today, quantity=3)
env['service.subscription.accrual'].search([('date', '<=', today)])._post_all()
sold.fee_ids.move_id[0]._reverse_moves([{'invoice_date': today}], cancel=True)

technician = env['hr.employee'].search([('service_team_id', '!=', False)], limit=1)
plan, _others = env['account.analytic.plan']._get_all_plans()
account = env['account.analytic.account'].create({'name': "Hotel", 'plan_id': plan.id})
project = env['project.project'].create({
    'name': "Hotel", 'allow_timesheets': True, 'company_id': company.id, 'account_id': account.id})
lead = env['crm.lead'].create({
    'name': "New boiler", 'type': 'opportunity', 'partner_id': customer.id})
lead.action_create_service_order()
order = env['service.order'].create({
    'title': "Everything", 'partner_id': customer.id, 'project_id': project.id, 'line_ids': [
        Command.create({'kind': 'hour', 'quantity': 2, 'employee_id': technician.id}),
        Command.create({'kind': 'item', 'product_id': ref('product_pump').id, 'quantity': 1,
                        'price_unit': 77, 'discount': 10})]})
expense = env['hr.expense'].create({
    'name': "Parking", 'employee_id': technician.id, 'service_order_id': order.id,
    'product_id': ref('product_parking').id, 'total_amount_currency': 12.5})
expense.approval_state = 'submitted'
expense._do_approve(check=False)
copies = order.copy() | order.copy()
copies.line_ids.price_unit = 55
company.service_require_signature = False
stage = order.stage_id
stage.can_sign_off = True
(order | copies[0]).stage_id = env['service.stage']._get_for('signed_off', company)
stage.can_sign_off = False
order.action_post()
invoice = order._create_invoices()
invoice.action_post()
invoice._reverse_moves([{'invoice_date': today}], cancel=True)
env.cr.commit()
"""

#: Planning a visit moves an order, as the stages say that were set up before the update.
_PLAN = """
from datetime import datetime, timedelta
order = env['service.order'].create({
    'title': "After", 'partner_id': env['res.partner'].create({'name': "Customer"}).id,
    'stage_id': env['service.stage']._get_for('open', env.company).id})
visit = order.visit_ids or env['service.visit'].create({'order_id': order.id})
assert not order.stage_id.event, order.stage_id.name
visit.write({
    'employee_id': env['hr.employee'].search([('service_team_id', '!=', False)], limit=1).id,
    'date_start': datetime.now() + timedelta(days=7), 'duration_hours': 1})
assert order.stage_id.event == 'planned', order.stage_id.name
visit._start_timer('work')
assert order.stage_id.event == 'under_way', order.stage_id.name
"""

#: Documents of Odoo that service hangs on.
_NEIGHBOURS = (
    'account_move', 'account_move_line', 'account_analytic_line', 'crm_lead', 'hr_employee',
    'hr_expense', 'mail_activity', 'product_template', 'rating_rating', 'res_company',
    'res_partner', 'sale_order', 'sale_order_line')
#: What an update changes on purpose: {table: columns}. The first version called the event of a stage
#: otherwise. Since 19.0.1.2.0 orders that agreements plan are measured no longer by what only a call
#: waits for, and copied lines hold what was found for them, too. Why a line of the first version is
#: billed as it is, is said anew, with dates as people write them since 19.0.1.4.0. Margins are in percent
#: since 19.0.1.5.0.
_MEANT = {
    'service_stage': {'visit_event'},
    'service_order_line': {'billing_reason', 'technical_price_unit'},
    'service_order': {'margin_percent', 'sla_deadline', 'sla_state'},
    'service_order_sla': {
        'elapsed_hours', 'next_event_on', 'note', 'running_since', 'state', 'used_percent'},
    'service_order_sla_interval': {'date_end'},
}


@pytest.fixture(scope='module')
def instance():
    return Instance('test', durable=False)


@pytest.fixture(params=[FIRST, COMPLETE], ids=['first', 'complete'])
def version(request):
    return request.param


@pytest.fixture
def database(instance, version, tmp_path):
    """Yield a demo company that runs a version of long ago."""
    earlier = copy.copy(instance)
    earlier.addons_path = [unpack(version, tmp_path)]
    names = list(addons.manifests(tmp_path))
    database = f'update_{os.getpid()}'
    instance.clone(instance.dependency_template(demo=True), database)
    # Odoo there knew no addons that came later.
    ours = "like 'service\\_management%' and name not in ('{}')".format("', '".join(names))
    instance.sql(f"delete from ir_module_module where name {ours}", database)
    instance.sql(
        "delete from ir_model_data where module = 'base' and model = 'ir.module.module'"
        " and res_id not in (select id from ir_module_module)", database)
    with Step(f'installing {version[:7]}') as step:
        earlier.install(database, names, True, step)
    if version == COMPLETE:
        earlier.shell(database, _LIFE, log='update')
    # From here on it is a company as any other: an update would add the examples of later versions.
    instance.sql("update ir_module_module set demo = false", database)
    yield database
    instance.drop(database)


def unpack(version, folder):
    """Unpack a commit of this repository and return where."""
    done = subprocess.run(
        ['git', 'archive', '-o', folder / 'earlier.zip', version], cwd=ROOT, text=True,
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    if done.returncode:
        pytest.fail(
            f"The update is tested from commit {version}, which this clone of the repository does"
            f" not have: fetch the whole history (git fetch --unshallow).\n{done.stderr}",
            pytrace=False)
    with zipfile.ZipFile(folder / 'earlier.zip') as archive:
        archive.extractall(folder)
    return folder


def update(instance, database):
    """Update the suite; return what the log complains of."""
    with Step('updating') as step:
        return instance.install(database, ['service_management'], False, step, update=True)


def read_rows(instance, database):
    """Return {table: {id, or the whole row of a relation: {column: value}}} of service."""
    neighbours = "', '".join(_NEIGHBOURS)
    tables = [table for [table] in instance.sql(
        "select table_name from information_schema.tables where table_schema = 'public'"
        " and table_type = 'BASE TABLE' and (table_name like '%service\\_%'"
        f" or table_name in ('{neighbours}')) order by 1", database)]
    found = {table: {} for table in tables}
    for table, row in instance.sql(' union all '.join(
            f"select '{table}', to_jsonb(t) - 'write_date' - 'write_uid' from {table} t"
            for table in tables), database):
        found[table][row.get('id') or tuple(sorted(row.items()))] = row
    return found


def find_changes(before, after):
    """Return (table, key of a row, what became of it) where an update should have left it alone.

    Columns that were given up changed where they held something.
    """
    found = []
    for table, rows in before.items():
        now = after.get(table, {})
        for key, row in rows.items():
            if key not in now:
                found.append((table, key, 'gone'))
                continue
            changed = {
                column: (value, now[key].get(column)) for column, value in row.items()
                if column not in _MEANT.get(table, ()) and now[key].get(column) != value}
            if changed:
                found.append((table, key, changed))
    return found


def read_schema(instance, database):
    """Return {what: set of it} of the whole database; numbers of fields differ by installation."""
    rows = instance.sql("""
        select 'column', table_name || '.' || column_name || ' ' || data_type || ' ' || is_nullable
          from information_schema.columns where table_schema = 'public'
     union all
        select 'constraint', conrelid::regclass || ' ' || pg_get_constraintdef(oid)
          from pg_constraint where connamespace = 'public'::regnamespace and contype <> 'n'
     union all
        select 'index', indexdef from pg_indexes where schemaname = 'public'
     union all
        select 'record', module || '.' || name || ' ' || model from ir_model_data
     union all
        select 'addon', name || ' ' || state from ir_module_module where state <> 'uninstalled'""", database)
    found = collections.defaultdict(set)
    for kind, text in rows:
        found[kind].add(re.sub(r'INDEX \S+|field_id = \d+', '', text))
    return found


def read_kept_data(instance, database):
    """Return {record: values} of what the suite ships once, and no update loads again.

    Left out are numbers of other records, and what the clock or other apps fill in.
    """
    found = {}
    for table, model in (
            ('ir_rule', 'ir.rule'), ('ir_cron', 'ir.cron'), ('mail_template', 'mail.template'),
            ('service_stage', 'service.stage'), ('service_reason', 'service.reason'),
            ('mail_activity_type', 'mail.activity.type')):
        for name, row in instance.sql(
                f"select data.module || '.' || data.name, to_jsonb(t) from ir_model_data data"
                f" join {table} t on t.id = data.res_id where data.model = '{model}'"
                " and data.module like 'service\\_management%' and data.noupdate", database):
            found[name] = {
                column: value or None for column, value in row.items()
                if not re.search(r'_(id|uid|date)$|^(id|lastcall|nextcall)$', column)}
    return found


def test_update_keeps_what_is_there_and_brings_what_is_new(instance, version, database):
    before = read_rows(instance, database)
    assert update(instance, database) == []
    after = read_rows(instance, database)
    assert find_changes(before, after) == []
    for order in after['service_order'].values():
        revenue = order['margin'] + order['amount_cost']
        assert order['margin_percent'] == pytest.approx(
            100 * order['margin'] / revenue if revenue else 0, abs=0.01)
    fresh, _complaints = instance.suite_template()
    here, there = (read_schema(instance, name) for name in (database, fresh))
    for kind, wanted in there.items():
        assert wanted <= here[kind], kind
    assert {text for text in here['column'] if text.startswith('service_')} <= there['column']
    kept = read_kept_data(instance, database)
    for name, values in read_kept_data(instance, fresh).items():
        assert kept[name] == values, name
    instance.shell(database, _PLAN, log='update')
    if version == COMPLETE:
        settled = read_rows(instance, database)
        assert update(instance, database) == []
        assert read_rows(instance, database) == settled
        assert read_schema(instance, database) == here

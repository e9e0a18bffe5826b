"""Installing, updating and removing the suite in a real database."""
import os
import shutil
import subprocess
import sys
import venv
import zipfile
from email.parser import HeaderParser

import pytest

from devtools import addons, console, distribution, packaging
from devtools.console import LOGS, Step, run
from devtools.instance import Instance
from devtools.python_env import environment
from devtools.settings import ROOT

pytestmark = pytest.mark.skipif(
    sys.prefix == sys.base_prefix, reason="needs the environment that ./dev test makes")


@pytest.fixture(scope='module')
def instance():
    return Instance('test', durable=False)


@pytest.fixture
def database(instance):
    """Yield a database with the suite installed."""
    template, _complaints = instance.suite_template()
    name = f'install_{os.getpid()}'
    instance.clone(template, name)
    yield name
    instance.drop(name)


def snapshot(instance, database):
    """Return all records that the suite's data files made, and the columns of its tables."""
    rows = instance.sql(
        "select d.module || '.' || d.name, d.model, d.res_id from ir_model_data d"
        " where d.module = any(array['%s']) order by 1" % "','".join(addons.manifests()), database)
    columns = instance.sql(
        "select table_name, column_name, data_type from information_schema.columns"
        " where table_name like 'service\\_%' order by 1, 2", database)
    stages = instance.sql(
        "select name, category, sequence, is_first, active from service_stage order by id",
        database)
    return rows, columns, stages


def test_second_update_changes_nothing(instance, database):
    names = list(addons.manifests())
    with Step('updating twice') as step:
        assert instance.install(database, names, False, step, update=True) == []
        before = snapshot(instance, database)
        assert instance.install(database, names, False, step, update=True) == []
    assert snapshot(instance, database) == before


def test_uninstalling_leaves_the_database_clean_and_sales_as_they_were(instance, database):
    base = instance.dependency_template(demo=False)
    log = LOGS / 'uninstall.log'
    log.unlink(missing_ok=True)
    instance.shell(database, """
from datetime import date
from odoo.fields import Command
order = env['service.order'].create({
    'title': "Leftover?", 'partner_id': env['res.partner'].create({'name': "Customer"}).id})
env['service.order.line'].create({'order_id': order.id, 'kind': 'hour', 'quantity': 1})
order.company_id.service_require_signature = False
order.stage_id.can_sign_off = True
order.stage_id = env['service.stage']._get_for('signed_off', order.company_id)
order._post_lines()
order._create_invoices().action_post()
company = order.company_id
today = date.today()
plan = env['service.subscription.plan'].create({
    'name': "Deferred", 'is_deferred': True, 'accrual_unit': 'day', 'deferred_account_id':
    env['account.account'].search([('account_type', '=', 'liability_current')], limit=1).id})
product = env['product.product'].create({
    'name': "Monitoring", 'type': 'service', 'service_tracking': 'service_subscription',
    'service_plan_id': plan.id})
subscription = env['service.subscription'].create({
    'title': "Leftover?", 'partner_id': order.partner_id.id, 'plan_id': plan.id,
    'date_start': today.replace(day=1),
    'line_ids': [Command.create({'product_id': product.id, 'base_price': 300})]})
subscription.action_activate()
subscription._bill(today, today).action_post()
subscription.line_ids._change_terms(today, quantity=2)
subscription._bill(today, today).action_post()
env['service.subscription.accrual'].search([('date', '<=', today)])._post_all()
subscription.fee_ids.move_id[0]._reverse_moves([{'invoice_date': today}], cancel=True)
run = env['service.subscription.run'].sudo()._start(subscription, today, today)
plan.is_deferred = False
template = env['service.agreement'].create({'title': "Care", 'is_template': True})
products = env['product.product'].create([{
    'name': f"{what} {policy}", 'type': 'service', 'invoice_policy': policy,
    'service_tracking': f'service_{what}', 'service_plan_id': what == 'subscription' and plan.id,
    'service_agreement_template_id': what == 'agreement' and template.id,
} for what in ('subscription', 'agreement', 'order') for policy in ('order', 'delivery')])
for reference in ("open", "done", "billed", "more"):
    sale = env['sale.order'].create({
        'partner_id': order.partner_id.id, 'client_order_ref': reference, 'order_line': [
            Command.create({'product_id': product.id, 'product_uom_qty': 2, 'price_unit': 10})
            for product in products]})
    sale.action_confirm()
    if reference == "open":
        continue
    work = sale.service_order_ids
    work.stage_id.can_sign_off = True
    work.line_ids.quantity = 2
    work.stage_id = env['service.stage']._get_for('signed_off', company)
    work._post_lines()
    sold = sale.service_subscription_ids
    sold.date_start = today.replace(day=1)
    if reference == "more":
        sold.line_ids.quantity = 3
    sold.action_activate()
    if reference != "done":
        sale._create_invoices().action_post()
        sold._bill(today, today).action_post()
env.cr.commit()
env['ir.module.module'].search([('name', '=like', 'service_management%')]).button_immediate_uninstall()
""", log='uninstall')
    assert [line for line in log.read_text().splitlines() if console.parse_log_line(line)] == []
    tables = ("select table_name from information_schema.tables"
              " where table_schema = 'public' order by 1")
    columns = ("select table_name, column_name from information_schema.columns"
               " where table_schema = 'public' order by 1, 2")
    assert instance.sql(tables, database) == instance.sql(tables, base)
    assert instance.sql(columns, database) == instance.sql(columns, base)
    for query in (
        "select name from ir_model_data where module like 'service_management%'",
        "select model from ir_model where model like 'service.%'",
        "select name from ir_sequence where code like 'service.%'",
        "select name from ir_model_fields where name like 'service\\_order%'",
        "select name from ir_model_fields where name like 'service\\_fee%'",
        "select id from mail_message where model like 'service.%'",
    ):
        assert instance.sql(query, database) == [], query
    # (delivered, invoiced, to invoice) of what is billed when it is ordered, and when delivered.
    # Sales go on where they were; what subscriptions billed is not billed again.
    assert {
        (sale, *name.split()): tuple(quantities) for sale, name, *quantities in instance.sql("""
            select sale.client_order_ref, line.name, line.qty_delivered::int,
                   line.qty_invoiced::int, line.qty_to_invoice::int
              from sale_order_line line join sale_order sale on sale.id = line.order_id""", database)
    } == {
        ('open', 'order', 'order'): (0, 0, 2), ('open', 'order', 'delivery'): (0, 0, 0),
        ('open', 'agreement', 'order'): (0, 0, 2), ('open', 'agreement', 'delivery'): (0, 0, 0),
        ('open', 'subscription', 'order'): (0, 0, 2), ('open', 'subscription', 'delivery'): (0, 0, 0),
        ('done', 'order', 'order'): (2, 0, 2), ('done', 'order', 'delivery'): (2, 0, 2),
        ('done', 'agreement', 'order'): (0, 0, 2), ('done', 'agreement', 'delivery'): (0, 0, 0),
        ('done', 'subscription', 'order'): (0, 0, 2), ('done', 'subscription', 'delivery'): (0, 0, 0),
        ('billed', 'order', 'order'): (2, 2, 0), ('billed', 'order', 'delivery'): (2, 2, 0),
        ('billed', 'agreement', 'order'): (0, 2, 0), ('billed', 'agreement', 'delivery'): (0, 0, 0),
        ('billed', 'subscription', 'order'): (2, 2, 0),
        ('billed', 'subscription', 'delivery'): (2, 2, 0),
        ('more', 'order', 'order'): (2, 2, 0), ('more', 'order', 'delivery'): (2, 2, 0),
        ('more', 'agreement', 'order'): (0, 2, 0), ('more', 'agreement', 'delivery'): (0, 0, 0),
        ('more', 'subscription', 'order'): (0, 0, 0),
        ('more', 'subscription', 'delivery'): (0, 0, 0),
    }
    assert instance.sql(
        "select distinct qty_delivered_method from sale_order_line", database) == [['manual']]
    assert ['product_service_hour'] in instance.sql(
        "select data.name from ir_model_data data join product_product product"
        " on product.id = data.res_id where data.module = '__service_management__'"
        " and data.model = 'product.product'", database), "it is on an invoice"


#: A company as it is before its chart of accounts is loaded.
_FORGET_CHART = """
env.company.account_sale_tax_id = env.company.account_purchase_tax_id = False
env['account.tax'].search([]).unlink()
env.company.chart_template = False
env.cr.commit()
"""

_LOAD_CHARTS = """
products = env['product.template'].union(*(
    env.ref(f'service_management.product_service_{name}').product_tmpl_id
    for name in ('hour', 'travel', 'fee')))
assert not products.taxes_id

def load(code, company):
    Chart = env['account.chart.template'].with_company(company)
    Chart.try_loading(code, company=company, install_demo=False)
    check(company)
    return company.account_sale_tax_id.name

def check(company):
    tax = company.account_sale_tax_id
    for product in products:
        taxes = product.taxes_id.filtered(lambda tax: tax.company_id == company)
        assert tax and taxes == tax, (company.name, product.name, taxes)
    there = env(context={'allowed_company_ids': company.ids})
    order = there['service.order'].create({
        'title': "Taxed", 'partner_id': env['res.partner'].create({'name': "Customer"}).id})
    line = there['service.order.line'].create({
        'order_id': order.id, 'kind': 'hour', 'quantity': 1})
    assert line.tax_ids == tax, company.name

# Without a country: choosing one would install more than its chart.
first, *others = env.company | env['res.company'].create([
    {'name': f"Company {number}"} for number in range(4)])
assert load('fr', first) == "20% G"
assert load('se', others[0]) == "25% G"
check(first)
# As it was for the first one, which had nobody to go by.
for company, code, name in (
        (others[1], 'de_skr03', "19%"), (others[2], 'generic_coa', "15%"), (others[3], 'se', "25% G")):
    products.taxes_id = False
    assert load(code, company) == name
"""


def test_products_we_ship_have_the_taxes_of_charts_that_come_later(instance):
    database = f'taxes_{os.getpid()}'
    instance.clone(instance.dependency_template(demo=False), database)
    try:
        instance.shell(database, _FORGET_CHART)
        with Step('installing the suite beside charts of accounts') as step:
            assert instance.install(database, [
                'l10n_fr_account', 'l10n_de', 'l10n_se', 'service_management'], False, step) == []
        instance.shell(database, _LOAD_CHARTS)
    finally:
        instance.drop(database)


def test_products_we_ship_have_the_tax_of_a_chart_that_was_there(instance):
    template, _complaints = instance.suite_template()
    assert instance.sql("""
        select data.name, tax.tax_id = company.account_sale_tax_id from res_company company,
               ir_model_data data
          join product_product product on product.id = data.res_id
     left join product_taxes_rel tax on tax.prod_id = product.product_tmpl_id
         where data.module = 'service_management' and data.model = 'product.product'
      order by 1""", template) == [
        ['product_service_fee', True], ['product_service_hour', True],
        ['product_service_travel', True]]


@pytest.fixture(scope='module')
def wheels(tmp_path_factory):
    """Return {addon: path of its wheel}."""
    folder = tmp_path_factory.mktemp('dist')
    earlier = folder / 'odoo_addon_service_management-19.0.0.1.0-py3-none-any.whl'
    earlier.touch()
    packaging.wheels(target=folder)
    found = {name: folder / f"odoo_addon_{name}-{manifest['version']}-py3-none-any.whl"
             for name, manifest in addons.manifests().items()}
    assert sorted(folder.iterdir()) == sorted(found.values())
    return found


def found_by_odoo(instance, site, cwd):
    """Return (version, folder) of the core addon as Odoo finds it in a folder of packages."""
    code = ("import odoo.addons, odoo.modules.module as m; m.initialize_sys_path();"
            "print(m.get_manifest('service_management')['version'],"
            " m.get_module_path('service_management'))")
    found = subprocess.run(
        [instance.python, '-c', code], check=True, capture_output=True, text=True, cwd=cwd,
        env={**os.environ, 'PYTHONPATH': str(site)})
    assert str(ROOT) not in found.stderr
    return tuple(found.stdout.split())


def test_wheels_are_found_by_odoo_beside_them(instance, wheels, tmp_path):
    target = tmp_path / 'site'
    subprocess.run(
        [instance.python, '-m', 'uv', 'pip', 'install', '-q', '-p', instance.python, '--no-deps',
         '--target', target, *wheels.values()], check=True)
    assert found_by_odoo(instance, target, tmp_path) == (
        addons.manifests()['service_management']['version'],
        str(target / 'odoo' / 'addons' / 'service_management'))


def test_wheels_say_what_they_are(wheels):
    for name, manifest in addons.manifests().items():
        with zipfile.ZipFile(wheels[name]) as archive:
            names = archive.namelist()
            text = archive.read(next(n for n in names if n.endswith('/METADATA'))).decode()
        metadata = HeaderParser().parsestr(text)
        assert metadata['Name'] == f'odoo-addon-{name}'
        assert metadata['Version'] == manifest['version']
        assert metadata['Summary'] == manifest['summary']
        assert metadata['License'] == manifest['license'] == 'LGPL-3'
        assert metadata['Maintainer'] == metadata['Author'] == manifest['author']
        assert metadata['Home-page'] == manifest.get('website'), "a page that exists, or none"
        assert metadata['Description-Content-Type'] == 'text/x-rst'
        assert 'field service' in metadata['Keywords']
        assert (ROOT / name / 'README.rst').read_text().strip() == metadata.get_payload().strip()
        assert 'odoo==19.0.*' in metadata.get_all('Requires-Dist')
        assert any(n.endswith('/LICENSE') for n in names)
    assert distribution.requirements_of('service_management_queue') == [
        'odoo==19.0.*', 'odoo-addon-queue_job==19.0.*', 'odoo-addon-service_management==19.0.*']


def test_addons_carry_one_version():
    """pip leaves alone what it has in this version; so a change of one addon raises all."""
    assert len({manifest['version'] for manifest in addons.manifests().values()}) == 1


@pytest.fixture(scope='module')
def earlier_wheel(tmp_path_factory):
    """Return the path of a wheel of the core addon: one version back, with a file that is gone."""
    source = tmp_path_factory.mktemp('earlier')
    addon = source / 'service_management'
    for name in ('devtools', addon.name):
        shutil.copytree(ROOT / name, source / name)
    for name in ('setup.py', 'LICENSE'):
        shutil.copy(ROOT / name, source)
    manifest = addon / '__manifest__.py'
    version = addons.manifests()[addon.name]['version']
    manifest.write_text(manifest.read_text().replace(version, '19.0.0.9.0'))
    (addon / 'models' / 'gone.py').touch()
    run([environment('lint'), 'setup.py', '-q', 'bdist_wheel', '--dist-dir', 'dist'], cwd=source)
    [path] = (source / 'dist').iterdir()
    return path


def test_pip_brings_a_newer_wheel_over_an_earlier_one(instance, wheels, earlier_wheel, tmp_path):
    home = tmp_path / 'env'
    venv.create(home, symlinks=True)
    [site] = home.glob('lib/python*/site-packages')
    addon = site / 'odoo' / 'addons' / 'service_management'
    for wheel, has_gone in ((earlier_wheel, True), (wheels[addon.name], False)):
        run([environment('lint'), '-m', 'pip', '--python', home / 'bin' / 'python', 'install',
             '--no-index', '--no-deps', '--disable-pip-version-check', wheel])
        assert found_by_odoo(instance, site, tmp_path) == (wheel.name.split('-')[1], str(addon))
        assert (addon / 'models' / 'gone.py').exists() == has_gone


def test_pip_puts_the_addon_where_odoo_finds_it(instance, tmp_path):
    before = sorted(ROOT.iterdir())
    target = tmp_path / 'site'
    subprocess.run(
        [environment('lint'), '-m', 'pip', 'install', '-q', '--no-deps', '--no-build-isolation',
         '--disable-pip-version-check', '--target', target, '.'], check=True, cwd=ROOT)
    addon = target / 'odoo' / 'addons' / 'service_management'
    assert found_by_odoo(instance, target, tmp_path) == (
        addons.manifests()['service_management']['version'], str(addon))
    installed = {path.relative_to(addon).as_posix() for path in addon.rglob('*')
                 if path.is_file() and '__pycache__' not in path.parts}
    ours = ROOT / 'service_management'
    assert installed == {
        path.relative_to(ours).as_posix() for path in ours.rglob('*')
        if path.is_file() and not {'tests', '__pycache__'} & set(path.relative_to(ours).parts)}
    assert {'__manifest__.py', 'i18n/fr.po', 'security/ir.model.access.csv',
            'static/description/icon.png'} <= installed
    # Libraries of others keep theirs beside them.
    assert [path.name for path in target.rglob('LICENSE') if 'lib' not in path.parts] == ['LICENSE']
    assert sorted(ROOT.iterdir()) == before, "building leaves nothing behind"

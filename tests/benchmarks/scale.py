"""What a person opens, at several sizes of the same company: times, queries and how they grow.

Every search field, filter and grouping of our search views is asked as the web client asks, beside
lists, boards, forms, look-ups, figures and idle jobs, by the role that it is for.
"""
import math
import statistics
import time
from calendar import timegm
from datetime import date
from functools import partial

from _growth import Company
from dateutil.relativedelta import relativedelta
from lxml import etree

from odoo.tools.safe_eval import datetime as safe_datetime
from odoo.tools.safe_eval import safe_eval

from odoo.addons.service_management.controllers.order.portal import ServiceOrderPortal

#: The web client counts so far and no further.
COUNTED = 10_001
SHOWN = 80
#: Models whose search views are walked through
SEARCHED = (
    'service.order', 'service.order.line', 'service.visit', 'service.object', 'service.agreement',
    'service.agreement.occurrence', 'service.subscription', 'service.subscription.fee',
    'service.order.sla', 'service.order.stage.log')
TURNS = 3
#: Seconds after which an action is not asked once more
LONG = 5
#: What a search field for a text may be
TEXTS = ('char', 'text', 'html', 'many2one', 'many2many', 'one2many')
MENUS = (
    'service_order_action', 'service_visit_action', 'service_visit_action_mine',
    'service_order_line_action', 'service_object_action', 'service_agreement_action',
    'service_agreement_occurrence_action', 'service_subscription_action',
    'service_subscription_fee_action', 'service_order_action_to_post',
    'service_order_action_to_bill', 'service_order_stage_log_action', 'service_order_sla_action')
JOBS = (
    'ir_cron_watch_slas', 'ir_cron_send_receipts', 'ir_cron_renew_agreements')


class Client:
    """Asks what the web client asks, as one user."""

    def __init__(self, env, user, counted=COUNTED):
        self.counted = counted
        self.env = env(user=user, context={'lang': user.lang, 'tz': 'Europe/Riga'})

    def open_list(self, model, domain=(), context=None, offset=0, order=None, view='list'):
        Model = self.env[model].with_context(**(context or {}))
        views = Model.get_views([(False, view), (False, 'search')])
        names = views['models'][model]['fields']
        arch = views['views'][view]['arch']
        specification = {
            name: {'fields': {'display_name': {}}} if Model._fields[name].relational else {}
            for name in names if f'name="{name}"' in arch and name in Model._fields}
        order = order or self.get_order(arch)
        return Model.web_search_read(
            list(domain), specification, offset=offset, limit=SHOWN, order=order,
            count_limit=self.counted + offset)

    @staticmethod
    def get_order(arch):
        _before, found, rest = arch.partition('default_order="')
        return rest.partition('"')[0] if found else None

    def open_action(self, xml_id, **options):
        action = self.get_action(xml_id)
        return self.open_list(action.res_model, self.get_default_domain(action), **options)

    def get_action(self, xml_id):
        return self.env.ref(f'service_management.{xml_id}').sudo()

    def get_default_domain(self, action):
        """Return the domain of what an action shows before anybody chose anything."""
        context = safe_eval(action.context or '{}', {'uid': self.env.uid})
        domain = safe_eval(action.domain or '[]', self.get_names())
        filters = self.get_filters(action.res_model, action.search_view_id.id)
        for name, value in context.items():
            key = name.removeprefix('search_default_')
            if key != name and value and key in filters:
                domain = [*domain, *filters[key]]
        return domain

    def get_names(self):
        return {
            'uid': self.env.uid, 'context_today': date.today, 'datetime': safe_datetime,
            'relativedelta': relativedelta, 'allowed_company_ids': self.env.company.ids,
            'current_date': str(date.today())}

    def get_search(self, model, view_id=False):
        arch = self.env[model].get_view(view_id or False, 'search')['arch']
        return etree.fromstring(arch)

    def get_filters(self, model, view_id=False):
        """Return {name: domain} of the filters of a search view that have one of their own."""
        return {
            node.get('name'): safe_eval(node.get('domain'), self.get_names())
            for node in self.get_search(model, view_id).iter('filter')
            if node.get('domain') and node.get('domain') != '[]'}

    def get_groupings(self, model):
        """Return the group_by of the groupings of a search view."""
        found = []
        for node in self.get_search(model).iter('filter'):
            context = safe_eval(node.get('context') or '{}', self.get_names())
            if group := context.get('group_by'):
                found.append(group)
        return found

    def get_fields(self, model):
        return [
            (node.get('name'), node.get('operator'), node.get('filter_domain'))
            for node in self.get_search(model).iter('field')
            if node.getparent().tag == 'search']

    def search_field(self, model, name, operator, filter_domain, text):
        field = self.env[model]._fields[name]
        if filter_domain:
            domain = safe_eval(filter_domain, {'self': text, **self.get_names()})
        else:
            operator = operator or ('ilike' if field.relational or field.type in ('char', 'text') else '=')
            domain = [(name, operator, text)]
        return self.open_list(model, domain)

    def group(self, model, domain, group):
        return self.env[model].web_read_group(domain, [group], ['__count'], limit=SHOWN)

    def open_form(self, record):
        Model = self.env[record._name]
        views = Model.get_views([(False, 'form')])
        names = [
            name for name in views['models'][record._name]['fields'] if name in Model._fields
            and f'name="{name}"' in views['views']['form']['arch']]
        specification = {
            name: {'fields': {'display_name': {}}} if Model._fields[name].relational else {}
            for name in names}
        return Model.browse(record.id).web_read(specification)


def get_actions(company, counted=COUNTED):
    """Return {name: function} of what is measured: look-ups, screens, figures, search views, jobs.

    :param counted: how far lists count what they do not show
    """
    env = company.env
    clients = {role: Client(env, user, counted) for role, user in company.users.items()}
    order = env['service.order'].search([('state', '=', 'posted')], order='id desc', limit=1)
    texts = {
        'number': order.name, 'customer': order.partner_id.name, 'reference': order.client_order_ref,
        'serial': order.object_ids[:1].serial_number, 'nothing': 'zzqx'}
    office, calls = clients['dispatcher'], clients['customer_service']
    actions = {
        'dispatcher: orders, page 500': partial(
            office.open_list, 'service.order', offset=500 * SHOWN),
        'dispatcher: form of an order': partial(office.open_form, order),
        'dispatcher: form of an object': partial(office.open_form, order.object_ids[:1]),
        'manager: overview': clients['manager'].env['service.dashboard'].get_data,
    }
    for what, text in (*texts.items(), ('phone', '26 11 0007'), ('words', 'boiler town')):
        actions[f'customer_service: call by {what}'] = partial(calls.env['service.call'].find, text)
    for role in ('dispatcher', 'technician'):
        actions.update(get_look_ups(role, clients[role], texts))
        actions.update(get_searches(role, clients[role], order.name))
    for role in ('manager', 'dispatcher', 'technician'):
        actions.update(get_menus(role, clients[role]))
    actions.update(get_calendars(clients))
    actions.update(get_boards(office))
    actions.update(get_panels(clients))
    actions.update(get_utilizations(clients['manager']))
    actions.update(get_portal_lists(env, order.partner_id, texts))
    for job in JOBS:
        cron = env.ref(f'service_management.{job}')
        actions[f'job: {job}'] = cron.ir_actions_server_id.run
    return actions


def get_look_ups(role, client, texts):
    """Return what a many2one field asks with each key."""
    return {
        f'{role}: look up {model} by {what}': partial(client.env[model].name_search, text, limit=8)
        for what, text in texts.items()
        for model in ('service.order', 'service.object', 'service.visit')}


def get_menus(role, client):
    """Return the lists as menus open them, with their default filters."""
    found = {}
    for xml_id in MENUS:
        action = client.get_action(xml_id)
        if client.env[action.res_model].has_access('read'):
            found[f'{role}: menu {action.name}'] = partial(client.open_action, xml_id)
    return found


def get_searches(role, client, text):
    """Return every filter, grouping and field for texts of the search views."""
    found = {}
    #: The menu of a model that comes first says what people group.
    menus = {client.get_action(xml_id).res_model: xml_id for xml_id in reversed(MENUS)}
    for model in SEARCHED:
        if not client.env[model].has_access('read'):
            continue
        for name, domain in client.get_filters(model).items():
            found[f'{role}: {model}, filter {name}'] = partial(client.open_list, model, domain)
        shown = client.get_default_domain(client.get_action(menus[model]))
        for group in client.get_groupings(model):
            found[f'{role}: {model}, by {group}'] = partial(client.group, model, shown, group)
        for name, operator, domain in client.get_fields(model):
            if client.env[model]._fields[name].type in TEXTS:
                found[f'{role}: {model}, search {name}'] = partial(
                    client.search_field, model, name, operator, domain, text)
    return found


def get_calendars(clients):
    """Return what the calendar of visits asks: a day and the week of everybody, opening hours, closed days."""
    found = {}
    for role in ('dispatcher', 'technician'):
        client = clients[role]
        Visit = client.env['service.visit']
        view = client.env.ref('service_management.service_visit_view_calendar').sudo()
        arch = Visit.get_view(view.id, 'calendar')['arch']
        names = [name for name in Visit._fields if f'name="{name}"' in arch and name != 'planning_warning']
        for what, days in (('day', 1), ('week', 7)):
            start = date.today() - relativedelta(days=date.today().weekday() if days > 1 else 0)
            domain = [
                ('state', '!=', 'cancelled'), ('date_end', '>=', f'{start} 00:00:00'),
                ('date_start', '<=', f'{start + relativedelta(days=days)} 00:00:00')]
            found[f'{role}: calendar, {what}'] = partial(
                Visit.get_calendar, domain, [*names, 'display_name', 'date_start', 'date_end'])
        found[f'{role}: calendar, opening hours'] = Visit.get_business_hours
        found[f'{role}: calendar, closed days'] = partial(
            Visit.get_unusual_days, f'{date.today()} 00:00:00',
            f'{date.today() + relativedelta(days=7)} 00:00:00')
    return found


def get_boards(client):
    """Return what the board asks: windows of time, the roads in them, what waits, and for whom it is."""
    Visit, found = client.env['service.visit'], {}
    for what, days in (('day', 1), ('week', 7), ('month', 31)):
        start = date.today() - relativedelta(days=date.today().weekday() if days > 1 else 0)
        end = start + relativedelta(days=days)
        found[f'dispatcher: board, {what}'] = partial(
            Visit.get_schedule, timegm(start.timetuple()), timegm(end.timetuple()))
        visits = Visit.search([
            ('employee_id', '!=', False), ('state', 'in', ('planned', 'dispatched')),
            ('date_start', '>=', f'{start} 00:00:00'), ('date_start', '<', f'{end} 00:00:00')])
        found[f'dispatcher: board, {what}, roads'] = partial(Visit.get_schedule_details, visits.ids)
    found['dispatcher: board, to plan'] = Visit.get_schedule_waiting
    waiting = Visit.search([('is_unassigned', '=', True)], limit=1)
    found['dispatcher: board, who can come first'] = waiting.get_candidates
    return found


def get_panels(clients):
    """Return what stands beside the list of orders, of those that are open and of all."""
    found = {}
    for role in ('dispatcher', 'technician'):
        client = clients[role]
        fields = [node.get('name') for node in client.get_search('service.order').iterfind('.//searchpanel/field')]
        for what, domain in (('open', [('state', '=', 'open')]), ('all', [])):
            for field in fields:
                found[f'{role}: beside the list of {what} orders, {field}'] = partial(
                    client.env['service.order'].search_panel_select_range, field,
                    enable_counters=True, expand=False, search_domain=domain, limit=200)
    return found


def get_utilizations(client):
    """Return the utilization of all technicians, for this month and a year."""
    def count(first):
        wizard = client.env['service.utilization'].create({
            'date_from': first, 'date_to': date.today()})
        lines = client.env['service.utilization.line']
        return lines._read_group(wizard.action_apply()['domain'], ['employee_id'], ['hours_worked:sum'])

    return {
        f'manager: utilization, {what}': partial(count, first) for what, first in (
            ('month', date.today().replace(day=1)), ('year', date.today() - relativedelta(days=365)))}


def get_portal_lists(env, customer, texts):
    """Return what a customer's list of orders searches everywhere, and counts on his first page."""
    class Portal(ServiceOrderPortal):
        @property
        def env(self):
            return env(su=True)

    portal, Order = Portal(), env['service.order'].sudo()
    own = Order._get_portal_domain(customer)
    names = portal._get_service_order_inputs()['all']['fields']

    def search(text):
        return Order.search(own & portal._get_search_domain(Order, own, names, text), order='date_order desc, id desc')

    return {
        'customer: orders counted': partial(Order.search_count, own),
        'customer: orders, page 1': partial(Order.search, own, order='date_order desc, id desc', limit=SHOWN),
        **{f'customer: orders searched everywhere by {what}': partial(search, text)
           for what, text in {**texts, 'a frequent word': "Boiler", 'a subject': "Burner"}.items()}}


def measure(env, action):
    """Return (median ms, queries) of some warm turns, and ms of the first one; what is written goes."""
    times, queries = [], 0
    for _turn in range(TURNS + 1):
        env.invalidate_all()
        before, start = env.cr.sql_log_count, time.monotonic()
        try:
            action()
            env.flush_all()
        finally:
            queries, took = env.cr.sql_log_count - before, time.monotonic() - start
            env.cr.rollback()
            env.invalidate_all()
        times.append(took * 1000)
        if took > LONG:
            break
    return statistics.median(times[1:] or times), queries, times[0]


def main(env, sizes):
    sizes = [int(size) for size in sizes.split(',')]
    start = time.monotonic()
    company = Company(env)
    print(f'seed: {time.monotonic() - start:.0f} s', flush=True)
    rows, reached = {}, []
    for size in sizes:
        start = time.monotonic()
        reached.append(company.grow(size))
        print(f'{reached[-1]} orders: {time.monotonic() - start:.0f} s', flush=True)
        for name, action in get_actions(company).items():
            try:
                rows.setdefault(name, []).append(measure(env, action))
            except Exception as error:  # a broken question must not hide the others
                rows.setdefault(name, []).append((math.nan, 0, math.nan))
                print(f'{name}: {type(error).__name__}: {error}', flush=True)
    print(f"\n{'':60}" + ''.join(f'{size:>12}' for size in reached) + '  queries    exponent')
    for name, cells in sorted(rows.items(), key=lambda row: -row[1][-1][0]):
        exponent = math.log(cells[-1][0] / cells[0][0]) / math.log(reached[-1] / reached[0]) if (
            len(cells) > 1 and cells[0][0] > 0) else 0
        print(f'{name:60}' + ''.join(f'{cell[0]:10.1f}ms' for cell in cells)
              + '  ' + '/'.join(str(cell[1]) for cell in cells) + f'  {exponent:8.2f}')
    slow = [name for name, cells in rows.items() if cells[-1][0] > 150]
    print(f'\n{len(rows)} actions, {len(slow)} over 150 ms at {reached[-1]} orders')

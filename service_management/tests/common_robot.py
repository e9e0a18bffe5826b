"""A robot that opens what a person is shown, in the way of the web client, and keeps what fails."""
import os
import random
import re
import traceback
from contextlib import contextmanager
from datetime import date, datetime

from lxml import etree
from psycopg2 import IntegrityError

from odoo import fields
from odoo.exceptions import AccessDenied, AccessError, MissingError, UserError
from odoo.fields import Domain
from odoo.service.model import call_kw
from odoo.tests import Form
from odoo.tests.form import Dotter
from odoo.tools.safe_eval import safe_eval, time

from odoo.addons.web.controllers.utils import clean_action

from .common import SIGNATURE

#: ``SM_ROBOT=all`` for the long form: every record, every field, whoever was there before
THOROUGH = os.environ.get('SM_ROBOT') == 'all'
SEED = int(os.environ.get('SM_ROBOT_SEED', '19'))

#: Models of Odoo whose views we extend, as far as they are there
CORE_MODELS = (
    'res.partner', 'product.template', 'product.product', 'sale.order', 'account.move',
    'hr.employee', 'hr.employee.public', 'res.users', 'res.config.settings', 'crm.lead',
    'hr.expense', 'account.analytic.line')
MAIN_MENU = 'service_management.service_management_menu'
ADDON = 'odoo.addons.service_management'
#: Keys of a context that stay with the action they were given to
OWN_KEYS = re.compile(
    r'^(?:(?:default_|search_default_|show_).+|.+_view_ref|group_by|active_id|active_ids|orderedBy)$')
SENTENCE = re.compile(r'^\S.* .*[.!?:)”]$', re.MULTILINE)
NO = ('0', 'False', 'false')
YES = ('1', 'True', 'true')
LIMIT = 20
#: How deep it only looks
LOOK = 9


def is_said(error):
    """Tell whether an error says in a sentence what the person cannot do now."""
    return (
        isinstance(error, UserError)
        and not isinstance(error, (AccessError, AccessDenied, MissingError))
        and bool(SENTENCE.search(str(error))))


def get_specification(arch, infos, model):
    """Return what the web client asks to read for a view, with the lists within it."""
    level = arch.xpath('count(ancestor::field)')
    specification = {}
    for node in arch.xpath(f'.//field[count(ancestor::field) = {level}]'):
        name = node.get('name')
        info = infos.get(model, {}).get('fields', {}).get(name) or {}
        asked = specification.setdefault(name, {})
        hidden = node.get('invisible') in YES or node.get('column_invisible') in YES
        if info.get('type') in ('one2many', 'many2many'):
            for view in node.xpath('./list|./kanban|./form'):
                if not hidden:
                    asked.setdefault('fields', {}).update(
                        get_specification(view, infos, info['relation']))
            if node.get('widget', '').startswith('many2many') and not hidden:
                asked.setdefault('fields', {})['display_name'] = {}
        elif info.get('type') in ('many2one', 'reference'):
            asked['fields'] = {} if hidden else {'display_name': {}}
    return specification


def simplify(values):
    """Return read values as conditions of views see them: relations as ids, dates as texts."""
    def convert(value):
        if isinstance(value, dict) and 'id' in value:
            return value['id']
        if isinstance(value, (list, tuple)):
            return [convert(part) for part in value]
        if isinstance(value, datetime):
            return fields.Datetime.to_string(value)
        if isinstance(value, date):
            return fields.Date.to_string(value)
        return value
    return {name: convert(value) for name, value in values.items()}


def translate(condition):
    """Return a condition of a card, which is JavaScript, in Python.

    >>> translate("record.state.raw_value == 'open' and !record.team_id.value")
    "state == 'open' and not team_id"
    >>> translate("['a', 'b'].includes(record.state.raw_value)")
    "(state in ['a', 'b'])"
    """
    condition = re.sub(r'record\.(\w+)\.(?:raw_)?value', r'\1', condition)
    condition = re.sub(r'(\[[^\]]*\])\.includes\((\w+)\)', r'(\2 in \1)', condition)
    condition = re.sub(r'(\w+)\.length', r'len(\1)', condition)
    return re.sub(r'!(?!=)', 'not ', condition)


class Robot:
    """Goes through the screens of one user.

    Whatever it does is taken back. What fails is in `failures`, {way there: what was said}; what it
    has opened and pressed at all in `opened` and `pressed`, what there was to press in `buttons`.
    """

    def __init__(self, env, user, thorough=THOROUGH, seed=SEED):
        self.env = env(user=user, context={
            'lang': user.lang or 'en_US', 'tz': user.tz, 'uid': user.id,
            'allowed_company_ids': user.company_id.ids})
        self.thorough = thorough
        self.chance = random.Random(seed)
        self.way = [user.login]
        self.failures, self.said = {}, {}
        self.opened, self.empty, self.buttons, self.pressed = set(), set(), set(), set()
        self._listed = set()
        self._done = set()

    #=== STEPS ===#

    @contextmanager
    def step(self, name, may_refuse=False):
        """Do the body and take it back; what fails is kept with the way there.

        :param bool may_refuse: whether it may be refused in a sentence
        """
        self.way.append(str(name))
        savepoint = self.env.cr.savepoint()
        try:
            yield
            self.env.flush_all()
        except Exception as error:
            savepoint.close()
            error = self._make_readable(error)
            kept = self.said if may_refuse and is_said(error) else self.failures
            kept.setdefault(' > '.join(self.way), self._describe(error))
        finally:
            savepoint.close()
            self.way.pop()

    def tell(self):
        """Return what failed, as a text: the way there, and what was said."""
        return '\n'.join(f'{way}:\n    {what}' for way, what in self.failures.items())

    def _make_readable(self, error):
        """Return what a person is told when the database refuses something."""
        if isinstance(error, IntegrityError) and error.diag.constraint_name:
            for model in self.env.values():
                if model._table == error.diag.table_name and not model._abstract:
                    return UserError(model._sql_error_to_message(error))
        return error

    def _describe(self, error):
        place = [
            f'{frame.filename.rpartition("/addons/")[2]}:{frame.lineno}'
            for frame in traceback.extract_tb(error.__traceback__)
            if '/tests/' not in frame.filename][-3:]
        return f"{type(error).__name__}: {str(error).strip()[:600]} ({', '.join(place)})"

    def _is_new(self, *key):
        """Tell whether something is done for the first time, or always if all is asked for."""
        if key in self._done:
            return False
        self._done.add(key)
        return True

    def _evaluate(self, expression, values=None, empty=None):
        if not isinstance(expression, str):
            return expression or empty
        names = {
            'uid': self.env.uid, 'context': dict(self.env.context), 'time': time,
            'current_date': str(fields.Date.context_today(self.env.user)),
            'today': str(fields.Date.context_today(self.env.user)),
            'now': str(fields.Datetime.now()),
            'context_today': lambda: fields.Date.context_today(self.env.user),
            'allowed_company_ids': self.env.companies.ids, 'active_model': False,
            'active_id': False, 'active_ids': [],
            **self.env.context, **(values or {})}
        return safe_eval(expression, names) or empty

    #=== MENUS AND ACTIONS ===#

    def open_menus(self):
        """Open what is below our menu, and what the other menus show of models that we extend."""
        menus = self.env['ir.ui.menu'].load_menus(False)
        entries = list(self._walk_menus(menus, 'root', ()))
        ours = self.env.ref(MAIN_MENU).name
        self._listed = {action['res_model'] for way, action in entries if 'res_model' in action}
        # The overview leads to what has a menu, too: that is looked at from there.
        entries.sort(key=lambda entry: (entry[0][0] != ours, entry[1]['type'] == 'ir.actions.client'))
        for way, action in entries:
            model = action.get('res_model')
            if way[0] == ours or (
                    model in CORE_MODELS and (self._is_new('core', model) or self.thorough)):
                with self.step(' > '.join(way)):
                    self.open_action(action)
        with self.step("My Preferences"):
            preferences = clean_action(self.env['res.users'].action_get(), self.env)
            self.open_action({**preferences, 'res_id': self.env.uid})

    def _walk_menus(self, menus, menu_id, way):
        """Yield (names of menus, action) of all menus that have one."""
        menu = menus[menu_id]
        if menu_id != 'root':
            way = (*way, menu['name'])
        if menu.get('action_id'):
            yield way, self.load_action(menu['action_id'])
        for child_id in menu['children']:
            yield from self._walk_menus(menus, child_id, way)

    def load_action(self, action_id, **context):
        """Return an action as the web client loads it."""
        action = self._find_action(action_id).with_context(**context)
        values = action._get_action_dict() if action._name == 'ir.actions.act_window' else (
            action.read()[0])
        return clean_action(values, action.sudo(False).env)

    def _find_action(self, action_id):
        if isinstance(action_id, str) and not action_id.isdigit():
            return self.env.ref(action_id).sudo()
        action = self.env['ir.actions.actions'].sudo().browse(int(action_id))
        return self.env[action.type].sudo().browse(action.id)

    def _get_external_id(self, action_id):
        action = self._find_action(action_id)
        return action.get_external_id()[action.id]

    def open_action(self, action, record=None, depth=0):
        """Follow an action of whatever type to where it leads."""
        if not isinstance(action, dict):
            return
        active = {'active_id': record.id if len(record) == 1 else record.ids[0],
                  'active_ids': record.ids, 'active_model': record._name} if record else {}
        match action['type']:
            case 'ir.actions.act_window' if action.get('target') == 'new':
                self._open_dialog(action, active, depth)
            case 'ir.actions.act_window':
                self._open_window(action, active, depth)
            case 'ir.actions.report':
                self._open_report(action, record)
            case 'ir.actions.server':
                result = self.env['ir.actions.server'].with_context(**active).browse(
                    action['id']).run()
                self.open_action(result and clean_action(result, self.env), depth=depth + 1)
            case 'ir.actions.client' if action['tag'] == 'service_dashboard':
                self._open_overview()
            case 'ir.actions.client' if action['tag'] == 'service_call':
                self._open_call(action.get('context') or {})
            case 'ir.actions.client' if action['tag'] == 'service_bulk':
                self._work_in_bulk(action['params'])
            case 'ir.actions.client' if action['tag'] == 'service_candidates':
                self.env['service.visit'].browse(action['params']['id']).get_candidates()
            case 'ir.actions.client' if action['tag'] == 'service_repair':
                self._code_repair(action['params']['order_id'])
            case 'ir.actions.client' if action['tag'] == 'service_guide':
                self._ask_guide(action['params']['order_id'])
            case 'ir.actions.client':
                assert action['tag'] in (
                    'display_notification', 'reload', 'soft_reload', 'menu'), action['tag']
                self.open_action((action.get('params') or {}).get('next'), depth=depth + 1)
            case 'ir.actions.act_url':
                assert action['url']
            case kind:
                assert kind == 'ir.actions.act_window_close', kind

    def _code_repair(self, order_id):
        """Look at what the dialog of coding shows."""
        order = self.env['service.order'].browse(order_id)
        for obj in order.get_repair_coding()['objects']:
            order.get_repair_choices(obj['id'], {})

    def _ask_guide(self, order_id):
        """Look at what the dialog of guides shows."""
        order = self.env['service.order'].browse(order_id)
        for obj in order.get_guides()['objects']:
            for run in order.get_guides(obj['id'])['runs']:
                order.get_guide_run(run['id'])

    def _work_in_bulk(self, params):
        """Do the steps of bulk work: whoever is offered it may do it."""
        Model = self.env[params['model']]
        for ids in params['batches']:
            step = Model.browse(ids).action_bulk_step(params['verb'])
            assert not step['failed'], step['failed']
            if step['made']:
                Model.action_bulk_show(params['verb'], step['made'])

    def _open_report(self, action, record=None):
        data = action.get('data')
        ids = record.ids if record else (action.get('context') or {}).get('active_ids') or []
        report = self.env['ir.actions.report']._get_report(action['report_name'])
        if report.print_report_name and len(ids) == 1:
            one = self.env[report.model].browse(ids)
            safe_eval(report.print_report_name, {'object': one, 'time': time})
        html, _kind = self.env['ir.actions.report']._render_qweb_html(
            action['report_name'], ids, data=data)
        text = ''.join(etree.HTML(html).itertext()).strip()
        assert text, "The document is empty."

    def _open_call(self, context):
        """Open the page of calls, with a customer if one calls."""
        Call = self.env['service.call']
        Call.get_choices()
        if isinstance(context, dict) and (partner_id := context.get('default_partner_id')):
            object_id = context.get('default_object_id')
            card = Call.get_customer(partner_id, object_id)
            Call.preview({
                'partner_id': card['customer']['id'], 'object_ids': [object_id] if object_id else []})

    def _open_overview(self):
        for section in self.env['service.dashboard'].get_data()['sections']:
            for tile in section['tiles']:
                with self.step(tile['label']):
                    self.open_action(clean_action(dict(tile['action']), self.env), depth=1)

    #=== WINDOWS ===#

    def _get_views(self, model, action):
        """Return {view type: (arch, id, toolbar)} of an action, and the fields they show."""
        views = [(view_id, kind) for view_id, kind in action['views']]
        search = action.get('search_view_id') or False
        if isinstance(search, (list, tuple)):
            search = search[0]
        if action.get('target') != 'new' and model._name != 'res.config.settings':
            views.append((search, 'search'))
        if not any(kind == 'form' for _id, kind in views) and self._has_list(views):
            views.append((False, 'form'))
        found = model.get_views(views, {
            'toolbar': True, 'load_filters': True, 'action_id': action.get('id') or False})
        return {
            kind: (etree.fromstring(view['arch']), view['id'], view['toolbar'])
            for kind, view in found['views'].items()}, found['models']

    def _has_list(self, views):
        return any(kind in ('list', 'kanban', 'calendar', 'activity') for _id, kind in views)

    def _open_window(self, action, active, depth):
        context = self._evaluate(action.get('context'), active, {})
        model = self.env[action['res_model']].with_context(**active, **context)
        domain = Domain(self._evaluate(action.get('domain'), {**active, **context}, []))
        views, infos = self._get_views(model, action)
        for kind, (arch, _id, _toolbar) in views.items():
            if kind not in ('form', 'search') and (
                    depth == 0 or self._is_new('view', model._name, _id, kind)):
                with self.step(kind):
                    self._read_view(kind, arch, infos, model, domain)
        if 'search' in views and model._name not in CORE_MODELS:
            self._search(views, infos, model, domain, context, depth)
        records = self._find_records(action, model, domain)
        if depth and model._name in self._listed:
            depth = LOOK  # buttons and new records have their turn below the menu
        if depth != LOOK:
            self.opened.add(action.get('xml_id') or model._name)
            if not records:
                self.empty.add(action.get('xml_id') or model._name)
        if 'form' in views:
            self._open_form(views['form'], infos, records, model, depth, context)
        for kind in ('list', 'kanban'):
            if kind in views and depth != LOOK:
                arch, view_id, toolbar = views[kind]
                self._press_rows(arch, view_id, infos, records, depth)
                self._open_toolbar(toolbar, records, depth)

    def _find_records(self, action, model, domain):
        if action.get('res_id'):
            record = model.browse(action['res_id'])
            assert record.exists(), "The record does not exist."
            return record
        if model._transient and not domain:
            return model
        if model._name in CORE_MODELS and 'company_id' in model._fields:
            domain &= Domain('company_id', 'in', [False, self.env.company.id])
        return model.search(domain, limit=LIMIT)

    def _get_group(self, model, name, interval=None):
        """Return what to group by: dates by months, where nothing else is said."""
        if ':' in name or model._fields[name].type not in ('date', 'datetime'):
            return name
        return f"{name}:{interval or 'month'}"

    def _read_view(self, kind, arch, infos, model, domain):
        specification = get_specification(arch, infos, model._name)
        known = model._fields
        match kind:
            case 'list' | 'kanban' | 'activity':
                order = arch.get('default_order')
                grouped = arch.get('default_group_by')
                model.web_search_read(domain, specification, limit=LIMIT, order=order)
                if grouped:
                    model.web_read_group(
                        domain, [grouped], ['__count'], auto_unfold=True,
                        unfold_read_specification=specification)
                for node in arch.iter('progressbar'):
                    model.read_progress_bar(
                        domain, grouped or 'id', {'field': node.get('field'), 'colors': {
                            key: '' for key in self._evaluate(node.get('colors'), {}, {})}})
                if kind == 'activity':
                    model.env['mail.activity'].get_activity_data(model._name, domain, 10)
            case 'schedule':
                now = int(datetime.now().timestamp())
                shown = model.get_schedule(now - 7 * 86400, now + 7 * 86400, list(domain))
                ids = [bar['id'] for bar in shown['bars']]
                model.get_schedule_details(ids)
                model.get_schedule_bars(ids)
                model.get_schedule_map(ids)
                model.get_schedule_waiting(list(domain))
            case 'calendar':
                names = [arch.get(key) for key in (
                    'date_start', 'date_stop', 'date_delay', 'color', 'all_day')]
                model.web_search_read(
                    domain, {**specification, **{name: {} for name in names if name}}, limit=LIMIT)
            case 'graph' | 'pivot':
                groups = [
                    self._get_group(model, node.get('name'), node.get('interval')) for node in arch.iter('field')
                    if node.get('type') in ('row', 'col') or (
                        kind == 'graph' and node.get('type') != 'measure'
                        and node.get('invisible') not in YES)]
                measures = [
                    f'{name}:{field.aggregator}' for name, field in known.items()
                    if field.aggregator and field.store and field.type in (
                        'integer', 'float', 'monetary')
                    and name in model.fields_get([name]) and name not in ('id', 'sequence')]
                model.formatted_read_group(domain, groups, ['__count', *measures])
                for group in groups:
                    model.formatted_read_group(domain, [group], ['__count', *measures])

    def _search(self, views, infos, model, domain, context, depth):
        """Use all that a search view offers, with the columns of the first view."""
        arch, view_id, _toolbar = views['search']
        names = {node.get('name') for node in arch.iter('field', 'filter')}
        for key in context:
            if key.startswith('search_default_'):
                assert key.removeprefix('search_default_') in names, f"no filter for {key}"
        if not self._is_new('search', model._name, view_id) and not (self.thorough and not depth):
            return
        listed = views.get('list') or views.get('kanban')
        specification = get_specification(listed[0], infos, model._name) if listed else {}
        aggregates = ['__count', *(
            f'{name}:{model._fields[name].aggregator}' for name in specification
            if model._fields[name].aggregator and model._fields[name].store
            and model._fields[name].type in ('integer', 'float', 'monetary'))]
        for node in arch.iter('field', 'filter'):
            if node.get('invisible') in YES:
                continue
            if node.xpath('ancestor::searchpanel'):
                with self.step(f"panel {node.get('name')}"):
                    call = 'multi' if node.get('select') == 'multi' else 'range'
                    getattr(model, f"search_panel_select_{'multi_' * (call == 'multi')}range")(
                        node.get('name'))
                continue
            with self.step(f"filter {node.get('string') or node.get('name')}"):
                self._use_filter(node, model, domain, specification, aggregates)

    def _use_filter(self, node, model, domain, specification, aggregates):
        name = node.get('name')
        if node.tag == 'field':
            field = model._fields[name]
            values = {'self': 'abc' if field.type not in ('many2one', 'integer') else 1, 'raw_value': 1}
            if node.get('filter_domain'):
                typed = self._evaluate(node.get('filter_domain'), {**values, 'self': 'abc'}, [])
            elif field.type in ('many2one', 'many2many', 'one2many'):
                model.env[field.comodel_name].with_context(
                    **self._evaluate(node.get('context'), {}, {})).name_search(
                        'abc', self._evaluate(node.get('domain'), {}, []), limit=8)
                typed = [(name, node.get('operator') or 'ilike', 'abc')]
            elif field.type in ('char', 'text', 'html'):
                typed = [(name, node.get('operator') or 'ilike', 'abc')]
            else:
                return
            model.web_search_read(domain & Domain(typed), specification, limit=LIMIT)
            return
        group_by = self._evaluate(node.get('context'), {}, {}).get('group_by')
        for group in [group_by] if isinstance(group_by, str) else group_by or []:
            model.web_read_group(
                domain, [self._get_group(model, group)], aggregates, auto_unfold=True,
                unfold_read_specification=specification, limit=LIMIT)
        wanted = Domain(self._evaluate(node.get('domain'), {}, []))
        if node.get('date'):
            wanted &= Domain(node.get('date'), '>=', '2026-03-01') & Domain(
                node.get('date'), '<=', '2026-03-31')
        if not group_by:
            model.web_search_read(domain & wanted, specification, limit=LIMIT)

    #=== FORMS ===#

    def _open_form(self, view, infos, records, model, depth, context):
        """Read records as a form shows them, press what it shows, and fill in a new one."""
        arch, view_id, toolbar = view
        specification = get_specification(arch, infos, model._name)
        ours = model._name.startswith('service.')
        for record in records:
            if not self._is_new('record', model._name, view_id, record.id):
                continue
            with self.step(f'{record.display_name}'):
                values = record.web_read(specification)[0]
                if depth < 3:
                    self._press_form(arch, view_id, record, values, context, depth)
                if depth < 2 and (self._is_new('edit', model._name, view_id) or self.thorough):
                    self._edit(record, view_id)
                    self._manage(arch, record)
        if depth < 2:
            self._open_toolbar(toolbar, records, depth)
        defaults = sorted(str(item) for item in context.items() if item[0].startswith('default_'))
        if arch.get('create') not in NO and model.has_access('create') and self._is_new(
                'new', model._name, view_id, *defaults):
            with self.step("New", may_refuse=True):
                form = Form(model, view=view_id)
                self._fill(form)
                form.save()
            if ours and depth < 2:
                self._add_lines(model, view_id)

    def _get_writable(self, form):
        return [
            name for name, info in form._view['fields'].items()
            if name != 'id' and info.get('type') and not form._get_modifier(name, 'readonly')
            and not form._get_modifier(name, 'invisible')
            and not form._get_modifier(name, 'column_invisible')]

    def _fill(self, form, *names):
        """Fill in what is required, or named, and empty, until nothing is."""
        for _turn in range(40):
            for name in self._get_writable(form):
                if form._values[name] is False and (
                        name in names or form._get_modifier(name, 'required')):
                    value = self._find_value(form, name)
                    assert value is not None, f"There is nothing to choose for {name}."
                    form[name] = value
                    break
            else:
                return

    def _find_value(self, form, name):
        """Return something plausible for a field of a form, or None."""
        info = form._view['fields'][name]
        match info['type']:
            case 'char':
                return "Robot"
            case 'text' | 'html':
                return "Written by a robot."
            case 'integer' | 'float' | 'monetary':
                return 1
            case 'boolean':
                return not form._values[name]
            case 'date':
                return fields.Date.context_today(self.env.user)
            case 'datetime':
                return fields.Datetime.now()
            case 'selection':
                keys = [key for key, _label in info['selection']]
                return self.chance.choice(keys) if keys else None
            case 'binary':
                return SIGNATURE
            case 'many2one' | 'many2many':
                return self._find_record(form, name, info)
        return None

    def _find_record(self, form, name, info):
        level = form._view['tree'].xpath('count(ancestor::field)')
        node = form._view['tree'].xpath(
            f'.//field[@name="{name}"][count(ancestor::field) = {level}]')[0]
        domain = node.get('domain') or info.get('domain') or []
        domain = self._evaluate(domain, form._get_eval_context(), [])
        Model = self.env[info['relation']].with_context(**form._get_context(name))
        found = Model.browse([key for key, _name in Model.name_search('', domain, limit=8)])
        if 'company_id' in Model._fields:
            found = found.filtered(lambda one: one.company_id in (self.env.company, one.company_id[:0]))
        return found[0] if found else None

    def _edit(self, record, view_id):
        """Change what the form lets one change, each field on its own: some, or all."""
        form = Form(record, view=view_id)
        if form._view['tree'].get('edit') in NO or not record.has_access('write'):
            return
        names = [
            name for name in self._get_writable(form)
            if form._view['fields'][name]['type'] != 'one2many'
            and str(record._fields[name]._module).startswith('service_management')]
        if not self.thorough:
            names = self.chance.sample(names, min(3, len(names)))
        for name in names:
            with self.step(f'change {name}', may_refuse=True):
                form = Form(record, view=view_id)
                value = self._find_value(form, name)
                if value is not None:
                    form[name] = value
                    self._fill(form)
                    form.save()

    def _manage(self, arch, record):
        """Do what the menu Actions offers for every record: duplicate, archive, delete."""
        offered = [
            ('duplicate', 'create', 'copy', record._name.startswith('service.')),
            ('archive', 'write', 'action_archive', self._may_archive(record)),
            ('delete', 'unlink', 'unlink', record._name.startswith('service.'))]
        for attribute, right, method, is_there in offered:
            if not is_there or record._transient or not record.has_access(right):
                continue
            if any(arch.get(key) in NO for key in (attribute, {'write': 'edit'}.get(right, right))):
                continue
            with self.step(f'Action: {attribute}', may_refuse=True):
                result = call_kw(record, method, [record.ids], {'context': self.env.context})
                self.env.flush_all()
                if isinstance(result, dict):
                    self._follow(clean_action(result, self.env), record, 0)

    def _may_archive(self, record):
        """Tell whether the web client offers to archive: people of Odoo's apps are left to it."""
        active = record.fields_get(['active'], ['readonly']).get('active')
        return active and not active['readonly'] and (
            record._name.startswith('service.') or record._name == 'res.users')

    def _add_lines(self, model, view_id):
        """Add a line to each list of a new record, by each entry that adds one."""
        form = Form(model, view=view_id)
        for name in self._get_writable(form):
            if form._view['fields'][name]['type'] != 'one2many':
                continue
            node = form._view['tree'].xpath(f'.//field[@name="{name}"]')[0]
            lines = node.xpath('./list|./kanban')
            if not lines or lines[0].get('create') in NO:
                continue
            entries = [entry.get('context') for entry in lines[0].xpath('./control/create')]
            for entry in entries or [None]:
                with self.step(f'New with a line of {name} {entry or ""}', may_refuse=True):
                    form = Form(model, view=view_id)
                    self._fill(form)
                    if entry:
                        form._view['contexts'][name] = entry
                    with form[name].new() as line:
                        self._fill(line, 'product_id')
                    form.save()

    #=== BUTTONS ===#

    def _get_buttons(self, arch):
        """Return the buttons of a view, without those of the lists within it."""
        level = arch.xpath('count(ancestor::field)')
        return arch.xpath(
            f'.//*[self::button or self::a][@name][@type="object" or @type="action"]'
            f'[count(ancestor::field) = {level}]')

    def _is_shown(self, node, top, values):
        """Tell whether a button is visible on a record, with all that it stands in."""
        while node is not None and node is not top:
            for attribute in ('invisible', 'column_invisible'):
                condition = node.get(attribute)
                if condition and self._evaluate(condition, values):
                    return False
            if node.get('t-if') and not self._evaluate(translate(node.get('t-if')), values):
                return False
            node = node.getparent()
        return True

    def _press_form(self, arch, view_id, record, values, context, depth):
        shown = {**simplify(values), 'id': record.id, 'active_id': record.id}
        for button in self._get_buttons(arch):
            if self._is_shown(button, arch, shown):
                self._press(button, view_id, record, shown, context, depth)
            self._note(button, record)
        for node in arch.xpath('.//field[list or kanban]'):
            if node.xpath('count(ancestor::field)') or not self._is_shown(node, arch, shown):
                continue
            view = node.xpath('./list|./kanban')[0]
            rows = values.get(node.get('name')) or []
            Lines = self.env[record._fields[node.get('name')].comodel_name]
            for row in rows[:LIMIT] if rows and isinstance(rows[0], dict) else ():
                line = {**simplify(row), 'parent': Dotter(shown)}
                for button in self._get_buttons(view):
                    if self._is_shown(button, view, line):
                        self._press(button, view_id, Lines.browse(row['id']), line, {}, depth)
            for button in self._get_buttons(view):
                self._note(button, Lines)

    def _press_rows(self, arch, view_id, infos, records, depth):
        specification = get_specification(arch, infos, records._name)
        for button in self._get_buttons(arch):
            self._note(button, records)
        for button in arch.xpath('./header/button'):
            if records and self._is_shown(button, arch, {}):
                self._press(button, view_id, records, {}, {}, depth)
        for record in records:
            values = {**simplify(record.web_read(specification)[0]), 'id': record.id}
            for button in self._get_buttons(arch):
                if button.getparent().tag != 'header' and self._is_shown(button, arch, values):
                    self._press(button, view_id, record, values, {}, depth)

    def _is_ours(self, button, records):
        """Tell whether a button is one that we show or whose method is ours."""
        if records._name.startswith('service.'):
            return True
        if button.get('type') == 'object':
            method = getattr(type(records), button.get('name'), None)
            return getattr(method, '__module__', '').startswith(ADDON)
        return self._get_external_id(button.get('name')).startswith('service_management')

    def _get_name(self, button):
        text = ' '.join((button.get('string') or ''.join(button.itertext())).split())
        return f"[{text}] ({button.get('name')})"

    def _note(self, button, records):
        if self._is_ours(button, records):
            self.buttons.add((records._name, button.get('name'), button.get('context') or ''))

    def _press(self, button, view_id, records, values, context, depth):
        """Press a button that is shown, and look at where it leads."""
        if not self._is_ours(button, records):
            return
        key = (records._name, button.get('name'), button.get('context') or '')
        self.pressed.add(key)
        # What is somebody else's shows the same buttons, or should not.
        whose = records.has_access('write')
        if not self.thorough and not self._is_new('button', view_id, button.tag, whose, *key):
            return
        with self.step(self._get_name(button), may_refuse=True):
            own = self._evaluate(button.get('context'), values, {})
            context = {**self.env.context, **context, **own}
            if button.get('type') == 'object':
                action = call_kw(
                    records.with_env(self.env), key[1], [records.ids], {'context': context})
                self.env.flush_all()
                action = clean_action(action, self.env) if isinstance(action, dict) else None
            else:
                action = self.load_action(key[1], **own, active_id=records[:1].id)
                action = {**action, 'context': {**own, **self._evaluate(
                    action.get('context'), {'active_id': records[:1].id}, {})}}
            self._follow(action, records, depth)

    def _follow(self, action, records, depth):
        """Open what a button or an entry answered: but for what runs then, nothing may be refused."""
        if action and depth < 3:
            runs = action['type'] in ('ir.actions.server', 'ir.actions.report')
            with self.step(action.get('name') or action['type'], may_refuse=runs):
                self.open_action(action, records.exists(), depth + 1)

    def _open_toolbar(self, toolbar, records, depth):
        """Open what the menus Print and Actions offer."""
        for key in ('print', 'action'):
            for entry in toolbar.get(key, ()):
                external = self._get_external_id(entry['id'])
                if not records or not external.startswith('service_management'):
                    continue
                if not self.thorough and not self._is_new(key, external, records._name):
                    continue
                with self.step(f"{key.title()}: {entry['name']}", may_refuse=True):
                    ids = records.ids
                    action = self.load_action(
                        entry['id'], active_id=ids[0], active_ids=ids, active_model=records._name)
                    self.pressed.add((records._name, external, ''))
                    self._follow(action, records, depth)

    #=== DIALOGS ===#

    def _open_dialog(self, action, active, depth):
        context = {**active, **self._evaluate(action.get('context'), active, {})}
        model = self.env[action['res_model']].with_context(**context)
        view_id = next((view_id for view_id, kind in action['views'] if kind == 'form'), False)
        record = model.browse(action.get('res_id') or ())

        form = Form(record, view=view_id)
        arch = form._view['tree']
        if record:
            record.web_read(get_specification(arch, form._models_info, model._name))
        for button in self._get_buttons(arch):
            self._note(button, record)
        for choice in self._get_choices(form):
            form = self._open_chosen(record, view_id, choice)
            values = form._get_eval_context()
            for button in self._get_buttons(arch):
                if self._is_ours(button, record) and self._is_shown(button, arch, values):
                    self._press_dialog(button, record, view_id, choice, values, context, depth)

    def _get_choices(self, form):
        """Return the ways to fill in a dialog: as it is, and with each other choice it offers."""
        names = self._get_writable(form) if form._record._transient else ()
        return [{}] + [
            {name: key} for name in names
            if form._view['fields'][name]['type'] == 'selection'
            for key, _label in form._view['fields'][name]['selection']
            if key != form._values[name]]

    def _open_chosen(self, record, view_id, choice):
        form = Form(record, view=view_id)
        for name, value in choice.items():
            form[name] = value
        return form

    def _press_dialog(self, button, record, view_id, choice, values, context, depth):
        key = (record._name, button.get('name'), button.get('context') or '')
        self.pressed.add(key)
        # Another choice is for the buttons that it shows.
        chosen = choice if self.thorough else ()
        if not self._is_new('dialog', context.get('active_model'), *key, *chosen):
            return
        way = [f'{name} = {value}' for name, value in choice.items()]
        with self.step(' > '.join([*way, self._get_name(button)]), may_refuse=True):
            form = self._open_chosen(record, view_id, choice)
            self._fill(form)
            saved = form.save()
            own = self._evaluate(button.get('context'), values, {})
            result = call_kw(saved, key[1], [saved.ids], {'context': {**context, **own}})
            self.env.flush_all()
            if isinstance(result, dict):
                self._follow(clean_action(result, self.env), saved, depth)


class Scout(Robot):
    """Goes ahead of a browser: finds the screens of a user, and what opens dialogs there."""

    def __init__(self, env, user, **options):
        super().__init__(env, user, **options)
        self.screens, self._dialogs, self._form = [], {}, None

    def get_dialogs(self):
        """Return [way, model, record, view, names of buttons] of the forms that open dialogs."""
        return [[*form, buttons] for form, buttons in self._dialogs.items()]

    def open_action(self, action, record=None, depth=0):
        if action['type'] == 'ir.actions.client':
            self.screens.append([self._get_way(), action['id'], ['client'], False])
        elif action['type'] == 'ir.actions.act_window' and action.get('id'):
            kinds = [kind for _id, kind in action['views'] if kind != 'form']
            if kinds and action.get('target') != 'new':
                super().open_action(action, record, depth)
            else:
                asked = {key: action[key] for key in (
                    'type', 'name', 'res_model', 'views', 'target', 'res_id') if key in action}
                self.screens.append([
                    self._get_way(), asked if action.get('res_id') else action['id'], ['form'], False])

    def _get_way(self):
        return ' > '.join(self.way)

    def _open_window(self, action, active, depth):
        context = self._evaluate(action.get('context'), active, {})
        model = self.env[action['res_model']].with_context(**context)
        records = self._find_records(
            action, model, Domain(self._evaluate(action.get('domain'), context, [])))
        kinds = [kind for _id, kind in action['views']]
        # Of Odoo's models we extend the forms: their lists are left to Odoo.
        shown = [kind for kind in kinds if kind != 'form' and model._name not in CORE_MODELS]
        self.screens.append([
            self._get_way(), action['id'], shown, records[:1].id if 'form' in kinds else False])
        if 'form' in kinds:
            views, infos = self._get_views(model, action)
            self._open_form(views['form'], infos, records, model, depth, context)

    def _open_form(self, view, infos, records, model, depth, context):
        arch, view_id, _toolbar = view
        specification = get_specification(arch, infos, model._name)
        for record in records:
            with self.step(record.display_name):
                self._press_form(
                    arch, view_id, record, record.web_read(specification)[0], context, depth)

    def _press(self, button, view_id, records, values, context, depth):
        if not button.xpath('ancestor::field'):  # lines have theirs in other rows
            self._form = (view_id, button.get('name'))
            super()._press(button, view_id, records, values, context, depth)

    def _follow(self, action, records, depth):
        if action and action['type'] == 'ir.actions.act_window' and action.get('target') == 'new':
            view_id, name = self._form
            form = (self._get_way().rpartition(' > ')[0], records._name, records.id, view_id)
            self._dialogs.setdefault(form, []).append(name)

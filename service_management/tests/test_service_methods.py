import inspect
import random
import re
from contextlib import contextmanager
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.models import BaseModel
from odoo.tests import freeze_time, new_test_user
from odoo.tools import SQL

from .common import GROUP, SIGNATURE
from .common_company import ServiceCompanyCommon

#: Tuesday, 3 March 2026, in seconds since 1970
START = 1772496000
#: Statements that change something, and of which table
CHANGE = re.compile(r'\s*(?:INSERT INTO|UPDATE|DELETE FROM)\s+"?(\w+)"?', re.IGNORECASE)
#: Methods that take what no caller from outside can send: a mail as Python reads it
OF_OBJECTS = {'message_parse', 'message_route'}
#: What those who only look at service do all the same, for it is their work
ALLOWED = {
    ('accountant', 'account.move', 'button_cancel'),
    ('accountant', 'service.subscription.accrual', 'action_post'),
    ('accountant', 'service.subscription.accrual', 'action_reverse'),
    # Occurrences are a ledger that is written by verbs only.
    ('dispatcher', 'service.agreement.occurrence', 'action_unskip'),
    # What a meter shows last is kept by its readings, which technicians make.
    ('technician', 'service.meter', 'record_reading'),
}
#: Doors of Odoo that lead to every model: {name: arguments}
DOORS = {
    'read': [['display_name']], 'web_read': [{'display_name': {}}], 'copy': [{}], 'unlink': [],
    'write': [{'write_date': '2020-01-01'}], 'web_save': [{}, {'display_name': {}}],
    'export_data': [['display_name']], 'check_access': ['read'],
    'onchange': [{}, [], {'display_name': {}}],
}
#: Of those, the doors of models with messages, with to-dos, with a page in the portal
MORE_DOORS = {
    'message_post': [], 'message_subscribe': [[1]], 'activity_schedule': [],
    'message_get_subscribers': [], 'get_portal_url': [],
}
#: Groups of everybody who works here
ROLES = {
    'outsider': 'base.group_user',
    'salesperson': 'sales_team.group_sale_salesman',
    'accountant': 'account.group_account_invoice',
    **{role: GROUP + role for role in (
        'technician', 'customer_service', 'dispatcher', 'manager')},
}


@freeze_time('2026-03-02 09:00:00')
class TestServiceMethods(ServiceCompanyCommon):
    """Nobody does or learns anything by a public method that his rights do not give him."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.chance = random.Random(7)
        cls.neighbours = cls.env['res.company'].create({'name': "Neighbours"})
        cls.staff = {role: cls._employ(role, cls.company) for role in ROLES}
        cls.strangers = {role: cls._employ(role, cls.neighbours) for role in ROLES}
        cls._make_what_is_foreign()
        cls.methods = list(cls._find_methods())
        cls.env.flush_all()

    @classmethod
    def _employ(cls, role, company):
        """Return somebody who works in another team than all that there is."""
        user = new_test_user(
            cls.env, login=f'{role}_{company.id}', groups=f'base.group_user,{ROLES[role]}',
            company_id=company.id)
        team = cls.env['service.team'].create({
            'name': f"Team of {user.name}", 'company_id': company.id})
        cls.env['hr.employee'].create({
            'name': user.name, 'user_id': user.id, 'company_id': company.id,
            'service_team_id': team.id})
        return user

    @classmethod
    def _make_what_is_foreign(cls):
        """What the set-up has not: a visit at each stage, hours, an object of its own."""
        order = cls._create_order(object_ids=cls.object.ids)
        cls._plan(order).action_dispatch()
        cls._create_line(order, employee_id=cls.technician.id, quantity=1)
        order.task_ids = [Command.create({
            'task_id': cls.env['service.task'].create({'name': "Clean"}).id})]

    #=== WHAT IS CALLED ===#

    @classmethod
    def _find_methods(cls):
        """Yield (model, name) of the public methods of the suite, on whatever model."""
        for name, model in sorted(cls.env.registry.items()):
            if model._abstract:
                continue
            names = {
                method for layer in model.mro()
                if layer.__module__.startswith('odoo.addons.service_management')
                for method, function in vars(layer).items()
                if inspect.isfunction(function) and not method.startswith('_')}
            for method in sorted(names - set(dir(BaseModel)) - OF_OBJECTS):
                yield name, method

    def _get_values(self):
        """Return {name of a parameter: something that a caller might send}."""
        return {
            'date_from': '2026-03-01', 'date_to': '2026-03-31',
            'text': "Harbour", 'partner_id': self.customer.id, 'object_id': self.object.id,
            'order_id': self.env['service.order'].sudo().search([], limit=1).id,
            'employee_id': self.technician.id, 'stage_id': self.stage_signed_off.id,
            'values': {'date_start': '2026-03-03 08:00:00', 'employee_id': self.technician.id,
                       'duration_hours': 1},
            'view_id': False, 'view_type': 'form', 'options': {}, 'domain': [],
            'field_names': ['display_name'],
            'groupby': ['write_date:month'], 'opening_info': None,
            'msg_dict': {
                'subject': "Mine", 'email_from': '"Me" <me@example.com>', 'from': '"Me" <me@example.com>', 'body': "", 'to': ''},
            'custom_values': {'title': "Mine"}, 'is_modify': False, 'verb': 'post', 'made': [],
            'help_message': "",
            'latitude': 56.95, 'longitude': 24.1,
            'name': "photo.png", 'content': SIGNATURE, 'kind': 'before',
            'start': START, 'end': START + 86400, 'offset': 0, 'employee_ids': self.technician.ids,
            'visit_ids': self.env['service.visit'].sudo().search([]).ids,
            'moves': [
                {'id': visit.id, 'row': self.technician.id, 'start': START + 36000, 'end': False}
                for visit in self.env['service.visit'].sudo().search([])],
            'field_name': 'stage_id', 'is_confirmed': True, 'is_locked': True, 'leave_id': 1,
            'hours': .5, 'known': False, 'codes': {}, 'set_id': 1, 'repair_id': False, 'take_over': True,
            'value': 1300.0, 'moment': '2026-02-20 09:00:00', 'note': "Mine", 'day': '2026-02-20',
            'vals': {'note': "Mine"}, 'guide_id': 1, 'run_id': 1, 'step_id': 1, 'answer_id': False,
            'number': 1.5, 'remark': "Mine", 'set_ids': [], 'is_type_wanted': False,
        }

    def _prepare_arguments(self, function):
        values = self._get_values()
        names = [
            name for name, parameter in inspect.signature(function).parameters.items()
            if parameter.kind is not parameter.VAR_POSITIONAL
            and parameter.kind is not parameter.VAR_KEYWORD]
        self.assertLessEqual(set(names), set(values), "Give the new parameter a value")
        return {name: values[name] for name in names}

    @contextmanager
    def _spy(self):
        """Collect the tables that are changed; undo it in the end."""
        changed, cursor = set(), type(self.env.cr)
        execute = cursor.execute

        def spy(cr, query, *args, **kwargs):
            text = query.code if isinstance(query, SQL) else str(query)
            if found := CHANGE.match(text):
                changed.add(found[1])
            return execute(cr, query, *args, **kwargs)

        self.env.flush_all()
        self.env.invalidate_all()  # what is in the cache is read by everybody
        savepoint = self.env.cr.savepoint()
        try:
            with patch.object(cursor, 'execute', spy):
                yield changed
        finally:
            savepoint.close(rollback=True)
            self.env.invalidate_all()

    def _try(self, user, records, method):
        """Let a user call a method on records.

        :return: (its answer, or AccessError if it is refused; tables that were changed)
        """
        function = getattr(records.with_user(user), method)
        arguments = self._prepare_arguments(function)
        with self._spy() as changed:
            try:
                answer = function(**arguments)
                self.env.flush_all()
                changed = changed - self._get_transient_tables()
            except (UserError, ValueError) as error:
                if type(error) is ValueError and 'Expected singleton' not in str(error):
                    raise
                answer, changed = AccessError, set()  # refused: nothing is kept
        return answer, changed

    def _get_transient_tables(self):
        return {model._table for model in self.env.values() if model._transient}

    def _is_of_model(self, name, method):
        """Tell whether a method is about no records."""
        return getattr(getattr(self.env.registry[name], method), '_api_model', False)

    def _get_records(self, name):
        model = self.env[name].sudo().with_context(active_test=False)
        return model.search([], limit=40) if model._auto else model

    def _get_subsets(self, records):
        """Return all of some records, and one of them in each state."""
        if not records:
            return []
        groups = records.grouped('state').values() if 'state' in records._fields else [records]
        return [records, *(group[self.chance.randrange(len(group))] for group in groups)]

    def _get_hidden(self, user, name):
        """Return the records of a model that are there and that a user does not see, in sudo."""
        records = self._get_records(name)
        # Of employees people see the public side.
        seen = self.env['hr.employee.public' if name == 'hr.employee' else name]
        seen = seen.with_user(user).with_context(active_test=False)
        if records and seen.has_access('read'):
            found = seen.search([('id', 'in', records.ids)])
            records = records.filtered(lambda record: record.id not in found._ids)
        return records

    #=== WHO CALLS ===#

    def test_who_only_looks_changes_nothing_by_any_method(self):
        count = 0
        for role in ('outsider', 'salesperson', 'accountant'):
            for name, method in self.methods:
                for subset in self._get_subsets(self._get_records(name)) or (self.env[name],):
                    count += 1
                    if (role, name, method) not in ALLOWED:
                        with self.subTest(role=role, model=name, method=method):
                            changed = self._try(self.staff[role], subset, method)[1]
                            self.assertEqual(changed, set())
        self.assertGreater(count, 200)

    def test_what_somebody_may_not_write_no_method_writes_for_him(self):
        count = 0
        for role in ('technician', 'customer_service', 'dispatcher'):
            for name, method in self.methods:
                model = self.env[name].with_user(self.staff[role])
                if (role, name, method) in ALLOWED or model._transient or model.has_access('write') or not model.has_access('read'):
                    continue
                for subset in self._get_subsets(self._get_records(name)):
                    count += 1
                    with self.subTest(role=role, model=name, method=method):
                        changed = self._try(self.staff[role], subset, method)[1]
                        self.assertNotIn(model._table, changed)
        self.assertGreater(count, 100)

    def test_customers_call_no_method(self):
        """They have the routes of the portal, which look at who they are."""
        guest = self._create_portal_user('service_guest', self.customer)
        for name, method in self.methods:
            if name.startswith('service.'):
                for subset in self._get_subsets(self._get_records(name)) or (self.env[name],):
                    with self.subTest(model=name, method=method):
                        self.assertEqual(self._try(guest, subset, method), (AccessError, set()))

    def test_what_somebody_does_not_see_he_neither_changes_nor_learns_of(self):
        """Of another team, of another salesperson, of another company."""
        count = 0
        for people in (self.staff, self.strangers):
            for role, user in list(people.items())[people is self.strangers:]:
                hidden = {name: self._get_hidden(user, name) for name, _method in self.methods}
                for name, method in self.methods:
                    if hidden[name] and not self._is_of_model(name, method):
                        subset = self.chance.choice(self._get_subsets(hidden[name]))
                        count += 1
                        with self.subTest(role=role, company=user.company_id.name, model=name,
                                          method=method):
                            answer, changed = self._try(user, subset, method)
                            self.assertEqual(changed, set())
                            self.assertTrue(answer is AccessError or not answer, str(answer)[:500])
        self.assertGreater(count, 600)

    def test_people_of_others_that_are_named_to_a_method_are_told_nothing_of(self):
        """As when a card is dropped on the column of somebody of another company."""
        user, asked = self.strangers['dispatcher'], 0
        order = self.env['service.order'].with_company(self.neighbours).create({
            'title': "Theirs", 'partner_id': self.customer.id, 'company_id': self.neighbours.id})
        order.visit_ids.write({'date_start': '2026-03-03 08:00:00', 'duration_hours': 1})
        for name, method in self.methods:
            arguments = self._prepare_arguments(getattr(self.env[name], method))
            if {'employee_id', 'values'} & set(arguments):
                asked += 1
                for subset in self._get_subsets(
                        self._get_records(name) - self._get_hidden(user, name)):
                    with self.subTest(model=name, method=method):
                        answer, changed = self._try(user, subset, method)
                        self.assertEqual(changed, set())
                        self.assertTrue(answer is AccessError or not answer, str(answer)[:500])
        self.assertGreater(asked, 1)
        with self.assertRaises(AccessError):
            order.visit_ids.with_user(user).onchange(
                {'employee_id': self.technician.id}, ['employee_id'], {'planning_warning': {}})

    def _fill(self, dialog, hidden):
        """Return values of a dialog that names whatever its fields can name of hidden records.

        Nothing for what is a row of a dialog.
        """
        values = {}
        lines = dialog._name == 'service.update'
        for name, field in dialog._fields.items():
            found = hidden.get(field.comodel_name) if field.relational else None
            if found and field.type == 'many2one':
                values[name] = found[:1].id
            elif found and field.type == 'many2many':
                values[name] = [Command.set(found.ids)]
            elif name == 'res_model':
                values[name] = 'service.order.line' if lines else 'service.order'
            elif name == 'res_ids':
                values[name] = hidden['service.order.line' if lines else 'service.order'].ids
            elif field.required and field.type == 'many2one':
                usage = re.search(r"'usage', '=', '(\w+)'", str(field.domain))
                values[name] = self.env[field.comodel_name].sudo().search(
                    [('usage', '=', usage[1])] if usage else [], limit=1).id
            elif field.required and field.type in (
                    'char', 'text', 'date', 'datetime', 'integer', 'float'):
                values[name] = {'char': "Mine", 'text': "Mine", 'date': '2026-03-02',
                                'datetime': '2026-03-02 10:00:00'}.get(field.type, 1)
        return all(values.values()) and values

    def test_dialogs_change_nothing_that_is_named_to_them_and_not_seen(self):
        people = [*list(self.strangers.values())[1:], self.staff['technician'], self.staff['salesperson']]
        dialogs = {name for name, _method in self.methods if self.env[name]._transient}
        count = 0
        for user in people:
            hidden = {
                name: records for name, model in self.env.items()
                if name.startswith('service.') and not model._abstract and not model._transient
                and (records := self._get_hidden(user, name))}
            for name in sorted(dialogs):
                values = self._fill(self.env[name], hidden)
                for method in [
                        method for model, method in self.methods
                        if values is not False and model == name and not self._is_of_model(name, method)]:
                    with self.subTest(user=user.login, dialog=name, method=method), \
                            self._spy() as changed:
                        try:
                            dialog = self.env[name].with_user(user).create(values)
                            count += 1
                            getattr(dialog, method)(**self._prepare_arguments(
                                getattr(dialog, method)))
                            self.env.flush_all()
                        except UserError:
                            continue
                        self.assertEqual(changed - self._get_transient_tables(), set())
        self.assertGreater(count, 20)

    #=== DOORS OF ODOO ===#

    def _knock(self, user, records, door, arguments):
        """Return what a door of Odoo answers about records; None where it is shut."""
        with self._spy() as changed:
            try:
                answer = getattr(records.with_user(user), door)(*arguments)
                self.env.flush_all()
            except UserError:
                return None
            self.assertEqual(changed - self._get_transient_tables(), set())
        return answer

    def test_doors_of_odoo_are_shut_to_what_somebody_does_not_see(self):
        guest = self._create_portal_user('service_guest', self.customer)
        shut = 0
        for user in (guest, self.staff['outsider'], self.staff['technician'],
                     self.strangers['dispatcher'], self.strangers['manager']):
            for name, model in sorted(self.env.items()):
                if model._abstract or model._transient or not name.startswith('service.'):
                    continue
                hidden = self._get_hidden(user, name)
                texts = {text for text in hidden.mapped('display_name') if text and '/' in text}
                doors = {**DOORS, **{
                    door: values for door, values in MORE_DOORS.items() if hasattr(model, door)}}
                for subset in self._get_subsets(hidden)[1:2]:
                    for door, arguments in self.chance.sample(sorted(doors.items()), 7):
                        with self.subTest(user=user.login, model=name, door=door):
                            answer = self._knock(user, subset, door, arguments)
                            shut += answer is None
                            for text in texts:
                                self.assertNotIn(text, str(answer))
                    self._check_unfound(user, subset)
        self.assertGreater(shut, 300)

    def _check_unfound(self, user, hidden):
        """Records that somebody does not see are not found, counted or added up for him."""
        model, domain = self.env[hidden._name].with_user(user), [('id', 'in', hidden.ids)]
        for door, arguments in (
            ('search', [domain]), ('search_count', [domain]), ('name_search', ['', domain]),
            ('search_read', [domain, ['display_name']]),
            ('formatted_read_group', [[*domain], ['create_uid'], ['__count']]),
        ):
            with self.subTest(user=user.login, model=hidden._name, door=door):
                self.assertFalse(self._knock(user, model, door, arguments))

from lxml import etree

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.models import MAGIC_COLUMNS
from odoo.tests import users

from ..security.rights import CHATTER, RIGHTS
from .common import ServiceCommon

ROLES = ('technician', 'customer_service', 'dispatcher')


class TestServiceFieldRights(ServiceCommon):
    """Every field is written by those whom the table of rights names."""

    def _get_models(self):
        """Return the documents and setup of the suite that are in the database."""
        return [
            self.env[name] for name, model in self.env.registry.items()
            if (model._original_module or '').startswith('service_management')
            and not model._abstract and not model._transient and model._auto]

    def _get_writers(self, model):
        """Return the lesser roles that may create or write records of a model."""
        return [
            role for role in ROLES
            if any(model.with_user(self[role]).has_access(verb) for verb in ('create', 'write'))]

    def __getitem__(self, role):
        return {'technician': self.user_technician, 'customer_service': self.user_customer_service,
                'dispatcher': self.user_dispatcher, 'manager': self.user_manager}[role]

    def _is_kept(self, field):
        """Tell whether a field keeps what is written."""
        return (
            (field.store or field.inverse) and not field.related
            and field.name not in MAGIC_COLUMNS and not field.name.startswith(CHATTER))

    def _is_written(self, field):
        """Tell whether people could write a field."""
        return self._is_kept(field) and not field.readonly

    # ------------------------------------------------------------ the table

    def test_fields_that_several_roles_write_have_a_row(self):
        missing = [
            f"{model._name}.{field.name}"
            for model in self._get_models() if self._get_writers(model)
            for field in model._fields.values()
            if self._is_written(field) and field.name not in model._get_rights()]
        self.assertFalse(missing, "say in security/rights.py who writes these")

    def test_rows_name_fields_that_people_could_write(self):
        wrong = []
        for name, rows in RIGHTS.items():
            names = [field for text in rows.values() for field in text.split()]
            self.assertEqual(len(names), len(set(names)), f"{name} has a field twice")
            for field_name in names:
                field = self.env[name]._fields.get(field_name)
                if not field or field.readonly:
                    wrong.append(f"{name}.{field_name}")
        self.assertFalse(wrong, "no such fields, or read-only and so the engine's anyway")

    def test_models_with_something_to_guard_are_guarded(self):
        unguarded = [
            model._name for model in self._get_models()
            if any(model.with_user(self[role]).has_access(verb)
                   for role in (*ROLES, 'manager') for verb in ('create', 'write'))
            and any(field.readonly and field.store and field.name not in MAGIC_COLUMNS
                    for field in model._fields.values())
            and not hasattr(model, '_get_refused')]
        self.assertFalse(unguarded, "let these inherit service.guarded.mixin")

    # ------------------------------------------------------------ what it does

    def _get_records(self):
        """Return records of each model that several roles write: in an open order, and a posted one."""
        order, posted = self._create_order(), self._worked_order()
        self._plan(order)
        self._create_line(order, employee_id=self.technician.id, quantity=2)
        task = self.env['service.task'].create({'name': "Test"})
        order.task_ids = [Command.create({'task_id': task.id})]
        posted._post_lines()
        return [
            *(record for case in (order, posted)
              for record in (case, case.line_ids[0], case.visit_ids[0])),
            order.task_ids, self.object]

    def _get_other(self, record, field):
        """Return some value of a field that a record has not."""
        if field.type in ('one2many', 'many2many'):
            comodel = self.env[field.comodel_name].with_context(active_test=False)
            others = comodel.search([('id', 'not in', record[field.name].ids)], limit=1)
            return [Command.link(others.id)] if others else None
        if field.type == 'many2one':
            found = self.env[field.comodel_name].with_context(active_test=False).search(
                [('id', '!=', record[field.name].id)], limit=1)
            return found.id if record[field.name] or found else None
        if field.type == 'selection':
            return next(
                (key for key in field.get_values(self.env) if key != record[field.name]), None)
        return {
            'boolean': not record[field.name], 'char': "forged", 'text': "forged",
            'html': "<p>forged</p>", 'integer': 77, 'float': 77.0, 'monetary': 77.0,
            'date': '2026-05-05', 'datetime': '2026-05-05 05:05:05', 'json': {'1': 100},
            'binary': b'Zm9yZ2Vk', 'reference': None, 'properties': None, 'image': b'Zm9yZ2Vk',
        }.get(field.type)

    def test_nobody_writes_what_is_the_engines_or_of_a_greater_role(self):
        tried = 0
        roles = (*ROLES, 'manager')
        for record in self._get_records():
            rights = record._get_rights()
            for role in roles:
                mine = record.with_user(self[role])
                for field in filter(self._is_kept, record._fields.values()):
                    right = 'engine' if field.readonly else rights.get(field.name, 'proposed')
                    if right in ('proposed', *roles[:roles.index(role) + 1]):
                        continue
                    value = self._get_other(record.sudo(), field)
                    if value is None:
                        continue
                    with self.subTest(model=record._name, field=field.name, role=role):
                        with self.assertRaises(UserError), self.env.cr.savepoint():
                            mine.write({field.name: value})
                        tried += 1
        self.assertGreater(tried, 300)

    @users('service_technician')
    def test_what_is_there_already_may_be_sent_again(self):
        order = self._create_order()
        self._plan(order)
        mine = order.with_user(self.env.user)
        mine.write({'title': order.title, 'priority': order.priority, 'note_internal': "Seen"})
        self.assertIn("Seen", mine.note_internal)
        with self.assertRaisesRegex(AccessError, "“Subject” is changed by others: customer service"):
            mine.title = "Mine"

    @users('service_manager')
    def test_numbers_and_evidence_are_not_even_a_managers(self):
        order = self._worked_order().with_user(self.env.user)
        for values in ({'name': "SO/1"}, {'signed_by': "Forged"}, {'amount_total': 1}):
            with self.subTest(**values), self.assertRaisesRegex(AccessError, "kept by the program"):
                order.write(values)

    @users('service_dispatcher')
    def test_defaults_of_a_caller_write_nothing_that_values_may_not(self):
        Order = self.env['service.order'].with_context(
            default_signed_by="Forged", default_name="SO/1", default_title="Mine")
        order = Order.create({'partner_id': self.customer.id, 'team_id': self.team.id})
        self.assertFalse(order.signed_by)
        self.assertRegex(order.name, r"^SRV/")
        self.assertEqual(order.title, "Mine")
        self.assertNotIn('signed_by', Order.default_get(['signed_by', 'title']))

    def test_forms_show_as_read_only_what_is_not_the_users(self):
        for role, expected in (('technician', True), ('dispatcher', False)):
            order = self.env['service.order'].with_user(self[role])
            described = order.fields_get(['title'])
            self.assertEqual(described['title']['readonly'], expected, role)
            arch = etree.fromstring(order.get_view(view_type='form')['arch'])
            for name, is_locked in (
                ('title', expected), ('note_internal', False), ('line_ids', False)):
                nodes = arch.xpath(f'//field[@name="{name}"]')
                self.assertTrue(nodes)
                for node in nodes:
                    with self.subTest(role=role, field=name):
                        self.assertEqual(node.get('readonly') == 'True', is_locked)

    @users('service_dispatcher')
    def test_copies_hold_what_the_user_sees_and_gives(self):
        order = self._create_order()
        line = self._create_line(order, quantity_planned=2, cost_unit=77)
        for user, cost in (
            (self.user_technician, 0), (self.user_dispatcher, 0), (self.user_manager, 77),
        ):
            with self.subTest(user=user.login):
                copied = line.with_user(user).copy().sudo()
                self.assertRecordValues(copied, [{'quantity_planned': 2, 'cost_unit': cost}])
        copied = order.with_user(self.user_dispatcher).copy()
        self.assertEqual(copied.line_ids[0].quantity_planned, 2)

    def test_copies_are_new(self):
        """An object that is copied is in no order of the one it was copied from."""
        order = self._create_order()
        copy = order.object_ids.with_user(self.env.user).copy()
        self.assertFalse(copy.order_ids)

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form, freeze_time, new_test_user, users

from .common import GROUP
from .common_subscription import SubscriptionCommon

#: Relations of ours to employees and users that are no duties: who did something, or what is computed
#: from duties. {model: fields}
EVIDENCE = {
    'service.agreement.change': 'user_id',
    'service.agreement.occurrence': 'user_id',
    'service.component.change': 'employee_id user_id',
    'service.meter.reading': 'user_id',
    'service.object.certificate': 'employee_id',
    'service.order': 'planned_employee_id',
    'service.order.answer': 'user_id',
    'service.order.sla': 'employee_id',
    'service.order.sla.interval': 'user_id',
    'service.order.stage.log': 'user_id',
    'service.guide.reply': 'user_id',
    'service.guide.run': 'user_id',
    'service.repair': 'employee_id',
    'service.subscription.history': 'user_id',
    'service.subscription.indexation': 'user_id',
    'service.subscription.run': 'user_id',
}


@freeze_time('2026-03-02 08:00:00')
class TestServiceHandOver(SubscriptionCommon):
    """What hangs on a person is listed, and goes to another one."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.user_technician.group_ids |= cls.env.ref(GROUP + 'manager')  # leads and agrees, too
        cls.leaving, cls.leaving_user = cls.technician, cls.user_technician
        cls.hanging = cls._make_everything_hang()

    @classmethod
    def _make_everything_hang(cls, **company):
        """Return {(model, field): record} of one duty of each kind."""
        employee, user = cls.leaving, cls.leaving_user
        cls.team.user_id = cls.team.salesperson_id = user
        order = cls._create_order(
            user_id=user.id, preferred_employee_id=employee.id, object_ids=cls.object.ids)
        order.object_status_ids.employee_id = employee
        line = cls._create_line(order, employee_id=employee.id, quantity_planned=1)
        visit = cls._plan(order, employee=employee)
        agreement = cls.env['service.agreement'].create({
            'title': "Full service", 'partner_id': cls.customer.id, 'user_id': user.id,
            'preferred_employee_id': employee.id, 'date_start': '2026-01-01',
            'line_ids': [Command.create({
                'kind': 'hour', 'date_start': '2026-03-03', 'employee_id': employee.id})]})
        subscription = cls._subscribe(user_id=user.id)
        sla = cls.env['service.sla'].create({'name': "Gold", 'escalation_user_id': user.id})
        kind = cls.env['service.object.certificate.kind'].create({'name': "Gas safety", 'user_id': user.id})
        todo = order.activity_schedule('mail.mail_activity_data_todo', user_id=user.id)
        return {
            ('mail.activity', 'user_id'): todo,
            ('service.team', 'user_id'): cls.team,
            ('service.team', 'salesperson_id'): cls.team,
            ('service.order', 'user_id'): order,
            ('service.order', 'preferred_employee_id'): order,
            ('service.order.line', 'employee_id'): line,
            ('service.order.object', 'employee_id'): order.object_status_ids,
            ('service.visit', 'employee_id'): visit,
            ('service.agreement', 'user_id'): agreement,
            ('service.agreement', 'preferred_employee_id'): agreement,
            ('service.agreement.line', 'employee_id'): agreement.line_ids,
            ('service.subscription', 'user_id'): subscription,
            ('service.sla', 'escalation_user_id'): sla,
            ('service.object.certificate.kind', 'user_id'): kind,
        }

    def _get_relations(self):
        """Yield the stored relations of ours to employees and users."""
        for model in self.env.values():
            if model._abstract or model._transient or not model._auto:
                continue
            for field in model._fields.values():
                if (field.comodel_name in ('hr.employee', 'res.users') and field.store
                        and field.type in ('many2one', 'many2many') and not field.related
                        and field.name not in ('create_uid', 'write_uid')
                        and ((field._module or '').startswith('service_management')
                             or (model._original_module or '').startswith('service_management'))):
                    yield model._name, field

    def _open(self, person=None):
        """Return the dialog as the user sees it."""
        action = (person or self.leaving).with_user(self.env.user).action_hand_over()
        return self.env[action['res_model']].browse(action['res_id'])

    def _hand_over(self, dialog, **values):
        with Form(dialog) as form:
            for name, value in values.items():
                setattr(form, name, value)
        return dialog.action_apply()

    def test_each_relation_to_people_is_a_duty_or_evidence(self):
        """A new one says which it is: it is handed over, or it stays."""
        named = {(model, name) for model, names in EVIDENCE.items() for name in names.split()}
        found, undecided = set(), []
        for model, field in self._get_relations():
            found.add((model, field.name))
            if bool(getattr(field, 'duty', False)) == ((model, field.name) in named):
                undecided.append(f'{model}.{field.name}')
        self.assertEqual(undecided, [])
        self.assertFalse(named - found, "rows of nothing")

    def test_each_duty_is_handed_over(self):
        duties = {
            (model, field) for person in (self.leaving, self.leaving_user)
            for model, field in person._get_marked_fields('duty')}
        self.assertEqual(duties, set(self.hanging))
        self.leaving._hand_over_duties(self.colleague)
        self.leaving_user._hand_over_duties(self.user_colleague)
        for (model, field), record in self.hanging.items():
            with self.subTest(model=model, field=field):
                self.assertIn(record[field], (self.colleague, self.user_colleague))
        self.assertEqual(self.leaving._get_duties() + self.leaving_user._get_duties(), [])

    @users('service_manager')
    def test_manager_hands_everything_over_in_one_dialog(self):
        dialog = self._open()
        self.assertEqual(
            {(row.model, row.field): (row.count, row.transferable_count, row.is_chosen)
             for row in dialog.row_ids},
            dict.fromkeys(self.hanging, (1, 1, True)))
        with self.assertRaisesRegex(UserError, "Choose who takes it over"):
            dialog.action_apply()
        self._hand_over(dialog, successor_id=self.colleague)
        self.assertEqual(dialog.successor_user_id, self.user_colleague)
        self.assertFalse(self.leaving.with_user(self.env.user).has_service_duties)

    @users('service_dispatcher')
    def test_dispatcher_hands_over_what_he_may(self):
        """What a service manager has agreed is listed, and stays."""
        dialog = self._open()
        self.assertEqual(
            {row.model for row in dialog.row_ids if not row.is_chosen},
            {'service.team', 'service.agreement', 'service.agreement.line', 'service.subscription',
             'service.sla', 'service.object.certificate.kind'})
        self._hand_over(dialog, successor_id=self.colleague)
        for (model, field), record in self.hanging.items():
            is_done = model in (
                'service.order', 'service.order.line', 'service.order.object', 'service.visit',
                'mail.activity')
            with self.subTest(model=model, field=field):
                self.assertEqual(
                    record.sudo()[field] in (self.colleague, self.user_colleague), is_done)

    @users('service_dispatcher')
    def test_only_what_is_chosen_is_handed_over(self):
        dialog = self._open()
        dialog.row_ids.filtered(lambda row: row.model != 'service.visit').is_chosen = False
        self.assertEqual((dialog.needs_technician, dialog.needs_user), (True, False))
        self._hand_over(dialog, successor_id=self.colleague)
        order = self.hanging['service.order', 'user_id']
        self.assertEqual((order.visit_ids.employee_id, order.user_id, order.preferred_employee_id),
                         (self.colleague, self.leaving_user, self.leaving))

    @users('service_dispatcher')
    def test_nothing_chosen_is_refused(self):
        dialog = self._open()
        dialog.row_ids.is_chosen = False
        with self.assertRaisesRegex(UserError, "Choose what to hand over"):
            dialog.action_apply()

    @users('service_dispatcher')
    def test_what_has_begun_and_what_is_locked_stays(self):
        order = self.hanging['service.order', 'user_id']
        visit = self.hanging['service.visit', 'employee_id']
        visit.with_user(self.leaving_user).action_start()
        order.stage_id.sudo().can_edit = False
        rows = {(row.model, row.field): row for row in self._open().row_ids}
        for key, count in ((('service.visit', 'employee_id'), 0),
                           (('service.order.line', 'employee_id'), 0),
                           (('service.order', 'preferred_employee_id'), 0),
                           (('service.order', 'user_id'), 1)):
            self.assertEqual((rows[key].count, rows[key].transferable_count), (1, count), key)
        action = rows['service.visit', 'employee_id'].action_show()
        self.assertEqual(self.env[action['res_model']].search(action['domain']), visit)

    @users('service_dispatcher')
    def test_evidence_stays(self):
        order = self._worked_order()
        dialog = self._open()
        self._hand_over(dialog, successor_id=self.colleague)
        self.assertEqual(order.line_ids.filtered(lambda line: line.kind == 'hour').employee_id,
                         self.leaving)
        self.assertEqual(order.visit_ids.employee_id, self.leaving)

    @users('service_dispatcher')
    def test_nothing_hangs_on_a_newcomer(self):
        newcomer = self._create_technician("Carla")
        self.assertFalse(newcomer.with_user(self.env.user).has_service_duties)
        self.assertFalse(self.env['hr.employee.public'].browse(newcomer.id).has_service_duties)
        dialog = self._open(newcomer)
        self.assertFalse(dialog.row_ids)
        self.assertFalse(dialog.needs_technician or dialog.needs_user)

    @users('service_dispatcher')
    def test_button_is_there_for_who_is_archived_and_who_is_public(self):
        self.leaving.active = False
        public = self.env['hr.employee.public'].with_context(active_test=False).browse(
            self.leaving.id)
        self.assertTrue(public.has_service_duties)
        action = public.action_hand_over()
        self.assertEqual(self.env[action['res_model']].browse(action['res_id']).employee_id.id,
                         self.leaving.id)

    @users('service_technician')
    def test_technician_hands_nothing_over(self):
        self.user_technician.group_ids = [Command.set(self.env.ref(GROUP + 'technician').ids)]
        view = self.env['hr.employee.public'].get_view(view_type='form')['arch']
        self.assertNotIn('action_hand_over', view)
        with self.assertRaisesRegex(AccessError, "Hand Over"):
            self.leaving.with_user(self.env.user).action_hand_over()

    @users('service_dispatcher')
    def test_other_company_keeps_its_own(self):
        """A user of two companies: what hangs on him in the other one is not shown there."""
        other = self.setup_other_company()['company']
        (self.leaving_user | self.user_colleague).company_ids |= other
        there = self.env['service.team'].sudo().create({
            'name': "There", 'company_id': other.id, 'user_id': self.leaving_user.id})
        dialog = self._open()
        teams = dialog.row_ids.filtered(lambda row: row.model == 'service.team')
        self.assertEqual(teams.mapped('count'), [1, 1], "led, and sold for")
        self._hand_over(dialog, successor_id=self.colleague)
        self.assertEqual(there.user_id, self.leaving_user)

    def test_departure_asks_who_takes_over(self):
        manager = new_test_user(
            self.env, login='personnel', groups=f'hr.group_hr_manager,{GROUP}manager',
            company_id=self.company.id)
        form = Form(self.env['hr.departure.wizard'].with_user(manager).with_context(
            active_ids=self.leaving.ids, employee_termination=True))
        self.assertTrue(form.has_service_duties)
        form.service_successor_id = self.colleague
        self.assertEqual(form.service_successor_user_id, self.user_colleague)
        form.save().action_register_departure()
        self.assertFalse(self.leaving.active)
        visit = self.hanging['service.visit', 'employee_id']
        self.assertEqual((visit.employee_id, visit.release_reason), (self.colleague, False))
        self.assertEqual(self.team.user_id, self.user_colleague)

    def test_departure_without_a_successor_leaves_it_to_whoever_is_there(self):
        """HR has no rights on service, and archives all the same, the user as well."""
        officer = new_test_user(
            self.env, login='personnel', groups='hr.group_hr_manager,base.group_erp_manager',
            company_id=self.company.id)
        form = Form(self.env['hr.departure.wizard'].with_user(officer).with_context(
            active_ids=self.leaving.ids, employee_termination=True))
        self.assertTrue(form.has_service_duties)
        form.remove_related_user = True
        form.save().action_register_departure()
        self.assertEqual((self.leaving.active, self.leaving_user.active), (False, False))
        self.assertFalse(self.hanging['service.visit', 'employee_id'].employee_id)
        self.assertEqual(
            self.hanging['mail.activity', 'user_id'].user_id,
            self.hanging['service.order', 'user_id']._get_responsible())

    def test_archiving_a_user_asks_who_takes_over(self):
        action = self.leaving_user.action_archive()
        self.assertTrue(self.leaving_user.active)
        dialog = self.env[action['res_model']].browse(action['res_id'])
        self.assertNotIn('service.visit', dialog.row_ids.mapped('model'))
        closing = self._hand_over(dialog, successor_user_id=self.user_colleague)
        self.assertEqual(closing['type'], 'ir.actions.act_window_close')
        self.assertFalse(self.leaving_user.active)
        self.assertEqual(self.team.user_id, self.user_colleague)

    def test_user_is_archived_without_handing_over_where_that_is_wanted(self):
        action = self.leaving_user.action_archive()
        self.env[action['res_model']].browse(action['res_id']).action_archive_user()
        self.assertFalse(self.leaving_user.active)
        self.assertTrue(self.hanging['mail.activity', 'user_id'].exists())

    def test_user_on_whom_nothing_hangs_is_archived_at_once(self):
        self.assertNotIsInstance(self.user_colleague.action_archive(), dict)
        self.assertFalse(self.user_colleague.active)

from datetime import datetime

from odoo.exceptions import ValidationError
from odoo.fields import Command
from odoo.tests import freeze_time, new_test_user, users

from .common import GROUP, ServiceBaseCommon
from .test_service_agreement import AgreementCommon


class TestServiceResponsible(ServiceBaseCommon):
    """People leave; what they were responsible for goes on."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other_company = cls.setup_other_company()['company']
        cls.leader = cls._create_user('dispatcher', login='leader')
        cls.team.user_id = cls.leader
        cls.order = cls._create_order(user_id=cls.user_dispatcher.id)

    def _tell(self):
        self.order.sudo()._schedule_todo('mail.mail_activity_data_todo', "Look")
        return self.order.activity_ids.filtered(lambda todo: todo.summary == "Look").sorted()[:1]

    def test_responsible_is_whoever_is_there(self):
        """Who left is passed over: first the leader of the team, then the company's manager."""
        self.assertEqual(self._tell().user_id, self.user_dispatcher)
        self.user_dispatcher.active = False
        self.assertEqual(self.order._get_responsible(), self.leader)
        self.leader.active = False
        self.assertEqual(self.order._get_responsible(), self.user_manager)
        self.assertEqual(self.order.visit_ids._get_responsible(), self.user_manager)

    def test_whoever_lost_access_to_the_company_is_not_told(self):
        self.user_dispatcher.write({
            'company_ids': self.other_company.ids, 'company_id': self.other_company.id})
        self.assertEqual(self.order._get_responsible(), self.leader)

    def test_each_company_has_its_own_manager(self):
        there = new_test_user(
            self.env, login='manager_there', groups=GROUP + 'manager',
            company_id=self.other_company.id, company_ids=self.other_company.ids)
        self.assertEqual(self.other_company._get_service_managers()[:1], there)
        self.assertEqual(self.company._get_service_managers()[:1], self.user_manager)

    def test_administrator_is_told_only_where_there_is_no_other_manager(self):
        administrators = self.env.ref('base.group_system').sudo().all_user_ids
        self.assertIn(self.env.user, administrators)
        self.assertNotIn(self.company._get_service_managers()[:1], administrators)
        self.user_manager.active = False
        self.assertIn(self.company._get_service_managers()[:1], administrators)

    def test_to_do_of_a_company_without_managers_is_nobodys(self):
        for manager in self.company._find_people(GROUP + 'manager'):
            manager.sudo().group_ids -= self.env.ref(GROUP + 'manager')
        (self.leader | self.user_dispatcher).active = False
        self.assertFalse(self._tell().user_id)
        self.assertTrue(self._tell())

    def test_to_dos_of_whoever_leaves_are_left_to_the_responsible(self):
        for leave in ('write', 'action_archive'):
            with self.subTest(leave):
                todo = self._tell()
                self.assertEqual(todo.user_id, self.user_dispatcher)
                if leave == 'write':
                    self.user_dispatcher.active = False
                else:
                    self.user_dispatcher.with_context(
                        service_archive_confirmed=True).action_archive()
                self.assertEqual(todo.exists().user_id, self.leader)
                todo.unlink()
                self.user_dispatcher.active = True

    def test_breach_is_told_to_the_manager_where_nobody_else_is_left(self):
        sla = self.env['service.sla'].create({
            'name': "Fast", 'escalation_user_id': self.leader.id,
            'target_ids': [(0, 0, {'kind': 'response', 'limit_hours': 1})]})
        order = self._create_order(user_id=self.user_dispatcher.id, sla_id=sla.id)
        (self.leader | self.user_dispatcher).active = False
        self.assertEqual(
            order.sla_status_ids._get_told_users('missed'), {order.sla_status_ids: self.user_manager})

    def test_to_dos_go_to_who_can_do_them(self):
        """Whoever may only look, or not even that, is passed over, whatever he is responsible for."""
        seller = new_test_user(
            self.env, login='seller', groups='sales_team.group_sale_salesman',
            company_id=self.company.id)
        self.order.user_id = self.team.user_id = seller
        self.assertFalse(self.order.with_user(seller).has_access('read'))
        self.assertEqual(self._tell().user_id, self.user_manager)
        self.assertEqual(self.order.visit_ids._get_responsible(), self.user_manager)
        self.order.sudo()._schedule_todo('mail.mail_activity_data_todo', "To you", users=seller)
        self.assertNotIn("To you", self.order.activity_ids.mapped('summary'))

    def test_to_do_is_nobodys_where_no_manager_may_do_it(self):
        """A service manager sees the sales orders of his own only."""
        sale = self.env['sale.order'].create({
            'partner_id': self.customer.id, 'user_id': self.env.user.id})
        self.assertEqual(sale._get_responsible(), self.env.user)
        self.env.user.sudo().group_ids -= self.env.ref('sales_team.group_sale_salesman_all_leads')
        sale.user_id = self.user_technician
        self.assertFalse(sale.with_user(self.user_manager).has_access('read'))
        self.assertNotEqual(sale._get_responsible(), self.user_manager)

    def test_technician_who_left_gets_no_to_do(self):
        visit = self._plan(self.order)
        self.user_technician.active = False
        visit.with_user(self.user_dispatcher).action_dispatch()
        self.assertFalse(visit.activity_ids)

    @users('service_technician')
    def test_technician_may_ask_who_is_responsible(self):
        self._plan(self.order.sudo())
        order = self.order.with_user(self.env.user)
        self.assertEqual(order._get_responsible(), self.user_dispatcher)
        self.assertEqual(order.company_id._get_service_managers()[:1], self.user_manager)


@freeze_time('2026-03-02 08:00:00')
class TestServiceDeparture(AgreementCommon):
    """Nobody is planned who is not there any more."""

    def test_visits_of_whoever_leaves_wait_to_be_planned_and_say_why(self):
        """HR archives, and has no rights on visits."""
        planned = self._plan(self._create_order(), start='2026-03-05 08:00:00')
        dispatched = self._plan(self._create_order(), start='2026-03-04 08:00:00')
        dispatched.action_dispatch()
        done = self._plan(self._create_order())
        done.action_done()
        hr_officer = new_test_user(
            self.env, login='hr_officer', groups='hr.group_hr_manager', company_id=self.company.id)
        self.technician.with_user(hr_officer).with_context(no_wizard=True).action_archive()
        self.assertRecordValues(planned | dispatched | done, [
            {'employee_id': False, 'state': 'planned', 'is_unassigned': True,
             'release_reason': "Anna has left the company.",
             'date_start': datetime(2026, 3, 5, 8)},
            {'employee_id': False, 'state': 'planned', 'is_unassigned': True,
             'release_reason': "Anna has left the company.",
             'date_start': datetime(2026, 3, 4, 8)},
            {'employee_id': self.technician.id, 'state': 'done', 'is_unassigned': False,
             'release_reason': False, 'date_start': datetime(2026, 3, 3, 8)},
        ])
        self.assertTrue(planned.order_id.has_unassigned_visit)
        self.assertIn("Anna has left the company.", planned.order_id.message_ids[:1].body)
        kept = dispatched.order_id.visit_ids - dispatched
        self.assertRecordValues(kept, [{
            'employee_id': self.technician.id, 'state': 'cancelled',
            'note': "Anna has left the company."}])

    def test_visits_wait_for_somebody_else_when_their_technician_changes_the_company(self):
        """He is planned by the other company, and nobody here sees him any more."""
        planned = self._plan(self._create_order(), start='2026-03-05 08:00:00')
        done = self._plan(self._create_order())
        done.action_done()
        other = self._create_company(name="Elsewhere")
        hr_officer = new_test_user(
            self.env, login='hr_officer', groups='hr.group_hr_manager', company_id=self.company.id,
            company_ids=[Command.set((self.company | other).ids)])
        self.technician.user_id.company_ids |= other
        self.technician.with_user(hr_officer).with_context(
            allowed_company_ids=(self.company | other).ids).write({
                'company_id': other.id, 'service_team_id': False})
        self.assertRecordValues(planned | done, [
            {'employee_id': False, 'is_unassigned': True,
             'release_reason': "Anna has left the company."},
            {'employee_id': self.technician.id, 'is_unassigned': False, 'release_reason': False}])

    @users('service_dispatcher')
    def test_reason_goes_when_somebody_else_comes(self):
        visit = self._plan(self._create_order())
        self.technician.sudo().active = False
        found = self.env['service.visit'].search([('is_unassigned', '=', True)])
        self.assertIn(visit, found)
        found.employee_id = self.colleague
        self.assertFalse(visit.release_reason)

    def test_begun_work_of_whoever_leaves_is_told_of(self):
        visit = self._plan(self._create_order(user_id=self.user_dispatcher.id))
        visit.with_user(self.user_technician).action_start()
        self.technician.active = False
        self.assertEqual(visit.employee_id, self.technician)
        self.assertEqual(visit.activity_ids.user_id, self.user_dispatcher)
        self.assertIn("Anna has left", visit.activity_ids.summary)

    def test_whoever_left_is_planned_no_more(self):
        self.technician.active = False
        with self.assertRaisesRegex(ValidationError, "has left the company"):
            self._plan(self._create_order())

    def test_planning_warns_of_who_will_be_gone_by_then(self):
        visit = self._plan(self._create_order())
        self.assertFalse(visit.planning_warning)
        self.technician.sudo().departure_date = '2026-03-02'
        visit.invalidate_recordset(['planning_warning'])
        self.assertIn("Anna does not work for you any more", visit.planning_warning)

    def test_dispatched_visit_is_given_on_by_who_left_the_team(self):
        visit = self._plan(self._create_order())
        visit.action_dispatch()
        self.technician.service_team_id = False
        visit.with_user(self.user_dispatcher).employee_id = self.colleague
        self.assertEqual(visit.order_id.visit_ids.employee_id, self.technician | self.colleague)

    def test_nightly_run_plans_nobody_who_is_gone(self):
        """Archived, gone by then, without a team: each leaves a visit that says why."""
        for leave in ({'active': False}, {'departure_date': '2026-03-09'}, {'service_team_id': False}):
            for names in ('agreement', 'line'):
                with self.subTest(leave=leave, names=names), self.env.cr.savepoint() as point:
                    agreement = self._create_agreement(
                        {'start': '2026-03-10', 'every': (1, 'year'),
                         'employee_id': names == 'line' and self.technician.id},
                        group_id=self.group.id, user_id=self.user_dispatcher.id,
                        preferred_employee_id=names == 'agreement' and self.technician.id)
                    self.technician.write(leave)
                    agreement._generate_batch(agreement.ids)
                    self.assertFalse(agreement.generation_error)
                    self.assertRecordValues(agreement.order_ids.visit_ids, [{
                        'employee_id': False, 'is_unassigned': True,
                        'release_reason': "Anna does not work for you any more."}])
                    self.assertFalse(agreement.order_ids.preferred_employee_id)
                    self.assertFalse(agreement.order_ids.line_ids.employee_id)
                    self.env.flush_all()
                    point.rollback()
                    self.env.invalidate_all()

    def test_preferred_technician_comes_for_a_colleague_who_is_gone(self):
        agreement = self._create_agreement(
            {'start': '2026-03-10', 'employee_id': self.colleague.id},
            preferred_employee_id=self.technician.id)
        self.colleague.active = False
        orders = self._generate(agreement, '2026-03-01', '2026-03-31')
        self.assertRecordValues(orders.visit_ids, [
            {'employee_id': self.technician.id, 'release_reason': False}])

    def test_generated_orders_are_nobodys_who_is_gone(self):
        agreement = self._create_agreement(
            {'start': '2026-03-10'}, user_id=self.user_dispatcher.id)
        self.user_dispatcher.active = False
        self.assertFalse(self._generate(agreement, '2026-03-01', '2026-03-31').user_id)

    def test_requests_by_mail_are_nobodys_where_the_leader_is_gone(self):
        self.team.user_id = self.user_dispatcher
        mail = {'subject': "No heat", 'author_id': self.customer.id, 'email_from': "a@example.com"}
        Order = self.env['service.order']
        values = {'team_id': self.team.id}
        self.assertEqual(Order.message_new(dict(mail), values).user_id, self.user_dispatcher)
        self.user_dispatcher.active = False
        self.assertFalse(Order.message_new(dict(mail), values).user_id)

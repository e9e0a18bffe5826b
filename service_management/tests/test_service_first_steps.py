from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import new_test_user, users

from .common import GROUP, ServiceCommon


class TestServiceFirstSteps(ServiceCommon):
    """From nothing to the first invoice: steps tick themselves, and say what is missing."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.empty = cls.env['res.company'].create({'name': "Begins"})
        cls.founder = new_test_user(
            cls.env, login='service_founder_of_it', company_id=cls.empty.id,
            company_ids=[Command.set(cls.empty.ids)],
            groups=f'{GROUP}manager,base.group_system,hr.group_hr_manager')

    def _get_steps(self, user=None):
        steps = self.env['service.first.steps'].with_user(user or self.founder).with_context(
            allowed_company_ids=(user or self.founder).company_id.ids).get_data()
        return {step['key']: step for step in steps['steps']}

    def _get_done(self, user=None):
        return {key for key, step in self._get_steps(user).items() if step['done']}

    def test_an_empty_company_has_a_team_and_nothing_is_done(self):
        self.assertEqual(len(self.env['service.team'].search([
            ('company_id', '=', self.empty.id)])), 1)
        self.assertFalse(self._get_done() & {
            'team', 'hourly_cost', 'objects', 'order', 'sign_off', 'invoice', 'mail'})

    def test_every_step_leads_to_a_screen_that_opens(self):
        for key, step in self._get_steps().items():
            with self.subTest(step=key):
                self.assertIsInstance(step['missing'], (str, bool))
                action = step['action']
                model = self.env[action['res_model']].with_user(self.founder)
                model.get_views([view for view in action['views'] if view[1] != 'activity'])

    def test_steps_tick_themselves(self):
        employee = self.env['hr.employee'].create({
            'name': "Anna", 'company_id': self.empty.id,
            'service_team_id': self.env['service.team'].search([
                ('company_id', '=', self.empty.id)]).id})
        self.assertIn('team', self._get_done())
        missing = self._get_steps()['hourly_cost']
        self.assertIn("Anna", missing['missing'])
        employee.hourly_cost = 30
        self.assertIn('hourly_cost', self._get_done())
        self.assertIn("Service Hours", self._get_steps()['prices']['missing'])
        self.env['service.object'].create({'name': "Boiler", 'company_id': self.empty.id})
        self.assertIn('objects', self._get_done())

    def test_a_company_that_bills_service_is_through(self):
        order = self._worked_order()
        order.action_post()
        order._create_invoices()
        self.assertLessEqual(
            {'team', 'hourly_cost', 'objects', 'order', 'sign_off', 'invoice'},
            self._get_done(self.user_manager))

    def test_history_is_no_first_order(self):
        self.env['service.order'].create({
            'title': "Old", 'is_history': True, 'company_id': self.empty.id,
            'partner_id': self.customer.id})
        self.assertNotIn('order', self._get_done())

    def test_the_panel_is_dismissed_and_called_back_by_company(self):
        steps = self.env['service.first.steps'].with_user(self.founder)
        steps.hide()
        self.assertTrue(steps.get_data()['is_hidden'])
        self.assertFalse(self.company.service_hides_first_steps)
        self.assertEqual(steps.action_show()['tag'], 'service_dashboard')
        self.assertFalse(steps.get_data()['is_hidden'])

    @users('service_dispatcher')
    def test_dispatcher_is_told_what_is_missing_and_does_not_set_up(self):
        Steps = self.env['service.first.steps']
        for call in (Steps.get_data, Steps.hide, Steps.action_show):
            with self.assertRaises(AccessError):
                call()
        self.assertFalse(Steps.get_missing('board'))
        self.technician.sudo().service_team_id = self.colleague.sudo().service_team_id = False
        self.assertIn("nobody can be planned", Steps.get_missing('board')[0]['text'])
        self.assertFalse(self.env['service.dashboard'].get_data()['first_steps'])

    @users('service_technician')
    def test_technician_is_left_alone(self):
        with self.assertRaises(AccessError):
            self.env['service.first.steps'].get_missing('board')

    def test_overview_of_an_empty_company_shows_the_steps(self):
        data = self.env['service.dashboard'].with_user(self.founder).get_data()
        self.assertFalse(any(section['tiles'] for section in data['sections']))
        self.assertTrue(data['first_steps']['steps'])

    def test_empty_lists_say_what_is_missing(self):
        env = self.env(user=self.founder, context={'allowed_company_ids': self.empty.ids})
        for model in ('service.visit', 'service.order'):
            self.assertIn("nobody can be planned", env[model].get_empty_list_help("<p>Nothing</p>"))
        self.assertNotIn("nobody can be planned", self.env['service.visit'].with_user(
            self.user_technician).get_empty_list_help("<p>Nothing</p>"))

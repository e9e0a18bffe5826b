from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from odoo.addons.service_management.tests.common import ServiceBaseCommon
from odoo.addons.service_management.tests.common_actions import ActionCommon


@tagged('post_install', '-at_install')
class TestServiceCrm(ActionCommon, ServiceBaseCommon):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.user.group_ids |= cls.env.ref('sales_team.group_sale_manager')
        cls.salesperson, cls.rival = (
            new_test_user(cls.env, login, groups='sales_team.group_sale_salesman',
                          company_id=cls.company.id) for login in ('seller', 'rival'))
        cls.lead = cls.env['crm.lead'].create({
            'name': "New boiler", 'type': 'opportunity', 'partner_id': cls.customer.id,
            'user_id': cls.salesperson.id, 'company_id': cls.company.id,
            'description': "<p>Wants it before winter.</p>"})

    def test_opportunity_opens_a_request(self):
        self.team.user_id = self.user_dispatcher
        action = self.lead.with_user(self.salesperson).action_create_service_order()
        order = self.lead.service_order_ids
        self.assertEqual(action['res_id'], order.id)
        self.assertRecordValues(order, [{
            'title': "New boiler", 'partner_id': self.customer.id, 'state': 'draft',
            'channel': 'sale', 'company_id': self.company.id,
            'user_id': self.user_dispatcher.id}])
        self.assertIn("before winter", order.note_internal)
        self.assertEqual(self.lead.service_order_count, 1)

    def test_service_needs_a_customer(self):
        self.lead.partner_id = False
        with self.assertRaisesRegex(UserError, "Choose the customer"):
            self.lead.action_create_service_order()

    def test_salespeople_see_the_service_of_their_own_opportunities(self):
        self.lead.action_create_service_order()
        order = self.lead.service_order_ids
        self.assertTrue(order.with_user(self.salesperson).read(['title']))
        with self.assertRaises(AccessError):
            order.with_user(self.rival).read(['title'])
        with self.assertRaises(AccessError):
            self.lead.with_user(self.rival).action_create_service_order()

    def test_copies_of_opportunities_have_no_service(self):
        self.lead.action_create_service_order()
        self.assertFalse(self.lead.copy().service_order_ids)

    def test_every_button_that_shows_records_opens_a_page(self):
        bare = self.lead.copy()
        self.lead.action_create_service_order()
        twice = self.lead.copy()
        for _turn in range(2):
            twice.action_create_service_order()
        self.user_manager.group_ids |= self.env.ref('sales_team.group_sale_salesman_all_leads')
        self.assertMethodsOpen(
            'service_management_crm', self.user_manager, crm_lead=bare | self.lead | twice)

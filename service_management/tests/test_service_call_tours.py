from odoo.fields import Command
from odoo.tests import HttpCase, tagged

from .common import ServiceBaseCommon


@tagged('service_browser')
class TestServiceCallTours(ServiceBaseCommon, HttpCase):
    """A call in the browser, as customer service takes it."""

    def test_call_becomes_an_order_with_its_promise_on_the_board(self):
        self.customer.phone = "+371 2611 1111"
        sla = self.env['service.sla'].create({
            'name': "Gold", 'target_ids': [Command.create({'kind': 'arrival', 'limit_hours': 4})]})
        self.team.sla_id = sla
        self.start_tour('/odoo', 'service_call_tour', login='service_customer_service')
        order = self.env['service.order'].search([('title', '=', "Phoned in cold")])
        self.assertRecordValues(order, [{
            'state': 'open', 'partner_id': self.customer.id, 'site_id': self.site.id,
            'object_ids': self.object.ids, 'sla_id': sla.id}])
        self.assertTrue(order.visit_ids.is_unassigned)
        self.start_tour(
            '/odoo/action-service_management.service_visit_action_dispatch',
            'service_call_board_tour', login='service_dispatcher')

    def test_card_added_to_whatever_column_is_an_open_order(self):
        self._create_order(stage_id=self.stage_request.id)
        self.start_tour(
            '/odoo/action-service_management.service_order_action', 'service_quick_create_tour',
            login='service_customer_service')
        order = self.env['service.order'].search([('title', '=', "Added to requests")])
        self.assertEqual(order.state, 'open')

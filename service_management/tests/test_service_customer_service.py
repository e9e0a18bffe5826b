from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form, users

from .common import ServiceCommon


class TestServiceCustomerService(ServiceCommon):
    """Customer service takes calls, requests and quotes; it neither plans nor posts."""

    def _mine(self, record):
        return record.with_user(self.env.user)

    def _take_call(self, **values):
        return self.env['service.order'].create({
            'partner_id': self.customer.id, 'title': "No hot water", 'company_id': self.company.id,
            'team_id': self.team.id, **values})

    @users('service_customer_service')
    def test_call_of_a_new_customer_becomes_an_order_that_waits_to_be_planned(self):
        customer = self.env['res.partner'].create({'name': "Mill", 'phone': "+371 1"})
        oven = self.env['service.object'].create({'name': "Oven", 'partner_id': customer.id})
        form = Form(self.env['service.order'])
        form.title = "Oven is cold"
        form.partner_id = customer
        form.object_ids.add(oven)
        form.priority = '1'
        order = form.save()
        self.assertEqual(order.state, 'open')
        self.assertTrue(order.visit_ids.is_unassigned)

    @users('service_customer_service')
    def test_all_orders_of_the_company_are_seen_and_kept_up(self):
        foreign = self._create_order(
            team_id=self.env['service.team'].sudo().create({'name': "South"}).id)
        order = self._mine(foreign)
        order.write({'title': "Boiler is cold", 'contact_id': self.site.id, 'client_order_ref': "7"})
        self.assertIn(order, self.env['service.order'].search([]))
        self.assertTrue(self.env['service.dashboard'].get_data()['sections'])

    @users('service_customer_service')
    def test_request_is_quoted_priced_and_confirmed(self):
        order = self._mine(self._create_order(stage_id=self.stage_request.id))
        order.line_ids = [Command.create({
            'kind': 'item', 'product_id': self.part.id, 'quantity_planned': 1, 'price_unit': 99})]
        order.action_mark_quote_sent()
        self.assertTrue(order.can_accept)
        order.action_confirm()
        self.assertEqual(order.state, 'open')
        self.assertEqual(order.line_ids.price_unit, 99)

    @users('service_customer_service')
    def test_call_that_nobody_is_planned_for_is_cancelled_and_taken_up_again(self):
        order = self._take_call()
        self.assertTrue(order.may_cancel)
        reason = self.env['service.reason'].sudo().search([], limit=1)
        order._move_to('cancelled', reason, "Heated up again")
        self.assertEqual(order.visit_ids.mapped('state'), ['cancelled'])
        order.action_revoke()
        self.assertEqual(order.state, 'open')

    @users('service_customer_service')
    def test_orders_that_somebody_is_planned_for_are_moved_by_dispatchers(self):
        planned = self._create_order()
        self._plan(planned)
        order = self._mine(planned)
        self.assertFalse(order.may_cancel)
        self.assertTrue(planned.with_user(self.user_dispatcher).may_cancel)
        reason = self.env['service.reason'].sudo().search([], limit=1)
        with self.assertRaisesRegex(AccessError, "Ask a dispatcher"):
            order._move_to('cancelled', reason)
        with self.assertRaisesRegex(AccessError, "Ask a dispatcher"):
            order.stage_id = self.stage_hold
        with self.assertRaisesRegex(AccessError, "Only dispatchers plan"):
            order.visit_ids.employee_id = self.colleague
        with self.assertRaises(AccessError):
            self.env['service.visit'].create({'order_id': order.id})

    @users('service_customer_service')
    def test_neither_posts_nor_bills_nor_sets_up_nor_promises(self):
        order = self._mine(self._worked_order())
        for verb in (order._post_lines, order._create_invoices, order.line_ids[:1].action_post):
            with self.assertRaises(UserError):
                verb()
        order = self._take_call()
        for values in ({'sla_note': "Because"}, {'active': False}):
            with self.assertRaises(AccessError):
                order.write(values)
        with self.assertRaises(AccessError):
            self._mine(self.object).warranty_parts_end = '2030-01-01'
        with self.assertRaises(AccessError):
            order.unlink()
        for model in ('service.stage', 'service.agreement', 'service.subscription', 'service.sla'):
            with self.assertRaises(AccessError):
                self.env[model].check_access('create')
        self.assertNotIn('margin', self.env['service.order'].fields_get())

    def test_dispatchers_are_customer_service_too(self):
        role = 'service_management.service_management_group_customer_service'
        self.assertTrue(self.user_dispatcher.has_group(role))
        self.assertFalse(self.user_technician.has_group(role))


class TestServiceConsultant(ServiceCommon):
    """Technicians work on what has no place, too: a set of accounts, a software system."""

    def test_work_on_something_intangible_needs_no_site(self):
        self.env['service.object'].create({
            'name': "Ledger", 'partner_id': self.other_customer.id, 'is_intangible': True})
        ledger = self.env['service.object'].search([('name', '=', "Ledger")])
        order = self._create_order(
            partner_id=self.other_customer.id, object_ids=ledger.ids, site_id=False)
        visit = self._plan(order).with_user(self.user_technician)
        visit.action_start()
        visit._stop_timer()
        visit.action_done()
        self.assertEqual(order.line_ids.employee_id, self.technician)
        self._sign(order)
        order._post_lines()
        self.assertEqual(order.state, 'posted')

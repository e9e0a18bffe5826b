from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import freeze_time

from ..models.common.bulk import STEP
from .common import ServiceCommon


@freeze_time('2026-03-02 09:00:00')
class TestServiceBulk(ServiceCommon):
    """Many documents at once: shown before, done step by step, and told after."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.stage_first.can_sign_off = True
        cls.customers = cls.env['res.partner'].create([
            {'name': f"Customer {number}"} for number in range(3)])

    def _signed(self, count, **values):
        orders = self.env['service.order'].union(*(
            self._create_order(
                partner_id=self.customers[number % 3].id, site_id=False, object_ids=[Command.clear()],
                **values)
            for number in range(count)))
        for order in orders:
            self._create_line(order, employee_id=self.technician.id, quantity=1, price_unit=10)
        self._sign(orders)
        return orders.with_user(self.user_manager)

    def _press(self, dialog, orders, **values):
        return self.env[dialog].with_user(self.user_manager).create({
            'order_ids': orders.ids, **values}).action_apply()

    def _follow(self, action):
        """Do the steps of an action as the client does."""
        self.assertEqual((action['type'], action['tag']), ('ir.actions.client', 'service_bulk'))
        Model = self.env[action['params']['model']].with_user(self.user_manager)
        steps = [
            Model.browse(ids).action_bulk_step(action['params']['verb'])
            for ids in action['params']['batches']]
        self.env.invalidate_all()
        return (
            sum(step['done'] for step in steps),
            [failed for step in steps for failed in step['failed']],
            [made for step in steps for made in step['made']])

    def test_many_orders_are_posted_step_by_step(self):
        orders = self._signed(STEP + 2)
        action = self._press('service.order.post', orders)
        self.assertEqual([len(ids) for ids in action['params']['batches']], [STEP, 2])
        self.assertEqual(set(orders.mapped('state')), {'signed_off'}, "the steps do it")
        self.assertEqual(self._follow(action), (STEP + 2, [], []))
        self.assertEqual(set(orders.mapped('state')), {'posted'})

    def test_few_orders_are_posted_at_once_and_it_is_said(self):
        orders = self._signed(2)
        action = self._press('service.order.post', orders)
        self.assertEqual(action['params']['message'], f"Posted: {orders[0].name}, {orders[1].name}.")
        self.assertEqual(set(orders.mapped('state')), {'posted'})

    def test_one_that_fails_is_told_and_the_others_go_on(self):
        signed, unsigned = self._signed(2), self._create_order()
        orders = signed[0] | unsigned.with_user(self.user_manager) | signed[1]
        step = orders.action_bulk_step('post')
        self.assertEqual(step['done'], 2)
        self.assertEqual([failed['id'] for failed in step['failed']], orders[1].ids)
        self.assertIn("not signed off", step['failed'][0]['text'])
        self.assertEqual(orders.mapped('state'), ['posted', 'open', 'posted'])

    def test_one_that_was_deleted_meanwhile_does_not_stop_the_others(self):
        orders, gone = self._signed(1), self._create_order().with_user(self.user_manager)
        gone.sudo().unlink()
        step = (orders | gone).action_bulk_step('post')
        self.assertEqual((step['done'], step['failed']), (1, []))

    def test_what_fails_for_no_known_reason_tells_nothing_of_the_server(self):
        orders = self._signed(1)
        self.patch(type(orders), '_bulk_post', lambda orders: 1 / 0)
        with self.assertLogs('odoo.addons.service_management.models.common.bulk', 'ERROR'):
            step = orders.action_bulk_step('post')
        self.assertIn("The log of the server says more", step['failed'][0]['text'])

    def test_many_orders_are_billed_as_all_at_once(self):
        """What goes on one invoice is done in one step, however much it is."""
        orders = self._signed(STEP + 10)
        orders._post_lines()
        action = self._press('service.order.bill', orders, mode='customer')
        done, failed, made = self._follow(action)
        self.assertEqual((done, failed), (STEP + 10, []))
        invoices = self.env['account.move'].browse(made)
        self.assertEqual(invoices.partner_id, self.customers)
        self.assertEqual(len(invoices), 3)
        shown = self.env['service.order'].with_user(self.user_manager).action_bulk_show('bill', made)
        self.assertEqual(shown['domain'], [('id', 'in', made)])
        self.assertEqual(set(orders.mapped('invoice_status')), {'invoiced'})

    def test_list_says_what_is_left_to_bill(self):
        order = self._signed(1)
        self.assertFalse(order.amount_to_bill)
        order._post_lines()
        self.assertEqual(order.amount_to_bill, 10)
        invoice = order._create_invoices().sudo()
        self.assertFalse(order.amount_to_bill)
        invoice.action_post()
        credit = invoice._reverse_moves()
        credit.invoice_line_ids.filtered('product_id').quantity = 0.5
        credit.action_post()
        order.action_bill_again()
        self.assertEqual(order.amount_to_bill, 5)

    def test_what_is_left_to_bill_is_without_the_tax_that_a_price_includes(self):
        order = self._signed(1)
        order.line_ids.tax_ids = self.env['account.tax'].create({
            'name': "25 % incl.", 'amount': 25, 'price_include_override': 'tax_included',
            'company_id': order.company_id.id})
        order._post_lines()
        self.assertEqual(order.amount_to_bill, 8)

    def test_customer_who_cannot_be_billed_does_not_hold_up_the_others(self):
        orders = self._signed(6)
        orders._post_lines()
        bad = orders.filtered(lambda order: order.partner_id == self.customers[0])
        create = type(orders)._create_invoices

        def refuse(orders, grouped=True):
            if orders & bad:
                raise UserError("No account.")  # pylint: disable=translation-required
            return create(orders, grouped)

        self.patch(type(orders), '_create_invoices', refuse)
        step = orders.action_bulk_step('bill')
        self.assertEqual({failed['id'] for failed in step['failed']}, set(bad.ids))
        self.assertEqual((step['done'], len(step['made'])), (4, 2))

    def test_steps_ask_for_the_role_that_the_verb_asks_for(self):
        orders = self._signed(1)
        for verb in ('post', 'bill', 'bill_each'):
            with self.subTest(verb):
                step = orders.with_user(self.user_dispatcher).action_bulk_step(verb)
                self.assertIn("Only a service manager", step['failed'][0]['text'])
        with self.assertRaises(AccessError):
            self._signed(STEP + 1).with_user(self.user_dispatcher)._ensure_postable()

    def test_unknown_verb_is_refused(self):
        with self.assertRaisesRegex(UserError, "several documents at once"):
            self._signed(1).action_bulk_step('unlink')

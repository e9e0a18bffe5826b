import importlib.util
from pathlib import Path

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form, users

from .common import ServiceCommon

MIGRATION = Path(__file__).parents[1] / 'migrations' / '19.0.1.2.0' / 'pre-bill-again.py'


class TestServiceBillAgain(ServiceCommon):
    """What is credited of an order was given away, unless somebody says that it is billed again."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.user_accountant = cls._create_accountant()

    def _billed(self, **values):
        """Return (order of two hours at 80.00 and a pump at 120.00, its posted invoice)."""
        order = self._worked_order(**values)
        order._post_lines()
        invoice = order._create_invoices().with_user(self.user_accountant)
        invoice.invoice_date = '2026-03-10'
        invoice.action_post()
        return order, invoice

    def _reverse(self, moves, is_modify=False, **values):
        """Credit invoices by accounting's dialog; return the credit notes."""
        before = moves.reversal_move_ids
        wizard = self.env['account.move.reversal'].with_user(self.user_accountant).with_context(
            active_model='account.move', active_ids=moves.ids).create({
                'journal_id': moves.journal_id.id, 'date': '2026-03-20', **values})
        wizard.reverse_moves(is_modify=is_modify)
        return moves.reversal_move_ids - before

    def _credit(self, invoice, edit=None, post=True, **values):
        """Credit an invoice, of which only the pump when there is something to edit of it."""
        credit = self._reverse(invoice, **values)
        if edit:
            pump = self._bill_of(credit, self.part)
            (credit.invoice_line_ids - pump).unlink()
            pump.write(edit)
        if post:
            credit.action_post()
        return credit

    def _bill_of(self, move, product):
        return move.invoice_line_ids.filtered(lambda line: line.product_id == product)

    def _assert_waived(self, order, *quantities):
        lines = order.line_ids.filtered(lambda line: not line.reversed_line_id)
        self.assertEqual(lines.mapped('qty_waived'), list(quantities))
        self.assertEqual(lines.mapped('qty_to_invoice'), [0] * len(lines))
        self.assertEqual(order.invoice_status, 'invoiced')

    #=== GIVEN AWAY ===#

    def test_full_credit_is_not_billed_back(self):
        order, invoice = self._billed()
        self._credit(invoice)
        self._assert_waived(order, 2, 1)
        with self.assertRaisesRegex(UserError, "nothing to bill"):
            order.with_user(self.user_manager)._create_invoices()

    def test_goodwill_is_not_billed_back_by_quantity_price_or_discount(self):
        for edit in ({'quantity': 0.25}, {'price_unit': 30}, {'discount': 75},
                     {'quantity': 0.5, 'price_unit': 60}):
            with self.subTest(**edit):
                order, invoice = self._billed()
                self.assertEqual(self._credit(invoice, edit).amount_untaxed, 30)
                self._assert_waived(order, 0, 0.25)

    def test_goodwill_in_another_currency_is_not_billed_back(self):
        currency = self.setup_other_currency('EUR', rates=[('2026-01-01', 2.0)])
        pricelist = self.env['product.pricelist'].create({
            'name': "Euro", 'currency_id': currency.id})
        order, invoice = self._billed(pricelist_id=pricelist.id)
        self.assertEqual(invoice.currency_id, currency)
        pump = order.line_ids[1]
        self._credit(invoice, {'price_unit': pump.price_unit / 4})
        self._assert_waived(order, 0, 0.25)
        pump.with_user(self.user_manager).action_reverse()
        rest = order._create_invoices()
        self.assertEqual(
            (rest.move_type, rest.currency_id, rest.amount_untaxed),
            ('out_refund', currency, pump.price_unit * 0.75))

    def test_cancelled_credit_note_waives_nothing(self):
        order, invoice = self._billed()
        credit = self._credit(invoice)
        credit.button_draft()
        self._assert_waived(order, 2, 1)
        credit.button_cancel()
        self._assert_waived(order, 0, 0)
        self.assertEqual(order.line_ids.mapped('qty_invoiced'), [2, 1])

    def test_draft_credit_note_follows_what_is_edited(self):
        order, invoice = self._billed()
        credit = self._credit(invoice, {'price_unit': 30}, post=False)
        self._assert_waived(order, 0, 0.25)
        credit.invoice_line_ids.price_unit = 60
        self._assert_waived(order, 0, 0.5)
        credit.unlink()
        self._assert_waived(order, 0, 0)

    def test_reversed_credit_note_waives_nothing(self):
        order, invoice = self._billed()
        credit = self._credit(invoice)
        self._reverse(credit)
        self._assert_waived(order, 0, 0)
        self.assertEqual(order.line_ids.mapped('qty_invoiced'), [2, 1])

    def test_what_was_not_billed_yet_stays_to_bill_beside_a_waiver(self):
        order = self._worked_order()
        order._post_lines()
        invoice = order._create_invoices().with_user(self.user_accountant)
        invoice.invoice_date = '2026-03-10'
        self._bill_of(invoice, self.hours).quantity = 1.5
        invoice.action_post()
        self._credit(invoice)
        self.assertEqual(order.line_ids.mapped('qty_to_invoice'), [0.5, 0])

    #=== REVERSED AFTERWARDS ===#

    def test_reversed_line_credits_what_goodwill_left_on_the_cent(self):
        for price in (10, 33.33, 0.01, 119):
            with self.subTest(price=price):
                order, invoice = self._billed()
                self._credit(invoice, {'price_unit': price})
                order.line_ids[1].with_user(self.user_manager).action_reverse()
                credit = order.with_user(self.user_manager)._create_invoices().sudo()
                self.assertEqual(credit.move_type, 'out_refund')
                self.assertAlmostEqual(credit.amount_untaxed, 120 - price, 2)
                self.assertEqual(order.invoice_status, 'invoiced')

    def test_reversed_line_that_was_given_away_has_nothing_left_to_credit(self):
        order, invoice = self._billed()
        self._credit(invoice)
        order.line_ids.with_user(self.user_manager).action_reverse()
        self.assertEqual(order.invoice_status, 'invoiced')
        self.assertFalse(order.is_waived)

    def test_reversed_line_credits_what_its_edited_draft_billed(self):
        order = self._worked_order()
        order._post_lines()
        self._bill_of(order._create_invoices(), self.part).price_unit = 100
        order.line_ids[1].action_reverse()
        self.assertEqual(order._create_invoices().amount_untaxed, 100)

    #=== BILLED AGAIN ===#

    def test_accounting_is_asked_once_and_the_default_is_no(self):
        order, invoice = self._billed()
        form = Form(self.env['account.move.reversal'].with_user(
            self.user_accountant).with_context(
                active_model='account.move', active_ids=invoice.ids))
        self.assertTrue(form.bills_service_orders)
        self.assertFalse(form.service_bill_again)
        form.service_bill_again = True
        form.save().refund_moves()
        self.assertEqual(order.line_ids.mapped('qty_to_invoice'), [2, 1])
        self.assertEqual(order._create_invoices().amount_untaxed, 280)

    def test_dialog_does_not_ask_for_what_bills_no_service(self):
        invoice = self.env['account.move'].create({
            'move_type': 'out_invoice', 'partner_id': self.customer.id,
            'invoice_date': '2026-03-10', 'invoice_line_ids': [
                Command.create({'name': "Cable", 'price_unit': 30, 'tax_ids': False})]})
        invoice.action_post()
        _order, billed = self._billed()
        for moves, asks in ((invoice, False), (invoice | billed, True),
                            (self._credit(billed), False)):
            with self.subTest(moves=moves):
                form = Form(self.env['account.move.reversal'].with_user(
                    self.user_accountant).with_context(
                        active_model='account.move', active_ids=moves.ids))
                self.assertEqual(form.bills_service_orders, asks)

    def test_replaced_invoice_bills_again_what_the_replacement_leaves_out(self):
        order, invoice = self._billed()
        self._reverse(invoice, is_modify=True)
        self._assert_waived(order, 0, 0)
        draft = order.line_ids.invoice_line_ids.move_id.filtered(
            lambda move: move.state == 'draft')
        self._bill_of(draft, self.hours).quantity = 0.5
        self.assertEqual(order.line_ids.mapped('qty_to_invoice'), [1.5, 0])

    @users('service_manager')
    def test_manager_bills_again_what_was_given_away(self):
        order, invoice = self._billed()
        order = order.with_user(self.env.user)
        self.assertFalse(order.is_waived)
        self._credit(invoice)
        self.assertTrue(order.is_waived)
        order.action_bill_again()
        self.assertFalse(order.is_waived)
        self.assertEqual(order.line_ids.mapped('qty_to_invoice'), [2, 1])
        again = order._create_invoices().sudo()
        self.assertEqual((again.move_type, again.amount_untaxed), ('out_invoice', 280))
        self.assertEqual(order.invoice_status, 'invoiced')

    def test_credit_note_of_two_orders_is_billed_again_for_one(self):
        orders = self._worked_order() | self._worked_order()
        orders._post_lines()
        invoice = orders._create_invoices().with_user(self.user_accountant)
        invoice.invoice_date = '2026-03-10'
        invoice.action_post()
        self._credit(invoice)
        orders[0].with_user(self.user_manager).action_bill_again()
        self.assertEqual(orders.mapped('invoice_status'), ['to_invoice', 'invoiced'])

    def test_what_was_billed_again_and_credited_is_given_away(self):
        order, invoice = self._billed()
        self._credit(invoice, service_bill_again=True)
        again = order._create_invoices().with_user(self.user_accountant)
        again.invoice_date = '2026-03-21'
        again.action_post()
        self._credit(again)
        self._assert_waived(order, 2, 1)

    def test_what_was_credited_by_price_is_billed_again_on_the_cent(self):
        for price in (33.33, 40, 119.99):
            with self.subTest(price=price):
                order, invoice = self._billed()
                for _time in range(3 if price == 40 else 1):
                    self._credit(invoice, {'price_unit': price}, service_bill_again=True)
                again = order._create_invoices()
                self.assertAlmostEqual(again.amount_untaxed, 120 if price == 40 else price, 2)
                self._assert_waived(order, 0, 0)

    def test_credit_by_price_that_is_undone_when_it_is_billed_again_leaves_no_cent(self):
        order, invoice = self._billed()
        credit = self._credit(invoice, {'price_unit': 33.33}, service_bill_again=True)
        order._create_invoices()
        self._reverse(credit).action_post()
        order._create_invoices()
        pump = order.line_ids[1].sudo().invoice_line_ids
        self.assertAlmostEqual(-sum(pump.mapped('balance')), 120, 2)
        self._assert_waived(order, 0, 0)

    def test_what_was_billed_again_is_credited_on_the_cent_when_its_credit_is_cancelled(self):
        order, invoice = self._billed()
        for price in (33.33, 7.77, 119.99):
            with self.subTest(price=price):
                credit = self._credit(
                    invoice, {'price_unit': price}, post=False, service_bill_again=True)
                again = order.with_user(self.user_manager)._create_invoices()
                self.assertEqual(again.amount_untaxed, price)
                credit.button_cancel()
                back = order.with_user(self.user_manager)._create_invoices()
                self.assertEqual(back.amount_untaxed, price)
                self._assert_waived(order, 0, 0)

    def test_undoing_a_credit_that_is_cancelled_by_now_bills_no_more_than_was_done(self):
        order, invoice = self._billed()
        credit = self._credit(invoice, {'quantity': 0.5})
        self._reverse(credit)  # a draft that bills the half once more
        credit.button_draft()
        credit.button_cancel()
        pump = order.line_ids[1]
        self.assertEqual(pump.qty_waived, -0.5)
        invoice.button_draft()
        self._bill_of(invoice, self.part).quantity = 0.25
        self.assertEqual((pump.qty_invoiced, pump.qty_to_invoice), (0.75, 0.25))

    def test_invoice_once_more_after_two_reversals_is_credited_as_accounting_says(self):
        order, invoice = self._billed()
        credit = self._credit(invoice, service_bill_again=True)
        undone = self._reverse(credit)
        undone.action_post()
        self._credit(undone)
        self._assert_waived(order, 2, 1)

    def test_no_more_is_credited_than_is_billed(self):
        """Accounting bills four hours instead of two in a draft, at another price."""
        for price, credited in ((20, 80), (0, 0), (30, 120), (50, 160), (80, 160)):
            with self.subTest(price=price):
                order = self._worked_order()
                order._post_lines()
                hours = self._bill_of(order._create_invoices(), order.line_ids[0].product_id)
                hours.write({'quantity': 4, 'price_unit': price})
                self.assertEqual(order.line_ids.mapped('qty_to_invoice'), [-2, 0])
                credit = order.with_user(self.user_manager)._create_invoices()
                self.assertEqual(credit.amount_untaxed, credited)

    def test_invoice_stays_as_long_as_a_credit_note_measures_by_it(self):
        for edit in ({'price_unit': 30}, {'quantity': 0.25}):
            with self.subTest(**edit):
                order, invoice = self._billed()
                credit = self._credit(invoice, edit, service_bill_again=True)
                order.with_user(self.user_manager)._create_invoices()
                invoice.button_draft()
                with self.assertRaisesRegex(UserError, f"is credited by {credit.name}.* Cancel"):
                    invoice.unlink()
                with self.assertRaisesRegex(UserError, f"is credited by {credit.name}.* Cancel"):
                    self._bill_of(invoice, self.part).unlink()
                credit.button_draft()
                credit.button_cancel()
                invoice.unlink()
                self.assertEqual(order.line_ids.mapped('qty_to_invoice'), [2, 0.75])

    def test_invoice_goes_together_with_what_credits_it(self):
        order, invoice = self._billed()
        credit = self._credit(invoice, {'price_unit': 30})
        (invoice | credit).button_draft()
        (invoice | credit).unlink()
        self.assertEqual(order.line_ids.mapped('qty_to_invoice'), [2, 1])

    def test_nothing_credited_is_not_billed_again(self):
        order, _invoice = self._billed()
        with self.assertRaisesRegex(UserError, "left to bill again"):
            order.with_user(self.user_manager).action_bill_again()

    @users('service_dispatcher', 'service_technician')
    def test_lesser_roles_do_not_bill_again(self):
        order, invoice = self._billed()
        self._credit(invoice)
        with self.assertRaisesRegex(AccessError, "Only a service manager bills"):
            order.with_user(self.env.user).action_bill_again()

    #=== THE UPDATE ===#

    def test_update_leaves_credited_orders_to_bill(self):
        order, invoice = self._billed()
        credit = self._credit(invoice)
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE account_move_line SET service_bill_again = NULL WHERE move_id = %s",
            [credit.id])
        self.env.cr.execute(
            "UPDATE service_order_line SET qty_waived = NULL WHERE order_id = %s", [order.id])
        spec = importlib.util.spec_from_file_location('pre_bill_again', MIGRATION)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        module.migrate(self.env.cr, '19.0.1.1.0')
        self.env.invalidate_all()
        self.assertEqual(order.line_ids.mapped('qty_waived'), [0, 0])
        for name in ('qty_invoiced', 'qty_waived', 'qty_to_invoice', 'invoice_status'):
            self.env.add_to_compute(order.line_ids._fields[name], order.line_ids)
        self.assertEqual(order.line_ids.mapped('qty_to_invoice'), [2, 1])

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import freeze_time

from .common_subscription import SubscriptionCommon


class TestServiceSubscriptionBilling(SubscriptionCommon):
    """Fees on invoices and credit notes."""

    def test_deleting_a_draft_frees_its_fees(self):
        subscription = self._subscribe()
        invoice = self._bill(subscription, '2026-01-01')
        self.assertEqual(subscription.fee_ids.state, 'draft')
        invoice.unlink()
        self.assertEqual(subscription.fee_ids.state, 'open')
        again = self._bill(subscription, '2026-01-01')
        self.assertEqual(again.amount_untaxed, 100)
        self.assertEqual(len(subscription.fee_ids), 1)

    def test_deleting_a_line_of_a_draft_frees_its_fee(self):
        subscription = self._subscribe()
        invoice = self._bill(subscription, '2026-02-01')
        invoice.invoice_line_ids[0].unlink()
        self.assertEqual(
            subscription.fee_ids.sorted('date_start').mapped('state'), ['open', 'draft'])

    def test_cancelling_a_draft_frees_its_fees_and_reviving_it_takes_them_back(self):
        subscription = self._subscribe()
        invoice = self._bill(subscription, '2026-01-01')
        invoice.button_cancel()
        self.assertEqual(subscription.fee_ids.state, 'open')
        invoice.button_draft()
        self.assertEqual(subscription.fee_ids.state, 'draft')
        invoice.button_cancel()
        self._bill(subscription, '2026-01-01')
        with self.assertRaisesRegex(UserError, "is billed by .* already"):
            invoice.button_draft()

    def test_a_credit_note_frees_the_days_and_the_nightly_run_leaves_them(self):
        subscription = self._subscribe()
        invoice = self._bill(subscription, '2026-01-01')
        invoice.action_post()
        self.assertEqual(subscription.fee_ids.state, 'posted')
        credit = invoice._reverse_moves()
        self.assertEqual(subscription.fee_ids.state, 'posted', "A draft frees nothing.")
        credit.invoice_date = '2026-01-05'
        credit.action_post()
        self.assertEqual(subscription.fee_ids.state, 'credited')
        self.assertFalse(self._bill(subscription, '2026-01-31'))

    def test_credit_and_bill_again_is_neutral(self):
        subscription = self._subscribe(price=33.33)
        invoice = self._bill(subscription, '2026-03-01')
        invoice.action_post()
        invoice._reverse_moves([{'invoice_date': '2026-03-02'}], cancel=True)
        self.assertEqual(set(subscription.fee_ids.mapped('state')), {'credited'})
        again = self._bill(subscription, '2026-03-01', fill_gaps=True)
        self.assertEqual(again.amount_untaxed, invoice.amount_untaxed)
        self.assertEqual(set(self._sum_days(subscription.line_ids).values()), {1})

    def test_one_credited_fee_is_billed_again_by_its_button(self):
        subscription = self._subscribe()
        invoice = self._bill(subscription, '2026-01-01')
        invoice.action_post()
        with self.assertRaisesRegex(UserError, "is not credited"):
            subscription.fee_ids.action_bill_again()
        invoice._reverse_moves([{'invoice_date': '2026-01-02'}], cancel=True)
        subscription.fee_ids.action_bill_again()
        self.assertEqual(sorted(subscription.fee_ids.mapped('state')), ['credited', 'open'])

    def test_a_revived_invoice_does_not_bill_days_that_were_billed_again(self):
        """Resetting the credit note to draft would bill the days twice: the database refuses."""
        subscription = self._subscribe()
        invoice = self._bill(subscription, '2026-01-01')
        invoice.action_post()
        credit = invoice._reverse_moves([{'invoice_date': '2026-01-02'}])
        credit.action_post()
        self._bill(subscription, '2026-01-01', fill_gaps=True)
        with self.assertRefused("These days of the subscription line have a fee already."):
            credit.button_draft()

    def test_a_partial_credit_keeps_the_fee_billed(self):
        subscription = self._subscribe()
        invoice = self._bill(subscription, '2026-01-01')
        invoice.action_post()
        credit = invoice._reverse_moves([{'invoice_date': '2026-01-02'}])
        credit.invoice_line_ids.price_unit = 40
        credit.action_post()
        self.assertEqual(subscription.fee_ids.state, 'posted')
        rest = invoice._reverse_moves([{'invoice_date': '2026-01-03'}])
        rest.invoice_line_ids.price_unit = 60
        rest.action_post()
        self.assertEqual(subscription.fee_ids.state, 'credited')

    def test_credit_and_replace_bills_with_the_new_draft(self):
        subscription = self._subscribe()
        invoice = self._bill(subscription, '2026-01-01')
        invoice.action_post()
        wizard = self.env['account.move.reversal'].with_context(
            active_model='account.move', active_ids=invoice.ids).create({
                'journal_id': invoice.journal_id.id, 'date': '2026-01-02'})
        action = wizard.modify_moves()
        draft = self.env['account.move'].browse(action['res_id'])
        self.assertEqual(draft.state, 'draft')
        self.assertEqual(subscription.fee_ids.move_id, draft)
        draft.invoice_date = '2026-01-02'
        draft.action_post()
        self.assertEqual(subscription.fee_ids.state, 'posted')
        self.assertFalse(self._bill(subscription, '2026-01-31', fill_gaps=True))

    def test_a_duplicate_of_an_invoice_bills_nothing_twice(self):
        subscription = self._subscribe()
        invoice = self._bill(subscription, '2026-01-01')
        self.assertFalse(invoice.copy().line_ids.service_fee_id)

    def test_one_invoice_for_each_customer_if_the_plan_says_so(self):
        plan = self._create_plan(grouping='customer')
        subscriptions = self._subscribe(plan=plan) | self._subscribe(plan=plan)
        subscriptions |= self._subscribe(plan=plan, partner_id=self.other_customer.id)
        invoices = self._bill(subscriptions, '2026-01-01')
        self.assertEqual(sorted(invoices.mapped('amount_untaxed')), [100, 200])

    def test_partial_periods_are_billed_to_the_cent(self):
        """A price for three units that no unit price could express."""
        subscription = self._subscribe('2026-03-10', lines=[{'quantity': 3, 'discount': 10}])
        invoice = self._bill(subscription, '2026-03-10')
        fee = subscription.fee_ids
        self.assertEqual(fee.amount, 191.61)  # 270 × 22/31
        self.assertEqual(invoice.amount_untaxed, 191.61)
        self.assertIn("22 of 31 days, quantity 3", invoice.invoice_line_ids.name)

    def test_amounts_are_exact_in_zero_two_and_three_decimals(self):
        for name, expected in (('JPY', 710), ('EUR', 709.68), ('KWD', 709.677)):
            with self.subTest(currency=name):
                currency = self.env['res.currency'].with_context(active_test=False).search(
                    [('name', '=', name)])
                currency.active = True
                pricelist = self.env['product.pricelist'].create({
                    'name': name, 'currency_id': currency.id})
                subscription = self._subscribe(
                    '2026-03-10', price=1000, pricelist_id=pricelist.id)
                invoice = self._bill(subscription, '2026-04-01')
                self.assertEqual(invoice.currency_id, currency)
                amounts = subscription.fee_ids.sorted('date_start').mapped('amount')
                self.assertEqual(amounts, [expected, 1000])
                self.assertAlmostEqual(invoice.amount_untaxed, expected + 1000, 6)

    def test_taxes_and_terms_are_those_of_the_customer(self):
        mapped = self.tax.copy({'name': "Reverse", 'amount': 0})
        position = self.env['account.fiscal.position'].create({'name': "Abroad"})
        mapped.write({'fiscal_position_ids': [Command.link(position.id)],
                      'original_tax_ids': [Command.link(self.tax.id)]})
        term = self.env.ref('account.account_payment_term_30days')
        self.customer.write({'property_account_position_id': position.id,
                             'property_payment_term_id': term.id})
        subscription = self._subscribe()
        invoice = self._bill(subscription, '2026-01-01')
        self.assertEqual(invoice.fiscal_position_id, position)
        self.assertEqual(invoice.invoice_line_ids.tax_ids, mapped)
        self.assertEqual(str(invoice.invoice_date_due), '2026-01-31')

    def test_locked_periods_move_the_invoice_as_accounting_wants(self):
        subscription = self._subscribe()
        with freeze_time('2026-03-10'):
            invoice = self._bill(subscription, '2026-01-01')
            self.company.fiscalyear_lock_date = '2026-01-31'
            invoice.action_post()
        self.assertGreater(str(invoice.date), '2026-01-31')

    def test_posting_and_sending_are_left_to_the_scheduled_actions(self):
        self.customer.email = 'hotel@example.com'
        subscription = self._subscribe(plan=self._create_plan(invoicing='send'))
        with freeze_time('2026-01-02'):
            invoice = self._bill(subscription, '2026-01-01')
            self.assertEqual(invoice.state, 'draft', "Billing itself posts nothing.")
            self.env['account.move'].search([
                ('state', '=', 'draft'), ('id', '!=', invoice.id)]).auto_post = 'no'
            with self.enter_registry_test_mode():
                self.env.ref('account.ir_cron_auto_post_draft_entry').method_direct_trigger()
            self.assertEqual(invoice.state, 'posted')
            self.assertTrue(invoice.sending_data)
            with self.enter_registry_test_mode():
                self.env.ref('account.ir_cron_account_move_send').method_direct_trigger()
        self.assertTrue(invoice.is_move_sent)
        self.assertFalse(invoice.sending_data)

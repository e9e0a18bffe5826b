from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, freeze_time, users

from .common_subscription import SubscriptionCommon

#: (plan, first day, last day, billed until, [(from, to, kind, amount)]) for 100.00 a period
PERIODS = [
    # Calendar months in advance; the first one by its days.
    ({}, '2026-01-01', False, '2026-03-01', [
        ('2026-01-01', '2026-01-31', 'regular', 100), ('2026-02-01', '2026-02-28', 'regular', 100),
        ('2026-03-01', '2026-03-31', 'regular', 100)]),
    ({}, '2026-01-01', False, '2026-02-28', [
        ('2026-01-01', '2026-01-31', 'regular', 100),
        ('2026-02-01', '2026-02-28', 'regular', 100)]),
    ({}, '2026-03-10', False, '2026-04-01', [
        ('2026-03-10', '2026-03-31', 'partial', 70.97),
        ('2026-04-01', '2026-04-30', 'regular', 100)]),
    ({'first_period': 'full'}, '2026-03-10', False, '2026-03-10', [
        ('2026-03-10', '2026-03-31', 'partial', 100)]),
    # Ends by its days, or in full.
    ({}, '2026-03-01', '2026-04-10', '2026-12-31', [
        ('2026-03-01', '2026-03-31', 'regular', 100),
        ('2026-04-01', '2026-04-10', 'partial', 33.33)]),
    ({'last_period': 'full'}, '2026-04-01', '2026-04-10', '2026-12-31', [
        ('2026-04-01', '2026-04-10', 'partial', 100)]),
    # A first and last period in one.
    ({}, '2026-03-10', '2026-03-19', '2026-12-31', [
        ('2026-03-10', '2026-03-19', 'partial', 32.26)]),
    # From the first day: short months leave no trace, leap days neither.
    ({'alignment': 'start'}, '2026-01-31', False, '2026-04-30', [
        ('2026-01-31', '2026-02-27', 'regular', 100), ('2026-02-28', '2026-03-30', 'regular', 100),
        ('2026-03-31', '2026-04-29', 'regular', 100),
        ('2026-04-30', '2026-05-30', 'regular', 100)]),
    ({'alignment': 'start', 'interval_unit': 'year'}, '2024-02-29', False, '2025-02-28', [
        ('2024-02-29', '2025-02-27', 'regular', 100),
        ('2025-02-28', '2026-02-27', 'regular', 100)]),
    # In arrears: on the day after the period.
    ({'timing': 'arrears'}, '2026-01-01', False, '2026-01-31', []),
    ({'timing': 'arrears'}, '2026-01-01', False, '2026-02-01', [
        ('2026-01-01', '2026-01-31', 'regular', 100)]),
    ({'timing': 'arrears'}, '2026-01-15', '2026-02-14', '2026-02-15', [
        ('2026-01-15', '2026-01-31', 'partial', 54.84),
        ('2026-02-01', '2026-02-14', 'partial', 50)]),
    # Quarters: each month a third, or every day the same.
    ({'interval_unit': 'quarter'}, '2026-02-01', False, '2026-02-01', [
        ('2026-02-01', '2026-03-31', 'partial', 66.67)]),
    ({'interval_unit': 'quarter', 'proration': 'period_days'}, '2026-02-01', False, '2026-02-01', [
        ('2026-02-01', '2026-03-31', 'partial', 65.56)]),
    # Leap February: 15 of 29 days.
    ({}, '2024-02-15', False, '2024-02-15', [('2024-02-15', '2024-02-29', 'partial', 51.72)]),
    # Half years of the calendar, fortnights, days.
    ({'interval_count': 6}, '2026-07-01', False, '2026-07-01', [
        ('2026-07-01', '2026-12-31', 'regular', 100)]),
    ({'interval_unit': 'week', 'interval_count': 2}, '2026-03-04', False, '2026-03-16', [
        ('2026-03-04', '2026-03-15', 'partial', 85.71),
        ('2026-03-16', '2026-03-29', 'regular', 100)]),
    ({'interval_unit': 'day', 'interval_count': 10, 'alignment': 'start'}, '2026-03-04',
     '2026-03-18', '2026-12-31', [
        ('2026-03-04', '2026-03-13', 'regular', 100), ('2026-03-14', '2026-03-18', 'partial', 50)]),
    # Nothing is due before the first day, nothing after the last.
    ({}, '2026-06-01', False, '2026-05-31', []),
]


class TestServiceSubscription(SubscriptionCommon):

    #=== PERIODS ===#

    def test_periods_and_amounts_table(self):
        for number, (terms, start, end, until, expected) in enumerate(PERIODS):
            with self.subTest(number=number, start=start, **terms):
                plan = self._create_plan(f"Plan {number}", **terms)
                subscription = self._subscribe(start, plan, date_end=end)
                self._bill(subscription, until)
                self.assertEqual(self._spans(subscription), expected)

    def test_parts_of_a_period_add_up_to_its_price(self):
        """Ending in the middle and beginning again on the day after costs what one month costs."""
        for day in range(1, 31):
            first = self._subscribe('2026-03-01', date_end=f'2026-03-{day:02}')
            second = self._subscribe(
                f'2026-03-{day + 1:02}', date_end='2026-03-31')
            self._bill(first | second, '2026-03-31')
            self.assertAlmostEqual(sum((first | second).fee_ids.mapped('amount')), 100, 2)

    def test_lines_have_dates_of_their_own(self):
        subscription = self._subscribe(lines=[
            {}, {'date_start': '2026-02-10'}, {'date_end': '2026-02-14'}])
        self._bill(subscription, '2026-02-28')
        self.assertEqual(self._spans(subscription), [
            ('2026-01-01', '2026-01-31', 'regular', 100),
            ('2026-01-01', '2026-01-31', 'regular', 100),
            ('2026-02-01', '2026-02-28', 'regular', 100),
            ('2026-02-01', '2026-02-14', 'partial', 50),
            ('2026-02-10', '2026-02-28', 'partial', 67.86)])

    def test_a_line_added_later_begins_when_it_is_added(self):
        subscription = self._subscribe()
        self._bill(subscription, '2026-03-01')
        with freeze_time('2026-03-15'):
            line = self.env['service.subscription.line'].create({
                'subscription_id': subscription.id, 'product_id': self.monitoring.id})
            self._bill(subscription, '2026-03-15')
        self.assertEqual(self._spans(line), [('2026-03-15', '2026-03-31', 'partial', 54.84)])
        with freeze_time('2025-12-01'):
            early = self.env['service.subscription.line'].create({
                'subscription_id': subscription.id, 'product_id': self.monitoring.id})
        self.assertEqual(str(early.date_start), '2026-01-01')

    def test_an_end_is_set_in_days_without_fees_only(self):
        subscription = self._subscribe()
        self._bill(subscription, '2026-03-01')
        with self.assertRaisesRegex(UserError, "has fees for days after 2026-03-30"):
            subscription.date_end = '2026-03-30'
        subscription.date_end = '2026-04-15'
        self._bill(subscription, '2026-12-31')
        self.assertEqual(self._spans(subscription)[-1],
                         ('2026-04-01', '2026-04-15', 'partial', 50))

    def test_next_billing_day_is_the_first_unbilled_periods(self):
        subscription = self._subscribe()
        self.assertEqual(str(subscription.date_next_bill), '2026-01-01')
        self._bill(subscription, '2026-01-01')
        self.assertEqual(str(subscription.date_next_bill), '2026-02-01')
        arrears = self._subscribe(plan=self._create_plan(timing='arrears'))
        self.assertEqual(str(arrears.date_next_bill), '2026-02-01')

    def test_the_form_shows_the_next_periods(self):
        subscription = self._subscribe('2026-01-31', self._create_plan(alignment='start'))
        self.assertEqual(subscription.schedule_preview.count(' · '), 2)
        self.assertIn('02/28/2026', subscription.schedule_preview)

    def test_a_line_of_quantity_zero_is_not_billed(self):
        subscription = self._subscribe(lines=[{'quantity': 0}])
        self._bill(subscription, '2026-03-01')
        self.assertFalse(subscription.fee_ids)
        self.assertFalse(subscription.date_next_bill)

    #=== RUNS TWICE ===#

    def test_billing_again_bills_nothing_twice(self):
        subscription = self._subscribe()
        self.assertEqual(len(self._bill(subscription, '2026-03-15')), 1)
        self.assertFalse(self._bill(subscription, '2026-03-15'))
        self.assertEqual(len(subscription.fee_ids), 3)

    def test_all_missed_periods_are_on_one_invoice(self):
        subscription = self._subscribe()
        invoice = self._bill(subscription, '2026-04-01')
        self.assertEqual(invoice.amount_untaxed, 400)
        self.assertEqual(len(invoice.invoice_line_ids), 4)
        self.assertIn('01/01/2026 – 01/31/2026', invoice.invoice_line_ids[0].name)

    def test_the_database_refuses_a_second_fee_for_a_day(self):
        subscription = self._subscribe()
        self._bill(subscription, '2026-01-01')
        values = subscription.fee_ids.copy_data()[0]
        with self.assertRefused("These days of the subscription line have a fee already."):
            subscription.fee_ids.sudo().create({
                **values, 'kind': 'partial', 'date_start': '2026-01-31',
                'date_end': '2026-01-31'})

    def test_a_deleted_fee_is_made_again_by_filling_gaps_only(self):
        subscription = self._subscribe()
        subscription._create_due_fees(fields.Date.to_date('2026-03-01'))
        subscription.fee_ids.filtered(lambda fee: fee.date_start.month == 2).unlink()
        subscription.fee_ids.filtered(lambda fee: fee.date_start.month == 3).unlink()
        self._bill(subscription, '2026-03-01')
        self.assertEqual(len(subscription.fee_ids), 1)
        self._bill(subscription, '2026-03-01', fill_gaps=True)
        self.assertEqual(sum(subscription.fee_ids.mapped('day_count')), 90)

    def test_a_billed_fee_is_not_deleted(self):
        subscription = self._subscribe()
        self._bill(subscription, '2026-01-01')
        with self.assertRaisesRegex(UserError, "is on an invoice"):
            subscription.fee_ids.unlink()

    #=== INVOICES ===#

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

    #=== CHANGES ===#

    def test_a_change_before_billing_splits_the_period_by_its_days(self):
        subscription = self._subscribe('2026-04-01')
        subscription._create_due_fees(fields.Date.to_date('2026-04-01'))
        subscription.line_ids._change_terms(fields.Date.to_date('2026-05-11'), quantity=2)
        self._bill(subscription, '2026-05-31')
        self.assertEqual(self._spans(subscription), [
            ('2026-04-01', '2026-04-30', 'regular', 100),
            ('2026-05-01', '2026-05-10', 'partial', 32.26),
            ('2026-05-11', '2026-05-31', 'partial', 135.48)])

    def test_a_change_of_billed_days_credits_them_and_bills_them_anew(self):
        subscription = self._subscribe('2026-04-01')
        self._bill(subscription, '2026-04-01')
        line = subscription.line_ids
        new = line._change_terms(fields.Date.to_date('2026-04-16'), base_price=200)
        invoice = self._bill(subscription, '2026-04-16')
        self.assertEqual(self._spans(subscription), [
            ('2026-04-01', '2026-04-30', 'regular', 100),
            ('2026-04-16', '2026-04-30', 'reduction', -50),
            ('2026-04-16', '2026-04-30', 'partial', 100)])
        self.assertEqual(invoice.amount_untaxed, 50)
        self.assertEqual(set(self._sum_days(line | new).values()), {1})
        self.assertEqual(line.price_unit, 100, "The past stays as billed.")

    def test_a_change_from_the_first_day_replaces_the_line(self):
        subscription = self._subscribe('2026-04-01')
        self._bill(subscription, '2026-04-01')
        line = subscription.line_ids
        new = line._change_terms(fields.Date.to_date('2026-04-01'), quantity=3)
        invoice = self._bill(subscription, '2026-04-01')
        self.assertEqual(invoice.amount_untaxed, 200)
        self._bill(subscription, '2026-05-01')
        self.assertEqual(set(self._sum_days(line | new).values()), {1})

    def test_an_unbilled_line_changes_in_place(self):
        subscription = self._subscribe('2026-04-01')
        line = subscription.line_ids
        same = line._change_terms(fields.Date.to_date('2026-04-01'), quantity=3)
        self.assertEqual((same, line.quantity), (line, 3))

    def test_a_first_period_in_full_is_not_one_after_a_change(self):
        plan = self._create_plan(first_period='full', last_period='full')
        subscription = self._subscribe('2026-04-01', plan)
        subscription.line_ids._change_terms(fields.Date.to_date('2026-04-11'), quantity=1)
        self._bill(subscription, '2026-04-30')
        self.assertEqual(subscription.fee_ids.sorted('date_start').mapped('amount'), [33.33, 66.67])

    def test_terms_of_a_billed_line_are_not_overwritten(self):
        subscription = self._subscribe()
        self._bill(subscription, '2026-01-01')
        with self.assertRaisesRegex(UserError, "Use “Change”"):
            subscription.line_ids.base_price = 1
        with self.assertRaisesRegex(UserError, "its customer, plan, currency and first day stay"):
            subscription.date_start = '2026-02-01'
        with self.assertRaisesRegex(UserError, "End it with “Change”"):
            subscription.line_ids.unlink()
        subscription.write({'date_start': '2026-01-01', 'title': "Same day, other words"})

    def test_periods_of_a_used_plan_stay(self):
        self._bill(self._subscribe(), '2026-01-01')
        with self.assertRaisesRegex(UserError, "Make a new plan"):
            self.monthly.interval_unit = 'year'
        self.monthly.write({'interval_unit': 'month', 'grouping': 'customer'})

    #=== CLOSING ===#

    def test_closing_in_advance_credits_the_unserved_days(self):
        subscription = self._subscribe('2026-03-01')
        self._bill(subscription, '2026-03-01').action_post()
        subscription._close(fields.Date.to_date('2026-03-10'), self.close_reason)
        credit = self._bill(subscription, '2026-03-31')
        self.assertEqual((credit.move_type, credit.amount_untaxed), ('out_refund', 67.74))
        credit.action_post()
        self.assertEqual(len(self._sum_days(subscription.line_ids)), 10)
        self.assertFalse(self._bill(subscription, '2026-12-31'))
        self.assertFalse(subscription.date_next_bill)

    def test_closing_in_arrears_bills_the_served_days(self):
        subscription = self._subscribe('2026-03-01', self._create_plan(timing='arrears'))
        subscription._close(fields.Date.to_date('2026-03-10'), self.close_reason)
        invoice = self._bill(subscription, '2026-03-11')
        self.assertEqual((invoice.move_type, invoice.amount_untaxed), ('out_invoice', 32.26))

    def test_closing_shortens_what_is_not_billed_yet(self):
        subscription = self._subscribe('2026-03-01')
        subscription._create_due_fees(fields.Date.to_date('2026-04-01'))
        subscription._close(fields.Date.to_date('2026-03-10'), self.close_reason)
        invoice = self._bill(subscription, '2026-04-01')
        self.assertEqual(self._spans(subscription), [
            ('2026-03-01', '2026-03-10', 'partial', 32.26)])
        self.assertEqual(invoice.amount_untaxed, 32.26)

    def test_closing_credits_a_first_period_in_full_by_its_days(self):
        plan = self._create_plan(first_period='full')
        subscription = self._subscribe('2026-03-11', plan)
        self._bill(subscription, '2026-03-11')
        subscription._close(fields.Date.to_date('2026-03-17'), self.close_reason)
        credit = self._bill(subscription, '2026-03-31')
        self.assertEqual(credit.amount_untaxed, 66.67)  # 14 of the 21 days that cost 100

    def test_a_last_period_in_full_is_not_credited_and_the_one_after_it_is(self):
        plan = self._create_plan(last_period='full')
        subscription = self._subscribe('2026-03-01', plan)
        self._bill(subscription, '2026-04-01').action_post()
        subscription._close(fields.Date.to_date('2026-03-10'), self.close_reason)
        credit = self._bill(subscription, '2026-04-30')
        self.assertEqual((credit.move_type, credit.amount_untaxed), ('out_refund', 100))
        changed = self._subscribe('2026-03-01', plan)
        self._bill(changed, '2026-03-01')
        changed.line_ids._change_terms(fields.Date.to_date('2026-03-11'), quantity=0)
        self.assertEqual(self._bill(changed, '2026-03-31').amount_untaxed, 67.74)

    def test_closing_after_a_freed_reduction_leaves_nothing_of_it(self):
        subscription = self._subscribe('2026-03-01')
        invoice = self._bill(subscription, '2026-03-01')
        self._make_fees(subscription, '2026-03-05', '2026-03-06', kind='reduction')
        invoice.unlink()
        subscription._close(fields.Date.to_date('2026-03-10'), self.close_reason)
        self._bill(subscription, '2026-03-31')
        self.assertEqual(self._spans(subscription), [
            ('2026-03-01', '2026-03-10', 'partial', 32.26)])

    def test_closing_again_is_refused_and_nothing_is_added(self):
        subscription = self._subscribe()
        subscription._close(fields.Date.to_date('2026-01-31'), self.close_reason)
        with self.assertRaisesRegex(UserError, "is not active"):
            subscription._close(fields.Date.to_date('2026-02-28'), self.close_reason)
        with self.assertRaisesRegex(UserError, "is closed: nothing is added"):
            subscription.line_ids.copy()
        draft = self._subscribe(activate=False)
        with self.assertRaisesRegex(UserError, "is not active"):
            draft._close(fields.Date.to_date('2026-02-28'), self.close_reason)

    def test_the_closing_dialog_says_what_is_credited(self):
        subscription = self._subscribe('2026-03-01')
        self._bill(subscription, '2026-03-01').action_post()
        with freeze_time('2026-03-20'):
            wizard = self.env['service.subscription.close'].create({
                'subscription_ids': subscription.ids, 'date_end': '2026-03-10',
                'reason_id': self.close_reason.id})
            self.assertIn('67.74', wizard.credit_summary)
            wizard.action_apply()
        self.assertEqual(subscription.state, 'closed')
        self.assertEqual(subscription.fee_ids.move_id.filtered(
            lambda move: move.move_type == 'out_refund').amount_untaxed, 67.74)

    def test_renewal_moves_the_end_and_the_prices_after_it(self):
        subscription = self._subscribe(date_end='2026-12-31')
        self._bill(subscription, '2026-12-01')
        wizard = self.env['service.subscription.renew'].create({
            'subscription_ids': subscription.ids, 'months': 12, 'percent': 3.5})
        self.assertEqual(wizard.summary, '2027-12-31')
        wizard.action_apply()
        self._bill(subscription, '2027-01-01')
        self.assertEqual(str(subscription.date_end), '2027-12-31')
        self.assertEqual(self._spans(subscription)[-2:], [
            ('2026-12-01', '2026-12-31', 'regular', 100),
            ('2027-01-01', '2027-01-31', 'regular', 103.5)])

    def test_renewal_without_end_is_refused(self):
        with self.assertRaisesRegex(UserError, "has no end to move"):
            self._subscribe()._renew(fields.Date.to_date('2027-12-31'))

    #=== PRICES ===#

    def test_price_lookup_prefers_the_most_specific(self):
        agreement = self.env['service.agreement'].create({
            'title': "Care", 'partner_id': self.customer.id})
        subscription = self._subscribe(agreement_id=agreement.id, activate=False)
        Price = self.env['service.subscription.price']
        # From the weakest to the strongest: each new one wins over those before it.
        table = [(0, 0, 0), (1, 0, 0), (0, 1, 0), (1, 1, 0), (0, 0, 1), (1, 0, 1), (0, 1, 1),
                 (1, 1, 1)]
        for number, (product, project, own) in enumerate(table, start=1):
            Price.create({
                'price': number, 'valid_from': '2025-01-01',
                'product_id': self.monitoring.id if product else False,
                'agreement_id': agreement.id if project else False,
                'subscription_id': subscription.id if own else False})
            line = self.env['service.subscription.line'].create({
                'subscription_id': subscription.id, 'product_id': self.monitoring.id})
            self.assertEqual(line.base_price, number)

    def test_price_lookup_needs_currency_period_and_a_day_that_has_come(self):
        Price = self.env['service.subscription.price']
        Price.create([
            {'price': 1, 'valid_from': '2025-01-01', 'currency_id': self.env.ref('base.GBP').id},
            {'price': 2, 'valid_from': '2025-01-01', 'interval_unit': 'year'},
            {'price': 3, 'valid_from': '2026-06-01'},
            {'price': 4, 'valid_from': '2025-06-01', 'product_id': self.part.id}])
        subscription = self._subscribe(activate=False)
        line = self.env['service.subscription.line'].create({
            'subscription_id': subscription.id, 'product_id': self.monitoring.id})
        self.assertEqual(line.base_price, 100, "Nothing fits: the customer's pricelist decides.")
        Price.create({'price': 5, 'valid_from': '2025-01-01'})
        Price.create({'price': 6, 'valid_from': '2025-06-01'})
        line = self.env['service.subscription.line'].create({
            'subscription_id': subscription.id, 'product_id': self.monitoring.id})
        self.assertEqual(line.base_price, 6, "The latest that has come.")

    def test_index_modes(self):
        for mode, change, expected in (
                ('index_percent', 10, (100, 132)), ('index_percent', -10, (100, 108)),
                ('index_to', 150, (100, 150)), ('price_percent', 5, (105, 126)),
                ('price_percent', -50, (50, 60)), ('price_to', 80, (80, 96))):
            with self.subTest(mode=mode, change=change):
                subscription = self._subscribe(lines=[{'index': 120}])
                self._bill(subscription, '2026-01-01')
                run = self.env['service.subscription.indexation'].create({
                    'mode': mode, 'change': change, 'date': '2026-02-01',
                    'subscription_ids': subscription.ids})
                run.action_preview()
                self.assertEqual(
                    (run.line_ids.new_base_price, run.line_ids.new_price), expected)
                run.action_apply()
                self._bill(subscription, '2026-02-01')
                self.assertEqual(
                    subscription.fee_ids.sorted('date_start').mapped('amount'),
                    [120, expected[1]])
                fee = subscription.fee_ids.sorted('date_start')[-1]
                self.assertEqual(fee.base_price, expected[0])

    def test_index_run_leaves_other_currencies_out_and_says_so(self):
        euro = self.env['product.pricelist'].create({
            'name': "EUR", 'currency_id': self.env.ref('base.EUR').id})
        own, other = self._subscribe(), self._subscribe(pricelist_id=euro.id)
        run = self.env['service.subscription.indexation'].create({
            'mode': 'price_percent', 'change': 10, 'date': '2026-02-01',
            'plan_ids': self.monthly.ids})
        run.action_preview()
        self.assertEqual(run.line_ids.subscription_id, own)
        self.assertEqual(run.skipped, other.name)

    def test_an_applied_index_run_is_kept(self):
        run = self.env['service.subscription.indexation'].create({
            'mode': 'price_percent', 'change': 10, 'date': '2026-02-01',
            'subscription_ids': self._subscribe().ids})
        run.action_apply()
        with self.assertRaisesRegex(UserError, "kept as it was"):
            run.change = 5
        with self.assertRaisesRegex(UserError, "kept as it was"):
            run.unlink()
        with self.assertRaisesRegex(UserError, "applied already"):
            run.action_apply()

    def test_index_run_refuses_prices_below_nothing(self):
        run = self.env['service.subscription.indexation'].create({
            'mode': 'price_percent', 'change': -101, 'subscription_ids': self._subscribe().ids})
        with self.assertRaisesRegex(UserError, "below nothing"):
            run.action_preview()

    #=== FEES BY HAND ===#

    def _make_fees(self, subscription, date_from, date_to, **values):
        wizard = self.env['service.subscription.fee.create'].create({
            'subscription_ids': subscription.ids, 'date_from': date_from, 'date_to': date_to,
            **values})
        wizard.action_apply()
        return wizard

    def test_regular_fees_are_for_whole_periods_only(self):
        subscription = self._subscribe()
        self._make_fees(subscription, '2026-01-15', '2026-04-15')
        self.assertEqual(self._spans(subscription), [
            ('2026-02-01', '2026-02-28', 'regular', 100),
            ('2026-03-01', '2026-03-31', 'regular', 100)])

    def test_free_days_are_split_where_periods_begin(self):
        subscription = self._subscribe()
        self._make_fees(subscription, '2026-01-15', '2026-03-10', kind='partial')
        self.assertEqual(self._spans(subscription), [
            ('2026-01-15', '2026-01-31', 'partial', 54.84),
            ('2026-02-01', '2026-02-28', 'regular', 100),
            ('2026-03-01', '2026-03-10', 'partial', 32.26)])

    def test_filling_gaps_and_going_on_are_two_choices(self):
        subscription = self._subscribe()
        self._make_fees(subscription, '2026-02-01', '2026-02-28')
        with self.assertRaisesRegex(UserError, "nothing to make"):
            self._make_fees(subscription, '2026-01-01', '2026-03-31', only_after_last=True,
                            fill_gaps=False)
        self._make_fees(subscription, '2026-01-01', '2026-03-31', fill_gaps=True)
        self.assertEqual(sum(subscription.fee_ids.mapped('day_count')), 90)
        with self.assertRaisesRegex(UserError, "Choose one"):
            self._make_fees(subscription, '2026-01-01', '2026-03-31', only_after_last=True)

    def test_reductions_take_days_back_up_to_the_end_of_a_period(self):
        subscription = self._subscribe()
        self._bill(subscription, '2026-01-01')
        self._make_fees(subscription, '2026-01-05', '2026-01-15', kind='reduction')
        self.assertEqual(self._spans(subscription)[-1],
                         ('2026-01-05', '2026-01-15', 'reduction', -35.49))
        self._make_fees(subscription, '2026-01-30', '2026-02-15', kind='reduction')
        self.assertEqual(str(subscription.fee_ids.sorted('id')[-1].date_end), '2026-01-31')
        with self.assertRefused("These days of the subscription line were reduced already."):
            self._make_fees(subscription, '2026-01-15', '2026-01-16', kind='reduction')

    def test_price_changes_add_or_take_away_percent(self):
        subscription = self._subscribe()
        self._bill(subscription, '2026-02-01')
        self._make_fees(subscription, '2026-01-01', '2026-02-14', kind='price_change', percent=-20)
        changes = subscription.fee_ids.filtered(
            lambda fee: fee.kind == 'price_change').sorted('date_start')
        self.assertEqual(changes.mapped('amount'), [-20, -10])
        credit = self._bill(subscription, '2026-12-31')
        self.assertEqual(len(changes.move_id), 1)
        self.assertIn('-20 % from', credit.invoice_line_ids.filtered(
            lambda line: line.service_fee_id in changes)[0].name)

    def test_percent_and_base_price_of_new_fees(self):
        subscription = self._subscribe(lines=[{'index': 150}])
        self._make_fees(subscription, '2026-01-01', '2026-01-31', percent=10)
        self._make_fees(subscription, '2026-02-01', '2026-02-28', use_index=False)
        self._make_fees(subscription, '2026-03-01', '2026-03-10', kind='partial', percent=10,
                        use_index=False)
        self.assertEqual(
            subscription.fee_ids.sorted('date_start').mapped('amount'), [165, 100, 35.48])

    def test_fees_by_hand_are_for_active_subscriptions(self):
        with self.assertRaisesRegex(UserError, "activate it first"):
            self._make_fees(self._subscribe(activate=False), '2026-01-01', '2026-01-31')

    #=== LIFE AND ROLES ===#

    def test_a_draft_is_not_billed(self):
        draft = self._subscribe(activate=False)
        self.assertFalse(self._bill(draft, '2026-12-31'))
        self.assertFalse(draft.date_next_bill)

    def test_activation_says_what_is_missing(self):
        empty = self._subscribe(activate=False)
        empty.line_ids.unlink()
        with self.assertRaisesRegex(UserError, "has no lines"):
            empty.action_activate()
        plan = self._create_plan(is_deferred=True)
        with self.assertRaisesRegex(UserError, "account of deferred revenue"):
            self._subscribe(plan=plan)

    def test_state_changes_by_actions_only(self):
        draft = self._subscribe(activate=False).with_user(self.user_manager)
        with self.assertRaisesRegex(AccessError, "by its actions only"):
            draft.state = 'active'

    def test_begun_subscriptions_are_kept(self):
        with self.assertRaisesRegex(UserError, "has begun and is kept"):
            self._subscribe().unlink()
        self._subscribe(activate=False).unlink()

    def test_active_subscriptions_are_not_archived(self):
        with self.assertRaisesRegex(UserError, "nobody would bill it"):
            self._subscribe().action_archive()
        self._subscribe(activate=False).action_archive()

    def test_an_agreement_of_another_customer_is_refused(self):
        agreement = self.env['service.agreement'].create({
            'title': "Care", 'partner_id': self.other_customer.id})
        with self.assertRaisesRegex(ValidationError, "is an agreement with Bakery"):
            self._subscribe(agreement_id=agreement.id)

    def test_an_object_of_another_customer_is_refused(self):
        with self.assertRaisesRegex(ValidationError, "belongs to Bakery"):
            self._subscribe(lines=[{'object_id': self.other_object.id}])

    def test_accrual_units_are_those_allowed(self):
        for unit, allowed in (
                ('year', 'year quarter month day'), ('quarter', 'quarter month day'),
                ('month', 'month day'), ('week', 'day'), ('day', 'day')):
            for accrual in ('year', 'quarter', 'month', 'day'):
                with self.subTest(unit=unit, accrual=accrual):
                    values = {'is_deferred': True, 'interval_unit': unit, 'accrual_unit': accrual}
                    if accrual in allowed.split():
                        self.assertTrue(self._create_plan(**values))
                    else:
                        with self.assertRaisesRegex(ValidationError, "can be earned each"):
                            self._create_plan(**values)

    @users('service_manager')
    def test_manager_subscribes_bills_and_closes(self):
        with Form(self.env['service.subscription']) as form:
            form.title = "Monitoring"
            form.partner_id = self.customer
            form.plan_id = self.monthly
            form.date_start = '2026-01-01'
            with form.line_ids.new() as line:
                line.product_id = self.monitoring
        subscription = form.record
        self.assertEqual(subscription.line_ids.base_price, 100)
        subscription.action_activate()
        wizard = self.env['service.subscription.bill'].create({
            'subscription_ids': subscription.ids, 'date_until': '2026-01-01'})
        self.assertEqual(len(wizard.preview_ids), 1)
        self.assertIn("Fees: 1 · Subscriptions: 1 ·", wizard.summary)
        action = wizard.action_apply()
        run = self.env['service.subscription.run'].browse(action['res_id'])
        self.assertEqual((run.state, run.amount, run.invoice_count), ('done', 100, 1))
        subscription._close(fields.Date.to_date('2026-01-31'), self.close_reason)
        self.assertTrue(subscription.action_view_invoices()['res_id'])

    @users('service_dispatcher', 'service_accountant')
    def test_others_look_and_do_not_touch(self):
        subscription = self._subscribe()
        self._bill(subscription, '2026-01-01')
        mine = subscription.with_user(self.env.user)
        self.assertEqual(mine.fee_ids.amount, 100)
        for action in ('action_activate', 'action_close', 'action_renew', 'action_create_fees'):
            with self.assertRaises(AccessError):
                getattr(mine, action)()
        with self.assertRaises(AccessError):
            mine.title = "Mine"
        with self.assertRaises(AccessError):
            mine.fee_ids.unlink()
        with self.assertRaises(AccessError):
            mine.fee_ids.action_bill_again()
        with self.assertRaises(AccessError):
            self.env['service.subscription.bill'].create({
                'subscription_ids': mine.ids}).action_apply()

    @users('service_technician')
    def test_technicians_do_not_see_subscriptions(self):
        subscription = self._subscribe()
        with self.assertRaises(AccessError):
            subscription.with_user(self.env.user).read(['title'])

    @users('service_manager')
    def test_nobody_writes_the_ledger_by_hand(self):
        subscription = self._subscribe()
        self._bill(subscription, '2026-01-01')
        fee = subscription.fee_ids.with_user(self.env.user)
        with self.assertRaises(AccessError):
            fee.amount = 1
        with self.assertRaises(AccessError):
            fee.copy()

    def test_companies_bill_by_themselves(self):
        other = self.setup_other_company(name="Second")
        data = other['company']
        customer = self.env['res.partner'].create({'name': "Second's"})
        theirs = self.env['service.subscription'].with_company(data).create({
            'title': "Theirs", 'partner_id': customer.id, 'company_id': data.id,
            'plan_id': self.monthly.id, 'date_start': '2026-01-01',
            'line_ids': [Command.create({'product_id': self.monitoring.id, 'base_price': 50})]})
        theirs.action_activate()
        ours = self._subscribe()
        runs = self.env['service.subscription.run'].sudo()._start(
            ours | theirs, fields.Date.to_date('2026-01-01'), fields.Date.to_date('2026-01-01'))
        for run in runs:
            run._process_batch(run.todo_ids)
            run._finish()
        self.assertEqual(theirs.fee_ids.move_id.company_id, data)
        self.assertEqual(theirs.fee_ids.move_id.journal_id.company_id, data)
        self.assertEqual(ours.fee_ids.move_id.company_id, self.company)
        manager = self.user_manager
        self.assertFalse(self.env['service.subscription'].with_user(manager).search(
            [('id', '=', theirs.id)]))
        with self.assertRaises(AccessError):
            theirs.with_user(manager).action_close()


class TestServiceSubscriptionRun(SubscriptionCommon):

    def _run(self):
        with self.enter_registry_test_mode():
            self.env.ref('service_management.ir_cron_bill_subscriptions').method_direct_trigger()

    def test_the_nightly_run_bills_what_is_due_once(self):
        with freeze_time('2026-03-02'):
            subscriptions = self._subscribe() | self._subscribe(date_end='2026-01-31')
            self._run()
            self._run()
            run = self.env['service.subscription.run'].search([])
        self.assertEqual(len(run), 1)
        self.assertRecordValues(run, [{
            'state': 'done', 'is_nightly': True, 'subscription_count': 2, 'invoice_count': 2,
            'amount': 400, 'failure_count': 0, 'todo_count': 0}])
        self.assertEqual(set(self._sum_days(subscriptions[0].line_ids).values()), {1})

    def test_days_are_those_of_the_company(self):
        """It is March in Riga already, and in Honolulu not yet."""
        other = self.setup_other_company(name="Second")['company']
        other.resource_calendar_id.tz = 'Pacific/Honolulu'
        theirs = self.env['service.subscription'].with_company(other).create({
            'title': "Theirs", 'plan_id': self.monthly.id, 'date_start': '2026-03-01',
            'partner_id': self.env['res.partner'].create({'name': "Theirs"}).id,
            'company_id': other.id,
            'line_ids': [Command.create({'product_id': self.monitoring.id, 'base_price': 1})]})
        ours = self._subscribe('2026-03-01')
        theirs.action_activate()
        with freeze_time('2026-02-28 22:30:00'):
            self._run()
        self.assertEqual(str(ours.fee_ids.move_id.invoice_date), '2026-03-01')
        self.assertFalse(theirs.fee_ids)
        with freeze_time('2026-03-01 10:30:00'):
            self._run()
        self.assertEqual(str(theirs.fee_ids.move_id.invoice_date), '2026-03-01')

    def test_one_bad_subscription_never_stops_the_others(self):
        with freeze_time('2026-03-02'):
            good, bad = self._subscribe(), self._subscribe()
            bad.line_ids.tax_ids = self.tax.copy({'name': "Gone", 'active': True})
            other = self.setup_other_company(name="Second")['company']
            # What no screen allows: a tax of another company.
            self.env.cr.execute(
                "UPDATE account_tax SET company_id = %s WHERE id = %s",
                (other.id, bad.line_ids.tax_ids.id))
            self.env.invalidate_all()
            self._run()
            run = self.env['service.subscription.run'].search([])
            self.assertEqual(set(good.fee_ids.mapped('state')), {'draft'})
            self.assertEqual((run.state, run.failure_count), ('failed', 1))
            self.assertEqual(run.failure_ids.subscription_id, bad)
            self.assertTrue(bad.billing_error)
            self.assertEqual(len(bad.activity_ids), 1)
            self.assertFalse(bad.fee_ids, "What failed leaves nothing behind.")
            self._run()
            self.assertEqual(len(bad.activity_ids), 1, "It is told once.")
            bad.line_ids.tax_ids = self.tax
            run.with_user(self.user_manager).action_retry()
        self.assertEqual((run.state, run.failure_count), ('done', 0))
        self.assertFalse(bad.billing_error or bad.activity_ids)
        self.assertEqual(len(bad.fee_ids), 3)

    def test_what_shares_an_invoice_is_billed_together(self):
        """However small the batches are, and whatever lies between."""
        plan = self._create_plan(grouping='customer')
        subscriptions = self.env['service.subscription']
        for _turn in range(3):
            subscriptions |= self._subscribe('2026-03-01', plan)
            subscriptions |= self._subscribe(
                '2026-03-01', plan, partner_id=self.other_customer.id)
        day = fields.Date.to_date('2026-03-01')
        run = self.env['service.subscription.run'].sudo()._start(subscriptions, day, day)
        self.assertEqual(sorted(map(len, run._get_batches(2))), [3, 3])
        self.assertEqual(sorted(map(len, run._get_batches(100))), [6])
        for ids in run._get_batches(2):
            run._process_batch(subscriptions.browse(ids))
        self.assertEqual(run.invoice_count, 2)

    def test_many_are_billed_in_the_background(self):
        with freeze_time('2026-03-02'):
            subscriptions = self._subscribe() | self._subscribe()
            path = 'odoo.addons.service_management.wizards.service_subscription_bill.AT_ONCE'
            with patch(path, 1):
                action = self.env['service.subscription.bill'].with_user(
                    self.user_manager).create({}).action_apply()
            run = self.env['service.subscription.run'].browse(action['res_id'])
            self.assertEqual((run.state, run.todo_count), ('running', 2))
            self.assertEqual(run.user_id, self.user_manager)
            self.assertTrue(self.env['ir.cron.trigger'].sudo().search_count([
                ('cron_id.ir_actions_server_id.name', 'like', "bill subscriptions")]))
            self._run()
        self.assertEqual(run.state, 'done')
        self.assertEqual(len(subscriptions.fee_ids), 6)

    @users('service_manager')
    def test_billing_nothing_is_refused(self):
        with self.assertRaisesRegex(UserError, "Nothing is due until"):
            self.env['service.subscription.bill'].create({
                'subscription_ids': self._subscribe('2099-01-01').ids}).action_apply()

    def test_an_interrupted_run_goes_on(self):
        with freeze_time('2026-03-02'):
            subscriptions = self._subscribe() | self._subscribe()
            today = fields.Date.to_date('2026-03-02')
            run = self.env['service.subscription.run'].sudo()._start(subscriptions, today, today)
            run._process_batch(subscriptions[0])
            self.assertEqual(run.todo_ids, subscriptions[1])
            self._run()
        self.assertEqual(run.state, 'done')
        self.assertEqual(len(subscriptions.fee_ids), 6)

    @users('service_dispatcher')
    def test_lesser_roles_do_not_retry(self):
        with self.assertRaises(AccessError):
            self.env['service.subscription.run'].sudo()._start(
                self._subscribe(), fields.Date.to_date('2026-01-01'),
                fields.Date.to_date('2026-01-01')).sudo(False).action_retry()

    def test_every_day_is_billed_once_whatever_happens(self):
        """Bill, change, credit, delete, bill again: the days still add up to one each."""
        subscription = self._subscribe('2026-01-10')
        self._bill(subscription, '2026-02-01').action_post()
        new = subscription.line_ids._change_terms(fields.Date.to_date('2026-02-11'), quantity=2)
        self._bill(subscription, '2026-02-15').unlink()
        self._bill(subscription, '2026-02-20').action_post()
        march = self._bill(subscription, '2026-03-01')
        march.action_post()
        march._reverse_moves([{'invoice_date': '2026-03-02'}], cancel=True)
        self._bill(subscription, '2026-03-05', fill_gaps=True)
        newer = new._change_terms(fields.Date.to_date('2026-03-20'), base_price=90)
        self._bill(subscription, '2026-04-01')
        subscription._close(fields.Date.to_date('2026-04-12'), self.close_reason)
        self._bill(subscription, '2026-05-01')
        days = self._sum_days(subscription.line_ids)
        expected = [fields.Date.to_date('2026-01-10') + timedelta(days=n) for n in range(93)]
        self.assertEqual(sorted(days), expected)
        self.assertEqual(set(days.values()), {1})
        self.assertEqual(newer.fee_ids.mapped('quantity')[0], 2)


class TestServiceSubscriptionLedger(SubscriptionCommon):
    """Invoices that are made in bulk are those that Odoo makes one by one, field by field."""

    LINE_FIELDS = (
        'display_type', 'account_id', 'balance', 'amount_currency', 'currency_id', 'tax_ids',
        'tax_line_id', 'tax_repartition_line_id', 'tax_tag_ids', 'tax_base_amount', 'group_tax_id',
        'date_maturity', 'price_unit', 'quantity', 'discount', 'price_subtotal', 'price_total',
        'name', 'partner_id', 'product_id', 'product_uom_id', 'analytic_distribution', 'debit',
        'credit')
    MOVE_FIELDS = (
        'journal_id', 'fiscal_position_id', 'partner_bank_id', 'invoice_date_due', 'currency_id',
        'amount_untaxed', 'amount_tax', 'amount_total', 'amount_total_signed', 'team_id',
        'preferred_payment_method_line_id', 'invoice_user_id', 'partner_shipping_id',
        'invoice_payment_term_id', 'payment_reference', 'narration', 'invoice_incoterm_id')

    def _read(self, moves):
        return [(
            [move[name] for name in self.MOVE_FIELDS],
            sorted([str(line[name]) for name in self.LINE_FIELDS] for line in move.line_ids),
        ) for move in moves]

    def _get_taxes(self):
        Tax = self.env['account.tax']
        common = {'type_tax_use': 'sale', 'company_id': self.company.id}
        plain = Tax.create({'name': "Plain", 'amount': 7.7, **common})
        parts = Tax.create([
            {'name': f"Part {n}", 'amount': n, 'type_tax_use': 'none',
             'company_id': self.company.id} for n in (5, 9)])
        return {
            'none': Tax,
            'excluded': plain,
            'included': Tax.create({
                'name': "Included", 'amount': 21, 'price_include_override': 'tax_included',
                **common}),
            'fixed': Tax.create({
                'name': "Fixed", 'amount': 0.37, 'amount_type': 'fixed', **common}),
            'group': Tax.create({
                'name': "Group", 'amount_type': 'group', 'children_tax_ids': parts.ids, **common}),
            'two': plain | Tax.create({'name': "More", 'amount': 1.13, **common}),
            'cash basis': Tax.create({
                'name': "Cash", 'amount': 12, 'tax_exigibility': 'on_payment',
                'cash_basis_transition_account_id': self.env['account.account'].create({
                    'name': "Transition", 'code': '251777',
                    'account_type': 'liability_current', 'reconcile': True}).id, **common}),
        }

    def test_ledger_is_the_one_of_the_standard_way(self):
        taxes = self._get_taxes()
        euro = self.env.ref('base.EUR')
        euro.active = True
        self.env['res.currency.rate'].create({
            'name': '2026-01-01', 'currency_id': euro.id, 'company_id': self.company.id,
            'rate': 0.8317})
        pricelists = self.env['product.pricelist'].create([
            {'name': "Own", 'currency_id': self.company.currency_id.id},
            {'name': "EUR", 'currency_id': euro.id}])
        terms = (self.env['account.payment.term'], self.env.ref(
            'account.account_payment_term_advance_60days'))
        prices = ((33.33, 3, 0), (0.005, 7, 0), (99.99, 1, 12.5), (1234.565, 2.5, 33.33),
                  (0, 1, 0), (10.01, 1, 100))
        names = list(taxes)
        for rounding in ('round_per_line', 'round_globally'):
            self.company.tax_calculation_rounding_method = rounding
            for number, name in enumerate(names):
                for pricelist in pricelists:
                    with self.subTest(rounding=rounding, tax=name, currency=pricelist.name):
                        lines = [
                            {'base_price': price, 'quantity': quantity, 'discount': discount,
                             'tax_ids': [Command.set(
                                 taxes[names[(number + turn * (number % 2)) % len(names)]].ids)]}
                            for turn, (price, quantity, discount) in enumerate(prices)]
                        subscription = self._subscribe(
                            '2026-01-10', lines=lines, pricelist_id=pricelist.id,
                            payment_term_id=terms[number % 2].id)
                        self._assert_same(subscription)

    def _assert_same(self, subscription):
        """Compare the invoices of a subscription with those made of the least values."""
        invoices = self._bill(subscription, '2026-02-01')
        fees = subscription.fee_ids.sorted(lambda fee: (
            fee.subscription_id.id, fee.date_start, fee.line_id.id, fee.id))
        vals = fees.sudo()._prepare_invoice(fields.Date.to_date('2026-02-01'))
        invoices.line_ids.service_fee_id = False
        for command in vals['invoice_line_ids']:
            del command[2]['service_fee_id']
        expected = self.env['account.move'].sudo().with_company(self.company).create([vals])
        self.assertEqual(self._read(invoices), self._read(expected))

from odoo import fields
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import freeze_time, users

from .common_subscription import SubscriptionCommon


class TestServiceSubscriptionCredit(SubscriptionCommon):
    """Credits follow what live invoice lines say, not what was planned."""

    def _billed(self, price=100.0, edit=None, post=True, **values):
        """Return (subscription, invoice of March), whose draft was edited before it was posted."""
        subscription = self._subscribe('2026-03-01', price=price, **values)
        invoice = self._bill(subscription, '2026-03-01')
        if edit:
            invoice.invoice_line_ids.write(edit)
        if post:
            invoice.action_post()
        return subscription, invoice

    def _close(self, subscription, day, on='2026-03-31'):
        """Close a subscription, and return the posted invoice or credit note that follows."""
        subscription._close(fields.Date.to_date(day), self.close_reason)
        return self._bill_and_post(subscription, on)

    def _bill_and_post(self, subscription, on='2026-03-31', **options):
        move = self._bill(subscription, on, **options)
        if move:
            move.action_post()
        return move

    def _credit(self, invoice, amount=None, named=True, day='2026-03-20'):
        """Credit an invoice by hand: all of it, or an amount."""
        wizard = self.env['account.move.reversal'].with_context(
            active_model='account.move', active_ids=invoice.ids).create({
                'journal_id': invoice.journal_id.id, 'date': day})
        credit = self.env['account.move'].browse(wizard.refund_moves()['res_id'])
        if not named:
            tax_ids = invoice.invoice_line_ids.tax_ids.ids
            credit.invoice_line_ids = [Command.clear(), Command.create({
                'name': "Goodwill", 'price_unit': amount, 'tax_ids': [Command.set(tax_ids)]})]
        elif amount is not None:
            credit.invoice_line_ids.write({'quantity': 1, 'price_unit': amount})
        credit.action_post()
        return credit

    def _net(self, subscription, name='amount_untaxed_signed'):
        """Return what the customer pays in all."""
        moves = self.env['account.move'].search([
            ('partner_id', '=', subscription.partner_id.id), ('state', '=', 'posted'),
            ('move_type', 'in', ('out_invoice', 'out_refund'))])
        return self.company.currency_id.round(sum(moves.mapped(name)))

    #=== WHAT WAS BILLED ===#

    def test_closing_credits_a_share_of_what_the_edited_draft_said(self):
        for edit in ({'price_unit': 80}, {'quantity': 0.8}, {'discount': 20}):
            with self.subTest(**edit):
                subscription, _invoice = self._billed(edit=edit)
                self.assertEqual(self._close(subscription, '2026-03-15').amount_untaxed, 41.29)

    def test_what_was_billed_at_nothing_is_not_credited(self):
        for edit in ({'price_unit': 0}, {'quantity': 0}, {'discount': 100}):
            with self.subTest(**edit):
                subscription, _invoice = self._billed(edit=edit)
                self.assertFalse(self._close(subscription, '2026-02-28'))

    def test_closing_credits_what_credit_notes_by_hand_left(self):
        for named in (True, False):
            with self.subTest(named=named):
                subscription, invoice = self._billed(partner_id=self.env['res.partner'].create(
                    {'name': f"Customer {named}"}).id)
                self._credit(invoice, 90, named)
                self.assertEqual(self._close(subscription, '2026-02-28').amount_untaxed, 10)
                self.assertEqual(self._net(subscription), 0)

    def test_credit_note_that_names_no_fee_takes_from_all_fees_of_its_invoice(self):
        subscription = self._subscribe('2026-03-01', lines=[{}, {'base_price': 300.0}])
        invoice = self._bill_and_post(subscription, '2026-03-01')
        self._credit(invoice, 200, named=False)
        self.assertEqual(
            list(subscription.fee_ids.sorted('amount')._get_billed().values()), [50, 150])
        self._credit(invoice, 200, named=False)
        self.assertEqual(set(subscription.fee_ids.mapped('state')), {'credited'})

    def test_full_credit_that_names_no_fee_frees_it_until_it_is_reset(self):
        subscription, invoice = self._billed()
        credit = self._credit(invoice, 100, named=False)
        self.assertEqual(subscription.fee_ids.state, 'credited')
        credit.button_draft()
        self.assertEqual(subscription.fee_ids.state, 'posted')

    def test_a_reversed_credit_note_that_names_no_fee_bills_it_again(self):
        subscription, invoice = self._billed()
        credit = self._credit(invoice, 100, named=False)
        credit._reverse_moves([{'invoice_date': '2026-03-25'}]).action_post()
        self.assertEqual(subscription.fee_ids.state, 'posted')
        self.assertFalse(self._bill(subscription, '2026-03-31', fill_gaps=True))
        self.assertEqual(self._net(subscription), 100)

    def test_what_an_invoice_bills_besides_is_credited_first(self):
        subscription, invoice = self._billed(post=False)
        invoice.invoice_line_ids = [Command.create({
            'name': "Cable", 'price_unit': 30, 'tax_ids': [Command.set(self.tax.ids)]})]
        invoice.action_post()
        self._credit(invoice, 50, named=False)
        self.assertEqual(list(subscription.fee_ids._get_billed().values()), [80])

    def test_full_credit_of_included_taxes_leaves_nothing(self):
        self.tax.price_include_override = 'tax_included'
        subscription, invoice = self._billed(price=99.99, edit={'price_unit': 77.77})
        credit = self._close(subscription, '2026-02-28')
        self.assertEqual(credit.amount_total, 77.77)
        self.assertEqual(credit.amount_tax, invoice.amount_tax)
        self.assertEqual(self._net(subscription), 0)

    def test_credit_has_the_taxes_and_the_account_of_what_it_takes_back(self):
        subscription, invoice = self._billed(post=False)
        account = invoice.invoice_line_ids.account_id.copy()
        invoice.invoice_line_ids.write({'tax_ids': [Command.clear()], 'account_id': account.id})
        invoice.action_post()
        credit = self._close(subscription, '2026-02-28')
        self.assertEqual((credit.amount_total, credit.invoice_line_ids.account_id), (100, account))

    def test_an_edited_draft_is_earned_and_credited_as_it_was_billed(self):
        plan = self._deferred(interval_unit='year')
        subscription = self._subscribe('2026-01-01', plan, 1200.0)
        invoice = self._bill(subscription, '2026-01-01')
        invoice.invoice_line_ids.price_unit = 600
        income = invoice.invoice_line_ids.account_id
        invoice.action_post()
        with freeze_time('2026-06-30'):
            self.assertEqual(
                self._close(subscription, '2026-06-30', '2026-07-01').amount_untaxed, 300)
        with freeze_time('2027-01-31'), self.enter_registry_test_mode():
            self.env.ref('service_management.ir_cron_accrue').method_direct_trigger()
        lines = self.env['account.move.line'].search([
            ('account_id', 'in', (income | self.deferred_account).ids),
            ('parent_state', '=', 'posted'), ('tax_line_id', '=', False)])
        self.assertAlmostEqual(sum(lines.filtered(
            lambda line: line.account_id == income).mapped('balance')), -300, 2)
        self.assertAlmostEqual(sum(lines.mapped('balance')), -300, 2)

    def test_price_changes_are_credited_with_the_days_they_changed(self):
        subscription, _invoice = self._billed()
        self._make_fees(
            subscription, '2026-03-01', '2026-03-31', kind='price_change', percent=-20)
        self._bill_and_post(subscription)
        self._close(subscription, '2026-02-28')
        self.assertEqual(self._net(subscription), 0)

    #=== BILLED AGAIN ===#

    def test_filling_gaps_makes_the_credit_of_a_change_again(self):
        subscription, _invoice = self._billed()
        subscription.line_ids._change_terms(fields.Date.to_date('2026-03-16'), base_price=200)
        change = self._bill_and_post(subscription)
        self.assertEqual(change.amount_untaxed, 51.62)
        self._credit(change)
        self.assertFalse(self._bill(subscription, '2026-03-31'))
        self._bill_and_post(subscription, fill_gaps=True)
        self.assertEqual(self._net(subscription), 151.62)

    def test_a_closing_credit_that_was_reversed_is_made_again(self):
        for again in ('gaps', 'button'):
            with self.subTest(again=again):
                subscription, _invoice = self._billed(partner_id=self.env['res.partner'].create(
                    {'name': again}).id)
                credit = self._close(subscription, '2026-03-15')
                credit._reverse_moves([{'invoice_date': '2026-03-20'}], cancel=True)
                self.assertEqual(self._net(subscription), 100)
                self.assertFalse(self._bill(subscription, '2026-03-31'))
                if again == 'button':
                    with freeze_time('2026-03-25'):
                        subscription.fee_ids.filtered(
                            lambda fee: fee.kind == 'reduction').action_bill_again()
                self._bill_and_post(subscription, fill_gaps=again == 'gaps')
                self.assertEqual(self._net(subscription), 48.39)

    def test_a_credit_that_was_undone_does_not_come_back_beside_a_full_credit(self):
        subscription, invoice = self._billed()
        closing = self._close(subscription, '2026-03-15')
        undone = closing._reverse_moves([{'invoice_date': '2026-03-20'}], cancel=True)
        full = self._credit(invoice)
        with self.assertRefusedWith(
                UserError, "were credited again since", subscription), self.env.cr.savepoint():
            undone.button_draft()
        self.assertEqual(self._net(subscription), 0)
        full.button_draft()
        undone.button_draft()
        self.assertEqual(self._net(subscription), 48.39)

    def test_a_reversed_closing_credit_bills_again_what_a_credit_by_hand_left(self):
        for named in (True, False):
            with self.subTest(named=named):
                subscription, invoice = self._billed(partner_id=self.env['res.partner'].create(
                    {'name': f"Customer {named}"}).id)
                self._credit(invoice, 90)
                closing = self._close(subscription, '2026-02-28')
                reversal = closing._reverse_moves([{'invoice_date': '2026-03-20'}])
                if not named:
                    reversal.invoice_line_ids.service_fee_id = False
                reversal.action_post()
                self.assertEqual(invoice.line_ids.service_fee_id.state, 'posted')
                self._bill_and_post(subscription, fill_gaps=True)
                self.assertEqual(self._net(subscription), 0)

    @users('service_manager')
    def test_the_billing_dialog_shows_the_credits_that_filling_gaps_makes(self):
        subscription, _invoice = self._billed()
        self._close(subscription, '2026-03-15')._reverse_moves(
            [{'invoice_date': '2026-03-20'}], cancel=True)
        wizard = self.env['service.subscription.bill'].create({
            'subscription_ids': subscription.ids, 'date_until': '2026-03-31', 'fill_gaps': True})
        self.assertEqual(wizard.preview_ids.mapped('amount'), [-51.61])

    def test_crediting_an_invoice_credits_no_days_that_were_reduced(self):
        for post in (True, False):
            with self.subTest(posted=post):
                subscription, invoice = self._billed(partner_id=self.env['res.partner'].create(
                    {'name': f"Customer {post}"}).id)
                self._make_fees(subscription, '2026-03-16', '2026-03-31', kind='reduction')
                reduction = self._bill(subscription, '2026-03-31')
                if post:
                    reduction.action_post()
                self.assertEqual(self._credit(invoice).amount_untaxed, 48.39)
                if not post:
                    reduction.action_post()
                self.assertEqual(self._net(subscription), 0)
                self.assertEqual(set(subscription.fee_ids.mapped('state')), {'credited'})

    def test_a_reduction_of_what_was_credited_meanwhile_is_not_billed(self):
        subscription, invoice = self._billed()
        credit = invoice._reverse_moves([{'invoice_date': '2026-03-20'}])
        self._make_fees(subscription, '2026-03-16', '2026-03-31', kind='reduction')
        credit.action_post()
        self.assertFalse(self._bill(subscription, '2026-03-31'))
        self.assertEqual(self._net(subscription), 0)

    def test_a_reduction_that_is_on_no_invoice_falls_away_with_its_fee(self):
        subscription, invoice = self._billed()
        self._make_fees(subscription, '2026-03-16', '2026-03-31', kind='reduction')
        self.assertEqual(self._credit(invoice).amount_untaxed, 100)
        self.assertFalse(self._bill(subscription, '2026-03-31'))
        self.assertEqual(self._net(subscription), 0)

    def test_days_are_not_credited_twice_by_drafts_that_wait(self):
        subscription, invoice = self._billed()
        credit = invoice._reverse_moves([{'invoice_date': '2026-03-20'}])
        self._make_fees(subscription, '2026-03-16', '2026-03-31', kind='reduction')
        self._bill_and_post(subscription)
        with self.assertRaisesRegex(UserError, "48.39 .* is left to credit"):
            credit.action_post()

    def test_bill_again_bills_the_days_that_are_served_at_the_price_billed(self):
        subscription, invoice = self._billed(edit={'price_unit': 80})
        fee = subscription.fee_ids
        self._credit(invoice)
        subscription._close(fields.Date.to_date('2026-03-15'), self.close_reason)
        with freeze_time('2026-03-25'):
            fee.action_bill_again()
        self.assertEqual(self._bill_and_post(subscription).amount_untaxed, 38.71)

    #=== PARTS ===#

    def test_days_cost_the_same_wherever_a_reduction_stands_alone(self):
        for first in range(1, 31):
            with self.subTest(day=first):
                subscription = self._subscribe('2026-03-01', price=200.0)
                self._bill(subscription, '2026-03-01')
                self._make_fees(subscription, f'2026-03-{first:02}', f'2026-03-{first + 1:02}',
                                kind='reduction')
                self.assertEqual(subscription.fee_ids.sorted('id')[-1].amount, -12.90)

    def test_reductions_come_back_with_the_fee_whose_credit_is_undone(self):
        """Half of the days are credited; crediting the rest by hand is undone."""
        subscription, invoice = self._billed()
        line = subscription.line_ids
        line._change_terms(fields.Date.to_date('2026-03-15'), quantity=0)
        self._bill_and_post(subscription)
        rest = self._credit(invoice)
        fee, reduction = line.fee_ids.sorted('id')
        self.assertEqual((fee.state, reduction.state), ('credited', 'credited'))
        rest.button_draft()
        self.env.flush_all()
        self.assertEqual((fee.state, reduction.state), ('posted', 'posted'))
        self.assertFalse(line._credit_beyond(line._get_ends()))

    def test_a_credit_is_not_undone_that_would_be_paid_for_no_days(self):
        for named in (True, False):
            with self.subTest(named=named):
                subscription, invoice = self._billed()
                goodwill = self._credit(invoice, 25, named)
                closing = self._close(subscription, '2026-02-28')
                self.assertEqual(closing.amount_untaxed, 75)
                for undo in (goodwill.button_draft, lambda note=goodwill: self._credit(note)):
                    with self.assertRaisesRegex(UserError, "25.00 would be paid for none of them"), \
                            self.env.cr.savepoint():
                        undo()
                closing.button_draft()
                closing.unlink()
                goodwill.button_draft()
                self.assertEqual(self._bill(subscription, '2026-03-31').amount_untaxed, 100)

    def test_reductions_of_all_days_take_all_back(self):
        subscription = self._subscribe('2026-03-01', price=200.0)
        self._bill(subscription, '2026-03-01')
        for first, last in ((20, 31), (1, 2), (10, 19), (3, 9)):
            self._make_fees(subscription, f'2026-03-{first:02}', f'2026-03-{last:02}',
                            kind='reduction')
        self.assertAlmostEqual(sum(subscription.fee_ids.mapped('amount')), 0, 2)

    def test_parts_that_complete_a_period_make_its_price(self):
        subscription = self._subscribe('2026-03-01', price=200.0)
        for first in (10, 20, 1):
            self._make_fees(subscription, f'2026-03-{first:02}', f'2026-03-{first + 1:02}',
                            kind='partial')
        self._bill(subscription, '2026-03-01', fill_gaps=True)
        self.assertEqual(
            subscription.fee_ids.sorted('id')[:3].mapped('amount'), [12.9, 12.9, 12.9])
        self.assertAlmostEqual(sum(subscription.fee_ids.mapped('amount')), 200, 2)

    def test_parts_at_a_changed_price_make_it_as_well(self):
        subscription = self._subscribe('2026-03-01')
        for first, last in ((1, 2), (5, 9), (20, 31), (3, 19)):
            self._make_fees(subscription, f'2026-03-{first:02}', f'2026-03-{last:02}',
                            kind='partial', percent=-67.77)
        self.assertAlmostEqual(sum(subscription.fee_ids.mapped('amount')), 32.23, 2)

    #=== NOTHING LEFT, NOTHING TO PAY ===#

    @users('service_manager')
    def test_a_line_is_free_again_when_its_only_fee_is_deleted(self):
        subscription = self._subscribe('2026-03-01')
        self._bill(subscription, '2026-03-01').unlink()
        subscription = subscription.with_user(self.env.user)
        subscription.fee_ids.unlink()
        self.assertFalse(subscription.line_ids.date_billed_to)
        subscription.line_ids.base_price = 50
        self.assertEqual(self._bill(subscription.sudo(), '2026-03-01').amount_untaxed, 50)

    def test_nothing_to_pay_makes_no_invoice_and_is_done(self):
        subscription = self._subscribe('2026-03-01', lines=[{'discount': 100}])
        self.assertFalse(self._bill(subscription, '2026-03-31'))
        self.assertEqual(subscription.fee_ids.state, 'posted')
        self.assertFalse(self._bill(subscription, '2026-03-31', fill_gaps=True))
        self.assertFalse(self._close(subscription, '2026-03-15'))
        beside = self._subscribe('2026-03-01', lines=[{'discount': 100}, {}])
        self.assertEqual(len(self._bill(beside, '2026-03-31').invoice_line_ids), 2)

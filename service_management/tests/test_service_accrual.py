from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import freeze_time, users

from .common_subscription import SubscriptionCommon


class TestServiceAccrual(SubscriptionCommon):
    """A year for 1000.00, billed on 1 January 2026 and earned month by month."""

    def _invoice(self, price=1000.0, day='2026-01-01', start='2026-01-01', **plan):
        plan = self._deferred(**{'interval_unit': 'year', 'accrual_unit': 'month', **plan})
        subscription = self._subscribe(start, plan, price=price)
        invoice = self._bill(subscription, day)
        with freeze_time(day):
            invoice.action_post()
        return invoice

    def _accrue(self, day):
        with freeze_time(day), self.enter_registry_test_mode():
            self.env.ref('service_management.ir_cron_accrue').method_direct_trigger()

    def _rows(self, invoice, kind='release'):
        return self.env['service.subscription.accrual'].sudo().search(
            [('fee_id.move_id', '=', invoice.id), ('kind', '=', kind)], order='date, id')

    def _balance(self, account, until):
        return sum(self.env['account.move.line'].search([
            ('account_id', '=', account.id), ('parent_state', '=', 'posted'),
            ('tax_line_id', '=', False), ('date', '<=', until)]).mapped('balance'))

    def test_posting_builds_the_schedule_and_posts_nothing(self):
        invoice = self._invoice()
        rows = self._rows(invoice)
        self.assertEqual(rows.mapped('amount'), [83.33] * 8 + [83.34] * 4)
        self.assertEqual(set(rows.mapped('state')), {'planned'})
        self.assertEqual(str(rows[1].date), '2026-02-28')
        self.assertEqual(self._rows(invoice, 'deferral').amount, 1000)
        self.assertFalse(rows.move_id)

    def test_a_draft_has_no_schedule(self):
        subscription = self._subscribe(plan=self._deferred(interval_unit='year'))
        self._bill(subscription, '2026-01-01')
        self.assertFalse(subscription.fee_ids.accrual_ids)

    def test_what_is_due_is_posted_and_revenue_is_what_is_earned(self):
        invoice = self._invoice()
        income = invoice.invoice_line_ids.account_id
        self._accrue('2026-03-31')
        self.assertAlmostEqual(self._balance(self.deferred_account, '2026-12-31'), -750.01, 2)
        self.assertAlmostEqual(self._balance(income, '2026-12-31'), -249.99, 2)
        self.assertAlmostEqual(self._balance(income, '2026-02-28'), -166.66, 2)
        fee = invoice.line_ids.service_fee_id
        self.assertEqual((fee.accrual_state, fee.amount_earned), ('partial', 249.99))
        self._accrue('2027-01-01')
        self.assertAlmostEqual(self._balance(self.deferred_account, '2027-12-31'), 0, 2)
        self.assertAlmostEqual(self._balance(income, '2027-12-31'), -1000, 2)
        self.assertEqual(fee.accrual_state, 'done')

    def test_the_job_run_twice_posts_nothing_twice(self):
        invoice = self._invoice()
        self._accrue('2026-03-31')
        moves = self._rows(invoice).move_id
        self._accrue('2026-03-31')
        self.assertEqual(self._rows(invoice).move_id, moves)
        self.assertEqual(len(moves), 3)

    def test_recognition_account_and_analytic_distribution_are_used(self):
        account = self.env['account.account'].create({
            'name': "Recognised", 'code': '400999', 'account_type': 'income'})
        plan = self.env['account.analytic.plan'].create({'name': "P"})
        project = self.env['account.analytic.account'].create({'name': "A", 'plan_id': plan.id})
        deferred = self._deferred(interval_unit='year', recognition_account_id=account.id)
        subscription = self._subscribe(
            plan=deferred, price=1200, analytic_distribution={str(project.id): 100})
        with freeze_time('2026-01-01'):
            self._bill(subscription, '2026-01-01').action_post()
        self._accrue('2026-01-31')
        self.assertEqual(self._balance(account, '2026-12-31'), 1100)
        lines = self.env['account.analytic.line'].search([
            (plan._column_name(), '=', project.id), ('move_line_id.tax_line_id', '=', False)])
        self.assertAlmostEqual(sum(lines.mapped('amount')), 100, 2)

    def test_parts_add_up_in_any_plan(self):
        for number, (unit, accrual, method, remainder) in enumerate((
                ('year', 'quarter', 'equal', 'first'), ('year', 'day', 'days', 'last'),
                ('quarter', 'month', 'days', 'first'), ('month', 'day', 'equal', 'last'),
                ('week', 'day', 'equal', 'first'))):
            with self.subTest(unit=unit, accrual=accrual):
                invoice = self._invoice(
                    99.99, start=f'2026-01-{number + 1:02}', day='2026-01-10',
                    interval_unit=unit, accrual_unit=accrual, accrual_method=method,
                    accrual_remainder=remainder)
                for fee in invoice.line_ids.service_fee_id:
                    rows = fee.accrual_ids.filtered(lambda row: row.kind == 'release')
                    line = fee.invoice_line_id
                    self.assertAlmostEqual(sum(rows.mapped('amount')), -line.balance, 6)

    def test_foreign_invoices_are_earned_in_the_currency_of_the_company(self):
        euro = self.env.ref('base.EUR')
        euro.active = True
        self.env['res.currency.rate'].create({
            'name': '2026-01-01', 'currency_id': euro.id, 'company_id': self.company.id,
            'rate': 0.8})
        pricelist = self.env['product.pricelist'].create({'name': "EUR", 'currency_id': euro.id})
        subscription = self._subscribe(
            plan=self._deferred(interval_unit='year'), price=1000, pricelist_id=pricelist.id)
        invoice = self._bill(subscription, '2026-01-01')
        with freeze_time('2026-01-01'):
            invoice.action_post()
        self.assertAlmostEqual(sum(self._rows(invoice).mapped('amount')), 1250, 2)

    #=== WHAT WAS DEFERRED IS WHAT IS TAKEN BACK ===#

    def _invoice_in_euro(self, price=1200.0, **plan):
        """Return an invoice in EUR, posted on 1 January, when 1 EUR was worth 1.10."""
        euro = self.env.ref('base.EUR')
        euro.active = True
        for day, worth in (('2026-01-01', 1.10), ('2026-04-01', 1.05), ('2026-05-01', 1.20)):
            self._set_rate(euro, day, worth)
        pricelist = self.env['product.pricelist'].create({'name': "EUR", 'currency_id': euro.id})
        subscription = self._subscribe(
            plan=self._deferred(interval_unit='year', **plan), price=price,
            pricelist_id=pricelist.id)
        with freeze_time('2026-01-01'):
            invoice = self._bill(subscription, '2026-01-01')
            invoice.action_post()
        self.assertEqual(self._rows(invoice, 'deferral').amount, price * 1.1)
        return invoice

    def _set_rate(self, currency, day, worth):
        self.env['res.currency.rate'].create({
            'name': day, 'currency_id': currency.id, 'company_id': self.company.id,
            'inverse_company_rate': worth})

    def _assert_deferred(self, until, amount):
        self.assertAlmostEqual(self._balance(self.deferred_account, until), -amount, 2)

    def test_a_credit_at_another_rate_leaves_nothing_deferred(self):
        invoice = self._invoice_in_euro()
        income = invoice.invoice_line_ids.account_id
        self._accrue('2026-03-31')
        self._credit(invoice, '2026-04-15')
        self._accrue('2026-04-15')
        self._assert_deferred('2026-04-15', 0)
        self._accrue('2027-01-31')
        self._assert_deferred('2027-12-31', 0)
        # Billed 1,320.00 and credited 1,260.00: the difference stays in revenue.
        self.assertAlmostEqual(self._balance(income, '2027-12-31'), -60, 2)

    def test_partial_credits_at_other_rates_take_back_what_was_deferred(self):
        invoice = self._invoice_in_euro(1000)
        self._accrue('2026-03-31')
        for day, part in (('2026-04-15', 333.33), ('2026-05-15', 333.33)):
            self._credit(invoice, day, part)
        self._accrue('2026-05-15')
        # Two thirds of what was not earned by the end of April.
        self._assert_deferred('2026-05-15', round(1100 * 8 / 12 * 333.34 / 1000, 2))
        self._credit(invoice, '2026-05-20', 333.34)
        self._accrue('2026-05-20')
        self._assert_deferred('2026-05-20', 0)
        self._accrue('2027-01-31')
        self._assert_deferred('2027-12-31', 0)

    def test_closing_at_another_rate_leaves_nothing_deferred(self):
        invoice = self._invoice_in_euro()
        subscription = invoice.line_ids.service_fee_id.subscription_id
        self._accrue('2026-04-30')
        with freeze_time('2026-05-01'):
            subscription._close(fields.Date.to_date('2026-04-30'), self.close_reason)
            credit = subscription._bill(*[fields.Date.to_date('2026-05-01')] * 2)
            credit.action_post()
        self.assertEqual(credit.amount_untaxed, 800)
        self._accrue('2026-05-01')
        self._assert_deferred('2026-05-01', 0)
        self._accrue('2027-01-31')
        self._assert_deferred('2026-08-31', 0)
        self._assert_deferred('2027-12-31', 0)

    def test_an_invoice_posted_again_at_another_rate_defers_what_it_is_worth_then(self):
        invoice = self._invoice_in_euro()
        self._accrue('2026-03-31')
        for day in ('2026-04-15', '2026-05-15'):
            with freeze_time(day):
                invoice.button_draft()
                self._accrue(day)
                self._assert_deferred(day, 0)
                invoice.write({'invoice_date': day, 'date': day})
                invoice.action_post()
        self._accrue('2026-05-15')
        self._assert_deferred('2026-05-15', 1440 * 8 / 12)
        self._credit(invoice, '2026-05-20')
        self._accrue('2027-01-31')
        self._assert_deferred('2027-12-31', 0)

    def test_a_credit_posted_again_takes_back_as_much(self):
        invoice = self._invoice_in_euro()
        self._accrue('2026-03-31')
        credit = self._credit(invoice, '2026-04-15', 600)
        for day in ('2026-04-20', '2026-05-20'):
            with freeze_time(day):
                credit.button_draft()
                self._accrue(day)
                credit.write({'invoice_date': day, 'date': day})
                credit.action_post()
        self._accrue('2026-05-20')
        self._assert_deferred('2026-05-20', 660 * 8 / 12)
        self._accrue('2027-01-31')
        self._assert_deferred('2027-12-31', 0)

    def test_an_invoice_posted_again_stays_credited(self):
        invoice = self._invoice()
        self._credit(invoice, '2026-01-15', 400)
        with freeze_time('2026-01-20'):
            invoice.button_draft()
            invoice.action_post()
        self._accrue('2026-01-20')
        self._assert_deferred('2026-01-20', 600)
        self._accrue('2027-01-31')
        self._assert_deferred('2027-12-31', 0)

    #=== ACCOUNTS ARE THOSE OF THE DEFERRAL ===#

    def _account(self, code, kind='liability_current'):
        return self.env['account.account'].create({
            'name': f"Other {code}", 'code': code, 'account_type': kind})

    def _get_plan(self, invoice):
        return invoice.line_ids.service_fee_id.plan_id

    def test_what_was_deferred_is_recognised_from_where_it_went(self):
        invoice, other = self._invoice(1200), self._account('249998')
        income = invoice.invoice_line_ids.account_id
        self._accrue('2026-03-31')
        plan = self._get_plan(invoice)
        plan.write({
            'deferred_account_id': other.id,
            'recognition_account_id': self._account('400998', 'income').id})
        self._accrue('2026-06-30')
        self._assert_deferred('2026-06-30', 600)
        self.assertFalse(self._balance(other, '2027-12-31'))
        self.assertAlmostEqual(self._balance(income, '2026-06-30'), -600, 2)
        self._credit(invoice, '2026-07-15')
        self._accrue('2026-07-15')
        self._assert_deferred('2027-12-31', 0)

    def test_what_is_posted_later_uses_the_account_of_the_plan_then(self):
        invoice, other = self._invoice(1200), self._account('249998')
        self._get_plan(invoice).deferred_account_id = other
        self._accrue('2026-01-31')
        self.assertAlmostEqual(self._balance(other, '2026-01-31'), -1100, 2)
        self._assert_deferred('2026-01-31', 0)

    def test_days_that_are_credited_follow_the_fee_that_billed_them(self):
        invoice, other = self._invoice(1200), self._account('249998')
        self._accrue('2026-06-30')
        plan = self._get_plan(invoice)
        for values in ({'deferred_account_id': other.id}, {'is_deferred': False}):
            plan.write(values)
        subscription = invoice.line_ids.service_fee_id.subscription_id
        with freeze_time('2026-07-01'):
            subscription._close(fields.Date.to_date('2026-06-30'), self.close_reason)
            subscription._bill(*[fields.Date.to_date('2026-07-01')] * 2).action_post()
        self._accrue('2026-07-01')
        self._assert_deferred('2026-07-01', 0)
        self.assertFalse(self._balance(other, '2027-12-31'))

    def test_a_plan_that_defers_no_more_lets_what_was_deferred_be_recognised(self):
        invoice = self._invoice(1200)
        self._accrue('2026-03-31')
        self._get_plan(invoice).write({'is_deferred': False, 'deferred_account_id': False})
        self._accrue('2027-01-31')
        self._assert_deferred('2027-12-31', 0)

    #=== CREDIT NOTES ===#

    def _credit(self, invoice, day, amount=None):
        with freeze_time(day):
            credit = invoice._reverse_moves([{'invoice_date': day, 'date': day}])
            if amount:
                credit.invoice_line_ids.price_unit = amount
            credit.action_post()
        return credit

    def test_credit_on_its_date_takes_all_back_on_that_date(self):
        invoice = self._invoice()
        income = invoice.invoice_line_ids.account_id
        self._accrue('2026-03-31')
        self._credit(invoice, '2026-04-15')
        self._accrue('2026-04-15')
        self._accrue('2027-06-30')
        for account in (income, self.deferred_account):
            self.assertAlmostEqual(self._balance(account, '2027-12-31'), 0, 2)
        self.assertAlmostEqual(self._balance(income, '2026-03-31'), -249.99, 2)
        self.assertAlmostEqual(self._balance(self.deferred_account, '2026-04-15'), 0, 2)
        self.assertEqual(invoice.line_ids.service_fee_id.state, 'credited')

    def test_credit_on_the_original_dates_takes_each_month_back(self):
        invoice = self._invoice(accrual_on_credit='original')
        income = invoice.invoice_line_ids.account_id
        self._accrue('2026-03-31')
        self._credit(invoice, '2026-04-15')
        self._accrue('2026-04-15')
        self.assertAlmostEqual(self._balance(self.deferred_account, '2026-02-28'), 0, 2)
        self.assertAlmostEqual(self._balance(income, '2026-04-15'), 0, 2)

    def test_original_dates_in_locked_periods_fall_back_to_the_credit_notes(self):
        invoice = self._invoice(accrual_on_credit='original')
        self._accrue('2026-03-31')
        self.company.fiscalyear_lock_date = '2026-02-28'
        self._credit(invoice, '2026-04-15')
        self._accrue('2026-04-15')
        mirrors = self.env['service.subscription.accrual'].search([
            ('mirror_of_id', '!=', False)], order='date, id')
        self.assertEqual({str(row.move_id.date) for row in mirrors}, {'2026-03-31', '2026-04-15'})
        self.assertAlmostEqual(self._balance(self.deferred_account, '2026-04-15'), 0, 2)

    def test_credit_by_hand_waits_for_accounting(self):
        invoice = self._invoice(accrual_on_credit='manual')
        self._accrue('2026-03-31')
        self._credit(invoice, '2026-04-15')
        self._accrue('2026-05-31')
        self.assertAlmostEqual(self._balance(self.deferred_account, '2026-12-31'), -750.01, 2)
        held = self.env['service.subscription.accrual'].search([('state', '=', 'held')])
        self.assertEqual(len(held), 4)
        with freeze_time('2026-06-01'):
            held.with_user(self.user_accountant).action_reverse()
        self._accrue('2026-06-01')
        self.assertAlmostEqual(self._balance(self.deferred_account, '2026-12-31'), 0, 2)

    def test_a_partial_credit_takes_its_part_of_each_month_back(self):
        invoice = self._invoice()
        income = invoice.invoice_line_ids.account_id
        self._accrue('2026-03-31')
        self._credit(invoice, '2026-04-15', 400)
        self._accrue('2027-01-31')
        self.assertAlmostEqual(self._balance(self.deferred_account, '2027-12-31'), 0, 2)
        self.assertAlmostEqual(self._balance(income, '2027-12-31'), -600, 2)
        self.assertEqual(invoice.line_ids.service_fee_id.state, 'posted')

    def test_closing_in_mid_period_leaves_what_was_earned(self):
        invoice = self._invoice(3650, proration='period_days', accrual_method='days')
        income = invoice.invoice_line_ids.account_id
        subscription = invoice.line_ids.service_fee_id.subscription_id
        self._accrue('2026-03-31')
        with freeze_time('2026-04-10'):
            subscription._close(fields.Date.to_date('2026-04-10'), self.close_reason)
            credit = subscription._bill(*[fields.Date.to_date('2026-04-11')] * 2)
            self.assertEqual(credit.amount_untaxed, 2650)
        with freeze_time('2026-04-11'):
            credit.action_post()
        self._accrue('2027-01-31')
        self.assertAlmostEqual(self._balance(self.deferred_account, '2027-12-31'), 0, 2)
        self.assertAlmostEqual(self._balance(income, '2027-12-31'), -1000, 2)
        self.assertAlmostEqual(self._balance(income, '2026-04-30'), -1000, 2)

    def test_a_credit_note_reset_to_draft_gives_the_schedule_back(self):
        invoice = self._invoice()
        income = invoice.invoice_line_ids.account_id
        self._accrue('2026-03-31')
        credit = self._credit(invoice, '2026-04-15')
        self._accrue('2026-04-15')
        with freeze_time('2026-04-20'):
            credit.button_draft()
        self._accrue('2027-01-31')
        self.assertAlmostEqual(self._balance(income, '2027-12-31'), -1000, 2)
        self.assertAlmostEqual(self._balance(self.deferred_account, '2027-12-31'), 0, 2)

    def test_an_invoice_reset_to_draft_and_posted_again_is_earned_once(self):
        invoice = self._invoice()
        income = invoice.invoice_line_ids.account_id
        self._accrue('2026-03-31')
        with freeze_time('2026-04-02'):
            invoice.button_draft()
            self._rows(invoice)
        self._accrue('2026-04-02')
        self.assertAlmostEqual(self._balance(self.deferred_account, '2026-04-02'), 0, 2)
        with freeze_time('2026-04-03'):
            invoice.action_post()
        self._accrue('2027-01-31')
        self.assertAlmostEqual(self._balance(income, '2027-12-31'), -1000, 2)
        self.assertAlmostEqual(self._balance(self.deferred_account, '2027-12-31'), 0, 2)
        self.assertAlmostEqual(invoice.line_ids.service_fee_id.amount_earned, 1000, 2)

    #=== CREDIT NOTES THAT NAME NO FEE, AND THEIR REVERSALS ===#

    def _credit_march(self, amount=None, named=True):
        """Return (invoice of 1,200.00 for the year, its credit note of 15 April)."""
        invoice = self._invoice(1200)
        self._accrue('2026-03-31')
        with freeze_time('2026-04-15'):
            credit = invoice._reverse_moves([{'invoice_date': '2026-04-15', 'date': '2026-04-15'}])
            credit.invoice_line_ids.price_unit = amount or 1200
            if not named:
                credit.invoice_line_ids.service_fee_id = False
            credit.action_post()
        self._accrue('2026-04-15')
        self._assert_deferred('2026-04-15', 900 - 900 * (amount or 1200) / 1200)
        return invoice, credit

    def _assert_given_back(self, day='2026-04-20', amount=900):
        self._accrue(day)
        self._assert_deferred(day, amount)
        self._accrue('2027-01-31')
        self._assert_deferred('2027-12-31', 0)

    def _reset(self, *moves, day='2026-04-20', post=False):
        with freeze_time(day):
            for move in moves:
                move.button_draft()
                if post:
                    move.action_post()

    def _reverse(self, move, day='2026-04-20'):
        with freeze_time(day):
            reversal = move._reverse_moves([{'invoice_date': day, 'date': day}])
            reversal.action_post()
        return reversal

    def test_a_part_that_is_credited_without_its_fee_is_given_back_by_a_reset(self):
        _invoice, credit = self._credit_march(400, named=False)
        self._reset(credit)
        self._assert_given_back()

    def test_all_that_is_credited_without_its_fee_is_given_back_by_a_reset(self):
        invoice, credit = self._credit_march(named=False)
        self.assertEqual(invoice.line_ids.service_fee_id.amount_deferred, 0)
        self._reset(credit)
        self._assert_given_back()

    def test_a_reversed_credit_note_gives_the_schedule_back(self):
        self._reverse(self._credit_march()[1])
        self._assert_given_back()

    def test_a_reversed_credit_note_of_a_part_gives_it_back(self):
        self._reverse(self._credit_march(400)[1])
        self._assert_given_back()

    def test_a_reversed_credit_note_that_names_no_fee_gives_the_schedule_back(self):
        self._reverse(self._credit_march(named=False)[1])
        self._assert_given_back()

    def test_a_reversal_reset_to_draft_takes_the_schedule_back_again(self):
        self._reset(self._reverse(self._credit_march()[1]))
        self._assert_given_back(amount=0)

    def test_a_credit_note_of_an_invoice_posted_again_revives_one_schedule(self):
        invoice, credit = self._credit_march()
        self._reset(invoice, day='2026-04-16', post=True)
        self._reset(credit)
        self._assert_given_back()

    def test_a_credit_note_of_a_part_of_an_invoice_posted_again_gives_back_one_part(self):
        invoice, credit = self._credit_march(400)
        self._reset(invoice, day='2026-04-16', post=True)
        self._reset(credit)
        self._assert_given_back()

    def test_what_another_credit_note_credits_stays_taken_back(self):
        invoice, credit = self._credit_march(400, named=False)
        self._credit(invoice, '2026-04-17', 800)
        self._reset(credit)
        self._assert_given_back(amount=300)

    def test_days_credited_are_earned_as_their_fee_that_is_posted_with_them(self):
        subscription = self._subscribe(plan=self._deferred(interval_unit='year'), price=1200)
        invoice = self._bill(subscription, '2026-01-01')
        with freeze_time('2026-01-02'):
            subscription._close(fields.Date.to_date('2026-06-30'), self.close_reason)
            (invoice | self._bill(subscription, '2026-01-02')).action_post()
        self._assert_given_back('2026-01-31', 500)

    #=== LOCKS, FAILURES, ROLES ===#

    def test_accruals_of_locked_periods_go_to_the_first_open_day(self):
        invoice = self._invoice()
        self.company.fiscalyear_lock_date = '2026-02-28'
        self._accrue('2026-03-31')
        self.assertEqual({str(row.move_id.date) for row in self._rows(invoice) if row.move_id},
                         {'2026-03-01', '2026-03-31'})

    def test_what_fails_is_set_aside_and_told_and_the_others_are_posted(self):
        good, bad = self._invoice(), self._invoice()
        plan = bad.line_ids.service_fee_id.plan_id
        account = plan.deferred_account_id
        plan.deferred_account_id = False
        self._accrue('2026-01-31')
        self.assertEqual(self._rows(good)[0].state, 'posted')
        subscription = bad.line_ids.service_fee_id.subscription_id
        self.assertIn("no account of deferred revenue", self._rows(bad)[0].error)
        self.assertEqual(len(subscription.activity_ids), 1)
        self._accrue('2026-01-31')
        self.assertEqual(len(subscription.activity_ids), 1)
        plan.deferred_account_id = account
        rows = self._rows(bad, 'deferral') | self._rows(bad)[0]
        rows.with_user(self.user_accountant).action_post()
        self.assertEqual(set(rows.mapped('state')), {'posted'})

    def test_what_failed_is_tried_each_night_and_the_to_do_closed_when_it_works(self):
        invoice = self._invoice(1200)
        plan = self._get_plan(invoice)
        subscription = invoice.line_ids.service_fee_id.subscription_id
        plan.deferred_account_id = False
        self._accrue('2026-01-31')
        self.assertEqual(len(subscription.activity_ids), 1)
        plan.deferred_account_id = self.deferred_account
        self._accrue('2026-02-28')
        self.env.invalidate_all()  # the scheduled action has a memory of its own
        self.assertFalse(subscription.activity_ids)
        self._assert_deferred('2026-02-28', 1000)
        self.assertFalse(any(self._rows(invoice).mapped('error')))

    def test_nothing_is_recognised_before_it_was_deferred(self):
        invoice = self._invoice(1200)
        income = invoice.invoice_line_ids.account_id
        deferral, rows = self._rows(invoice, 'deferral'), self._rows(invoice)
        with freeze_time('2026-02-28'):
            rows._accrue_batch(rows[:2].ids)
            self.assertEqual(set(rows.mapped('state')), {'planned'})
            rows[0].with_user(self.user_accountant).action_post()
        self.assertEqual(set((deferral | rows[0]).mapped('state')), {'posted'})
        self.assertAlmostEqual(self._balance(income, '2026-12-31'), -100, 2)

    def test_a_deferral_is_reversed_with_what_was_recognised_of_it(self):
        invoice = self._invoice(1200)
        income = invoice.invoice_line_ids.account_id
        self._accrue('2026-02-28')
        with freeze_time('2026-03-05'):
            self._rows(invoice, 'deferral').with_user(self.user_accountant).action_reverse()
        self._accrue('2027-01-31')
        self._assert_deferred('2027-12-31', 0)
        self.assertAlmostEqual(self._balance(income, '2026-03-05'), -1200, 2)

    def test_recognised_entries_stay_as_they_are(self):
        invoice = self._invoice()
        self._accrue('2026-01-31')
        with self.assertRaisesRegex(UserError, "Reverse it from the accrual schedule"):
            self._rows(invoice)[0].move_id.button_draft()

    def test_accounting_reverses_one_row(self):
        invoice = self._invoice()
        self._accrue('2026-02-28')
        row = self._rows(invoice)[0].with_user(self.user_accountant)
        with freeze_time('2026-03-05'):
            row.action_reverse()
        self._accrue('2026-03-05')
        self.assertAlmostEqual(self._balance(self.deferred_account, '2026-03-05'), -916.67, 2)
        with self.assertRaisesRegex(UserError, "taken back already"):
            row.action_reverse()

    @users('service_manager', 'service_dispatcher')
    def test_only_accounting_posts_and_reverses(self):
        invoice = self._invoice()
        rows = self._rows(invoice.sudo()).with_user(self.env.user)
        with self.assertRaises(AccessError):
            rows.action_post()
        with self.assertRaises(AccessError):
            rows.action_reverse()

    @users('service_accountant')
    def test_the_schedule_is_written_by_posting_only(self):
        row = self._rows(self._invoice())[0].with_user(self.env.user)
        for attempt in (lambda: row.write({'amount': 1}), row.unlink, row.copy):
            with self.assertRaises(AccessError):
                attempt()

    @users('service_accountant')
    def test_what_is_not_planned_is_not_posted(self):
        rows = self._rows(self._invoice()).with_user(self.env.user)
        with freeze_time('2026-02-10'):
            rows[0].action_post()
            with self.assertRefusedWith(UserError, "is not planned", rows):
                rows[:2].action_post()

    @users('service_accountant')
    def test_revenue_is_not_recognised_without_a_journal(self):
        row = self._rows(self._invoice())[0].with_user(self.env.user)
        self.env['account.journal'].sudo().search([
            ('company_id', '=', self.company.id), ('type', '=', 'general')]).action_archive()
        with freeze_time('2026-02-10'), self.assertRefusedWith(
                UserError, "has no miscellaneous journal", row):
            row.action_post()
        self.assertFalse(row.move_id)

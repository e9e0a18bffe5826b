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
        self.assertEqual(rows.mapped('amount'), [83.33] * 11 + [83.37])
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
        plan.deferred_account_id = account
        rows = self._rows(bad, 'deferral') | self._rows(bad)[0]
        rows.with_user(self.user_accountant).action_post()
        self.assertEqual(set(rows.mapped('state')), {'posted'})

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

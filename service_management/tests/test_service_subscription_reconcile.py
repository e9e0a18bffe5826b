from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import freeze_time

from .common_subscription import SubscriptionCommon


class TestServiceSubscriptionReconcile(SubscriptionCommon):
    """Accruals against the ledger: an account of 1,200.00 deferred in 2026, month by month."""

    def setUp(self):
        super().setUp()
        self.plan = self._deferred(interval_unit='year')
        self.invoice = self._bill(self._subscribe(plan=self.plan, price=1200), '2026-01-01')
        with freeze_time('2026-01-01'):
            self.invoice.action_post()

    def _accrue(self, day):
        with freeze_time(day), self.enter_registry_test_mode():
            self.env.ref('service_management.ir_cron_accrue').method_direct_trigger()
            self.env.ref('service_management.ir_cron_compare_ledger').method_direct_trigger()
        self.env.invalidate_all()  # the scheduled actions have a memory of their own

    def _book(self, amount, day='2026-02-10'):
        move = self.env['account.move'].create({'date': day, 'line_ids': [
            Command.create({'account_id': account.id, 'balance': balance})
            for account, balance in (
                (self.deferred_account, amount),
                (self.company_data['default_account_revenue'], -amount))]})
        move._post(soft=False)
        return move

    def _read(self, user=None, day='2026-03-31', until=None):
        with freeze_time(day):
            report = self.env['service.subscription.ledger'].with_user(
                user or self.user_accountant).with_context(service_ledger_until=until)
            return [(str(row.month)[:7], row.amount_schedule, row.amount_ledger,
                     row.amount_difference, row.amount_waiting, row.balance_ledger)
                    for row in report.search(
                        [('company_id', '=', self.company.id)], order='month')]

    def test_schedule_and_ledger_agree_month_by_month(self):
        self._accrue('2026-03-31')
        expected = [('2026-01', 1100, 1100, 0, 0, 1100), ('2026-02', -100, -100, 0, 0, 1000),
                    ('2026-03', -100, -100, 0, 0, 900)]
        for user in (self.user_accountant, self.user_manager):
            self.assertEqual(self._read(user), expected)
        self.assertEqual(self._read(until='2026-02-15'), [('2026-01', 1100, 1100, 0, 0, 1100)])

    def test_what_is_due_and_not_posted_is_shown(self):
        self.assertEqual(self._read(day='2026-01-31'), [('2026-01', 0, 0, 0, 1100, 0)])

    def test_a_manual_entry_is_the_difference_and_told_once(self):
        self._accrue('2026-02-28')
        self.assertFalse(self.deferred_account.activity_ids)
        entry = self._book(70)
        self.assertEqual(self._read(day='2026-02-28')[-1], ('2026-02', -100, -170, -70, 0, 930))
        for day in ('2026-03-01', '2026-03-02'):
            self._accrue(day)
            self.assertEqual(len(self.deferred_account.activity_ids), 1)
        self.assertEqual(
            self.deferred_account.activity_ids.user_id, self.company._get_accountant())
        entry.button_draft()
        self._accrue('2026-03-03')
        self.assertFalse(self.deferred_account.activity_ids)

    def test_what_is_posted_on_the_account_or_taken_back_wakes_the_comparison(self):
        def count():
            return self.env['ir.cron.trigger'].sudo().search_count([
                ('cron_id', '=', self.env.ref('service_management.ir_cron_compare_ledger').id)])

        self._accrue('2026-02-28')
        before = count()
        self._bill(self._subscribe(price=50), '2026-02-28').action_post()
        self.assertEqual(count(), before, "invoices are booked on other accounts")
        entry = self._book(70)
        self.assertEqual(count(), before + 1)
        entry.button_draft()
        self.assertEqual(count(), before + 2)

    def test_a_row_leads_to_its_accruals_and_its_journal_items(self):
        self._accrue('2026-02-28')
        entry = self._book(70)
        with freeze_time('2026-02-28'):
            row = self.env['service.subscription.ledger'].with_user(self.user_accountant).search(
                [('month', '=', '2026-02-01')])
            accruals = row.action_view_schedule()
            items = row.action_view_items()
        found = self.env['service.subscription.accrual'].search(accruals['domain'])
        self.assertEqual(found.mapped('amount'), [100])
        lines = self.env['account.move.line'].search(items['domain'])
        self.assertEqual(-sum(lines.mapped('balance')), -170)
        self.assertIn(entry, lines.move_id)

    def test_the_dialog_asks_up_to_which_day(self):
        dialog = self.env['service.subscription.ledger.show'].with_user(
            self.user_accountant).create({'date': '2026-02-15'})
        action = dialog.action_apply()
        self.assertEqual(action['res_model'], 'service.subscription.ledger')
        self.assertEqual(action['context']['service_ledger_until'], '2026-02-15')

    def _defer_elsewhere(self):
        """Return a company in euro that defers on the same account what it bills in our currency.

        1,200.00 of ours are 600.00 euro there.
        """
        euro = self.env.ref('base.EUR')
        other = self.setup_other_company(currency_id=euro.id)['company']
        self.env['res.currency.rate'].create({
            'name': '2026-01-01', 'currency_id': self.company.currency_id.id,
            'company_id': other.id, 'company_rate': 2})
        self.deferred_account.with_company(other).code = '249999'
        self.deferred_account.company_ids |= other
        self.plan.with_company(other).deferred_account_id = self.deferred_account
        pricelist = self.env['product.pricelist'].create({
            'name': "Ours", 'currency_id': self.company.currency_id.id, 'company_id': other.id})
        subscription = self.env['service.subscription'].with_company(other).create({
            'title': "Theirs", 'partner_id': self.customer.id, 'company_id': other.id,
            'plan_id': self.plan.id, 'date_start': '2026-01-01', 'pricelist_id': pricelist.id,
            'line_ids': [Command.create({
                'product_id': self.monitoring.id, 'base_price': 1200, 'tax_ids': []})]})
        subscription._begin()
        with freeze_time('2026-01-01'):
            self._bill(subscription, '2026-01-01').action_post()
        return other

    def test_companies_see_their_own_rows_in_their_own_currency(self):
        other = self._defer_elsewhere()
        self._accrue('2026-02-28')
        Ledger = self.env['service.subscription.ledger']
        accountant = self._create_accountant_of(other)
        expected = {
            self.company: [(1100, 1100, 0, 1100), (-100, -100, 0, 1000)],
            other: [(550, 550, 0, 550), (-50, -50, 0, 500)]}
        with freeze_time('2026-02-28'):
            for company, user in ((self.company, self.user_accountant), (other, accountant)):
                rows = Ledger.with_user(user).search([], order='month')
                self.assertEqual((rows.company_id, rows.currency_id), (company, company.currency_id))
                self.assertEqual([
                    (row.amount_schedule, row.amount_ledger, row.amount_difference,
                     row.balance_ledger) for row in rows], expected[company])
                for row in rows:
                    found = [self.env[action['res_model']].with_user(user).search(action['domain'])
                             for action in (row.action_view_schedule(), row.action_view_items())]
                    for records in found:
                        self.assertTrue(records)
                        self.assertEqual(records.company_id, company)
                    self.assertEqual(
                        -sum(found[1].mapped('balance')), row.amount_ledger)

    def test_what_differs_in_one_company_is_no_difference_of_another(self):
        other = self._defer_elsewhere()
        self._accrue('2026-02-28')
        self._book(70)
        Ledger = self.env['service.subscription.ledger'].with_user(self.user_accountant)
        self.user_accountant.company_ids |= other
        with freeze_time('2026-02-28'):
            both = Ledger.with_context(allowed_company_ids=(self.company | other).ids)._read_group(
                [], ['company_id', 'currency_id'], ['amount_ledger:sum', 'amount_difference:sum'])
        self.assertCountEqual(both, [
            (self.company, self.company.currency_id, 930, -70),
            (other, other.currency_id, 500, 0)])

    def _create_accountant_of(self, company):
        return self.env['res.users'].create({
            'name': "Other", 'login': 'other_accountant', 'company_id': company.id,
            'company_ids': [Command.set(company.ids)],
            'group_ids': [Command.set([
                self.env.ref('base.group_user').id,
                self.env.ref('account.group_account_invoice').id])]})

    def test_dispatchers_see_nothing_of_it(self):
        with self.assertRaises(AccessError):
            self._read(self.user_dispatcher)

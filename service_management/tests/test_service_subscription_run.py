from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import freeze_time, users

from .common_subscription import SubscriptionCommon


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
            path = 'odoo.addons.service_management.models.subscription.service_subscription_run.AT_ONCE'
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

    def test_many_that_failed_are_billed_again_in_the_background(self):
        with freeze_time('2026-03-02'):
            subscriptions = self._subscribe() | self._subscribe()
            day = fields.Date.to_date('2026-03-02')
            run = self.env['service.subscription.run'].sudo()._start(subscriptions, day, day)
            for subscription in subscriptions:
                run._set_aside(subscription, "No tax, no invoice")
            run._finish()
            self.assertEqual((run.state, run.failure_count), ('failed', 2))
            path = 'odoo.addons.service_management.models.subscription.service_subscription_run.AT_ONCE'
            with patch(path, 1):
                run.with_user(self.user_manager).action_retry()
            self.assertEqual((run.state, run.todo_count), ('running', 2))
            self._run()
        self.assertEqual((run.state, run.failure_count), ('done', 0))
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

    @users('service_manager')
    def test_run_without_failures_is_not_tried_again(self):
        day = fields.Date.to_date('2026-01-01')
        run = self.env['service.subscription.run'].sudo()._start(self._subscribe(), day, day)
        run._process_batch(run.todo_ids)
        run._finish()
        with self.assertRefusedWith(UserError, "Nothing failed in", run):
            run.sudo(False).action_retry()

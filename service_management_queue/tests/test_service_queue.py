from unittest.mock import patch

from odoo import fields
from odoo.fields import Command
from odoo.tests import freeze_time

from odoo.addons.queue_job.tests.common import trap_jobs
from odoo.addons.service_management.tests.common_subscription import SubscriptionCommon


class TestServiceQueue(SubscriptionCommon):
    """The nightly runs as jobs; a runner is pretended, jobs are done by the test."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        Job = cls.env.registry['service.job.mixin']
        cls.served = cls.startClassPatcher(
            patch.object(Job, '_is_queue_served', return_value=True))

    def _start(self, subscriptions):
        day = fields.Date.to_date('2026-03-02')
        return self.env['service.subscription.run'].sudo()._start(subscriptions, day, day)

    def test_a_run_is_split_into_jobs_and_finished_after_the_last(self):
        subscriptions = self._subscribe() | self._subscribe()
        subscriptions |= self._subscribe(partner_id=self.other_customer.id)
        run = self._start(subscriptions)
        with trap_jobs() as trap:
            run._process(batch_size=2)
            trap.assert_jobs_count(2, only=run._bill_batch)
            self.assertEqual(run.state, 'running')
            trap.perform_enqueued_jobs()
        self.assertEqual((run.state, run.fee_count, run.todo_count), ('done', 9, 0))

    def test_a_job_done_twice_bills_once(self):
        subscriptions = self._subscribe() | self._subscribe()
        run = self._start(subscriptions)
        for _turn in range(2):
            run._bill_batch(subscriptions.ids)
        self.assertEqual(len(subscriptions.fee_ids), 6)
        self.assertEqual(set(subscriptions.fee_ids.mapped('state')), {'draft'})

    def test_a_job_sets_what_fails_aside(self):
        good, bad = self._subscribe(), self._subscribe()
        run = self._start(good | bad)
        self.env.cr.execute(
            "UPDATE service_subscription_line SET quantity = 1e300 WHERE subscription_id = %s",
            [bad.id])
        self.env.invalidate_all()
        run._bill_batch((good | bad).ids)
        run._finish()
        self.assertEqual((run.state, run.failure_ids.subscription_id), ('failed', bad))
        self.assertEqual(len(good.fee_ids), 3)

    def test_accruals_are_posted_by_jobs(self):
        subscription = self._subscribe(plan=self._deferred(interval_unit='quarter'))
        with freeze_time('2026-03-31'):
            self._bill(subscription, '2026-01-01').action_post()
            rows = subscription.fee_ids.accrual_ids.sudo()  # as the scheduled action
            with trap_jobs() as trap:
                rows._process(rows.ids, 2)
                trap.assert_jobs_count(2)
                trap.perform_enqueued_jobs()
        self.assertEqual(set(rows.mapped('state')), {'posted'})

    @freeze_time('2026-03-31 08:00:00')
    def test_every_job_is_handed_to_the_queue(self):
        terms = {'partner_id': self.customer.id, 'company_id': self.company.id,
                 'team_id': self.team.id}
        due, ended = self.env['service.agreement'].create([{
            **terms, 'title': "Due", 'date_start': '2026-03-31',
            'group_id': self.env['service.agreement.group'].create({
                'name': "Gold", 'horizon_days': 30}).id,
            'line_ids': [Command.create({'kind': 'hour', 'date_start': '2026-04-10'})],
        }, {
            **terms, 'title': "Ended", 'date_start': '2025-03-31', 'date_end': '2026-03-30',
            'renewal': 'automatic', 'renewal_months': 12,
        }])
        (due | ended)._activate()
        sla = self.env['service.sla'].create({'name': "Fast", 'target_ids': [
            Command.create({'kind': 'completion', 'limit_hours': 1, 'warning_percent': 0})]})
        call = self._create_order(sla_id=sla.id)
        call.sla_status_ids.sudo().write({'next_event_on': '2026-01-01', 'deadline': '2026-01-01'})
        receipt = self._worked_order()
        deferred = self._subscribe(plan=self._deferred(interval_unit='quarter'))
        self._bill(deferred, '2026-01-01').action_post()
        subscription = self._subscribe()
        for model, job, step in (
            ('service.agreement', '_cron_generate', '_generate_batch'),
            ('service.agreement', '_cron_renew', '_renew_batch'),
            ('service.order.sla', '_cron_watch', '_watch_batch'),
            ('service.order', '_cron_send_receipts', '_send_receipt_batch'),
            ('service.subscription.run', '_cron_bill', '_bill_batch'),
            ('service.subscription.accrual', '_cron_accrue', '_accrue_batch'),
        ):
            with self.subTest(job=job), trap_jobs() as trap:
                getattr(self.env[model].sudo(), job)()  # as the scheduled action
                self.assertIn(step, [queued.method_name for queued in trap.enqueued_jobs])
                trap.perform_enqueued_jobs()
        self.env.invalidate_all()
        self.assertEqual(len(due.order_ids), 1)
        self.assertEqual(ended.date_end, fields.Date.to_date('2027-03-30'))
        self.assertEqual(set(call.sla_status_ids.mapped('state')), {'missed'})
        self.assertFalse(receipt.is_receipt_due)
        self.assertTrue(subscription.fee_ids)
        self.assertEqual(set(subscription.fee_ids.run_id.mapped('state')), {'done'})
        self.assertEqual(set(deferred.fee_ids.accrual_ids.sudo().mapped('state')), {'posted'})

    def test_what_waits_already_is_not_queued_again(self):
        run = self._start(self._subscribe() | self._subscribe(partner_id=self.other_customer.id))
        orders = self._worked_order() | self._worked_order()
        for _turn in range(2):
            run._process(batch_size=1)
            self.env['service.order'].sudo()._cron_send_receipts(batch_size=1)
        for method, count in (('_bill_batch', 2), ('_finish', 1), ('_send_receipt_batch', 2)):
            with self.subTest(method=method):
                self.assertEqual(self.env['queue.job'].sudo().search_count([
                    ('method_name', '=', method), ('state', '!=', 'done')]), count)
        self.assertEqual(orders.mapped('is_receipt_due'), [True, True], "it is sent by the job")

    def test_without_a_runner_the_scheduled_action_does_the_work(self):
        self.served.return_value = False
        self.addCleanup(setattr, self.served, 'return_value', True)
        subscription = self._subscribe()
        with freeze_time('2026-03-02'), self.enter_registry_test_mode(), trap_jobs() as trap:
            self.env.ref('service_management.ir_cron_bill_subscriptions').method_direct_trigger()
            trap.assert_jobs_count(0)
        self.assertEqual(len(subscription.fee_ids), 3)

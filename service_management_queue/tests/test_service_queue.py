from unittest.mock import patch

from odoo import fields
from odoo.tests import freeze_time

from odoo.addons.queue_job.tests.common import trap_jobs
from odoo.addons.service_management.tests.common_subscription import SubscriptionCommon


class TestServiceQueue(SubscriptionCommon):
    """The nightly runs as jobs; a runner is pretended, jobs are done by the test."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        Run = cls.env.registry['service.subscription.run']
        cls.served = cls.startClassPatcher(
            patch.object(Run, '_is_queue_served', return_value=True))

    def _start(self, subscriptions):
        day = fields.Date.to_date('2026-03-02')
        return self.env['service.subscription.run'].sudo()._start(subscriptions, day, day)

    def test_a_run_is_split_into_jobs_and_finished_after_the_last(self):
        subscriptions = self._subscribe() | self._subscribe()
        subscriptions |= self._subscribe(partner_id=self.other_customer.id)
        run = self._start(subscriptions)
        with trap_jobs() as trap:
            run._process(batch_size=2)
            trap.assert_jobs_count(2, only=run._process_job)
            self.assertEqual(run.state, 'running')
            trap.perform_enqueued_jobs()
        self.assertEqual((run.state, run.fee_count, run.todo_count), ('done', 9, 0))

    def test_a_job_done_twice_bills_once(self):
        subscriptions = self._subscribe() | self._subscribe()
        run = self._start(subscriptions)
        for _turn in range(2):
            run._process_job(subscriptions.ids)
        self.assertEqual(len(subscriptions.fee_ids), 6)
        self.assertEqual(set(subscriptions.fee_ids.mapped('state')), {'draft'})

    def test_a_job_sets_what_fails_aside(self):
        good, bad = self._subscribe(), self._subscribe()
        run = self._start(good | bad)
        self.env.cr.execute(
            "UPDATE service_subscription_line SET quantity = 1e300 WHERE subscription_id = %s",
            [bad.id])
        self.env.invalidate_all()
        run._process_job((good | bad).ids)
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

    def test_without_a_runner_the_scheduled_action_does_the_work(self):
        self.served.return_value = False
        self.addCleanup(setattr, self.served, 'return_value', True)
        subscription = self._subscribe()
        with freeze_time('2026-03-02'), self.enter_registry_test_mode(), trap_jobs() as trap:
            self.env.ref('service_management.ir_cron_bill_subscriptions').method_direct_trigger()
            trap.assert_jobs_count(0)
        self.assertEqual(len(subscription.fee_ids), 3)

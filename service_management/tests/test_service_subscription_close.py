from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import Form, freeze_time, users

from .common_subscription import SubscriptionCommon


class TestServiceSubscriptionClose(SubscriptionCommon):
    """What an end in the middle of a period credits and bills."""

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

    def test_what_could_not_be_billed_is_closed_by_a_manager(self):
        subscription = self._subscribe()
        run = self.env['service.subscription.run'].sudo()._start(
            subscription, subscription.date_start, subscription.date_start)
        run._set_aside(subscription, "There is no journal.")
        subscription.with_user(self.user_manager)._close(
            fields.Date.to_date('2026-03-10'), self.close_reason)
        self.assertRecordValues(subscription, [{'state': 'closed', 'billing_error': False}])
        self.assertFalse(subscription.activity_ids)

    def test_the_closing_dialog_says_what_is_credited(self):
        subscription = self._subscribe('2026-03-01')
        self._bill(subscription, '2026-03-01').action_post()
        with freeze_time('2026-03-20'):
            form = Form(self.env['service.subscription.close'].with_context(
                **subscription.action_close()['context']))
            self.assertIn('35.48', form.credit_summary)
            form.date_end = '2026-03-10'
            form.reason_id = self.close_reason
            self.assertIn('67.74', form.credit_summary)
            form.save().action_apply()
        self.assertEqual(subscription.state, 'closed')
        self.assertEqual(subscription.fee_ids.move_id.filtered(
            lambda move: move.move_type == 'out_refund').amount_untaxed, 67.74)

    @users('service_manager')
    def test_subscription_does_not_end_before_it_begins(self):
        subscription = self._subscribe('2026-03-01').with_user(self.env.user)
        wizard = self.env['service.subscription.close'].create({
            'subscription_ids': subscription.ids, 'date_end': '2026-02-27',
            'reason_id': self.close_reason.id})
        with self.assertRefusedWith(
                UserError, "begins on 03/01/2026 and cannot end before", subscription):
            wizard.action_apply()
        wizard.date_end = '2026-02-28'
        wizard.action_apply()
        self.assertEqual(subscription.state, 'closed')

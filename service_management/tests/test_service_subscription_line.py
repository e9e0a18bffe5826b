from odoo import fields
from odoo.exceptions import UserError, ValidationError
from odoo.tests import freeze_time

from .common_subscription import SubscriptionCommon


class TestServiceSubscriptionLine(SubscriptionCommon):
    """Lines with dates of their own, and their changes from a day on."""

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

    def test_a_line_of_quantity_zero_is_not_billed(self):
        subscription = self._subscribe(lines=[{'quantity': 0}])
        self._bill(subscription, '2026-03-01')
        self.assertFalse(subscription.fee_ids)
        self.assertFalse(subscription.date_next_bill)

    def test_an_object_of_another_customer_is_refused(self):
        with self.assertRaisesRegex(ValidationError, "belongs to Bakery"):
            self._subscribe(lines=[{'object_id': self.other_object.id}])

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

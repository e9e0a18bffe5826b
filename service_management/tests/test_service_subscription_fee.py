from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import users

from .common_subscription import SubscriptionCommon


class TestServiceSubscriptionFee(SubscriptionCommon):
    """Fees are made once for each day: by billing, and by hand."""

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
                         ('2026-01-05', '2026-01-15', 'reduction', -35.48))
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

    @users('service_manager')
    def test_fees_by_hand_need_days_in_order_and_a_possible_percent(self):
        subscription = self._subscribe()
        for values, message in (
            ({'date_from': '2026-02-01', 'date_to': '2026-01-31'}, "end before they begin"),
            ({'kind': 'price_change'}, "Enter the percent"),
            ({'kind': 'price_change', 'percent': -100.5}, "-100 at least"),
            ({'percent': -101}, "-100 at least"),
        ):
            with self.subTest(values), self.assertRefusedWith(UserError, message, subscription):
                self._make_fees(subscription, **{
                    'date_from': '2026-01-01', 'date_to': '2026-01-31', **values})
        self.assertFalse(subscription.fee_ids)

    def test_the_menu_opens_on_a_year_and_a_subscription_on_all_of_its_fees(self):
        action = self.env['ir.actions.act_window']._for_xml_id(
            'service_management.service_subscription_fee_action')
        self.assertIn('search_default_last_year', action['context'])
        subscription = self._subscribe('2020-01-01')
        self._bill(subscription, '2020-01-01')
        shown = subscription.action_view_fees()
        self.assertEqual(shown['context'], {})
        self.assertEqual(
            self.env['service.subscription.fee'].search(shown['domain']), subscription.fee_ids)

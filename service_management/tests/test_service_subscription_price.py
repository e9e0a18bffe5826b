from odoo.exceptions import AccessError, UserError
from odoo.tests import users

from .common_subscription import SubscriptionCommon


class TestServiceSubscriptionPrice(SubscriptionCommon):
    """Where prices come from, and how they change for many."""

    def test_price_lookup_prefers_the_most_specific(self):
        agreement = self.env['service.agreement'].create({
            'title': "Care", 'partner_id': self.customer.id})
        subscription = self._subscribe(agreement_id=agreement.id, activate=False)
        Price = self.env['service.subscription.price']
        # From the weakest to the strongest: each new one wins over those before it.
        table = [(0, 0, 0), (1, 0, 0), (0, 1, 0), (1, 1, 0), (0, 0, 1), (1, 0, 1), (0, 1, 1),
                 (1, 1, 1)]
        for number, (product, project, own) in enumerate(table, start=1):
            Price.create({
                'price': number, 'valid_from': '2025-01-01',
                'product_id': self.monitoring.id if product else False,
                'agreement_id': agreement.id if project else False,
                'subscription_id': subscription.id if own else False})
            line = self.env['service.subscription.line'].create({
                'subscription_id': subscription.id, 'product_id': self.monitoring.id})
            self.assertEqual(line.base_price, number)

    def test_price_lookup_needs_currency_period_and_a_day_that_has_come(self):
        Price = self.env['service.subscription.price']
        Price.create([
            {'price': 1, 'valid_from': '2025-01-01', 'currency_id': self.env.ref('base.GBP').id},
            {'price': 2, 'valid_from': '2025-01-01', 'interval_unit': 'year'},
            {'price': 3, 'valid_from': '2026-06-01'},
            {'price': 4, 'valid_from': '2025-06-01', 'product_id': self.part.id}])
        subscription = self._subscribe(activate=False)
        line = self.env['service.subscription.line'].create({
            'subscription_id': subscription.id, 'product_id': self.monitoring.id})
        self.assertEqual(line.base_price, 100, "Nothing fits: the customer's pricelist decides.")
        Price.create({'price': 5, 'valid_from': '2025-01-01'})
        Price.create({'price': 6, 'valid_from': '2025-06-01'})
        line = self.env['service.subscription.line'].create({
            'subscription_id': subscription.id, 'product_id': self.monitoring.id})
        self.assertEqual(line.base_price, 6, "The latest that has come.")

    def test_index_modes(self):
        for mode, change, expected in (
                ('index_percent', 10, (100, 132)), ('index_percent', -10, (100, 108)),
                ('index_to', 150, (100, 150)), ('price_percent', 5, (105, 126)),
                ('price_percent', -50, (50, 60)), ('price_to', 80, (80, 96))):
            with self.subTest(mode=mode, change=change):
                subscription = self._subscribe(lines=[{'index': 120}])
                self._bill(subscription, '2026-01-01')
                run = self.env['service.subscription.indexation'].create({
                    'mode': mode, 'change': change, 'date': '2026-02-01',
                    'subscription_ids': subscription.ids})
                run.action_preview()
                self.assertEqual(
                    (run.line_ids.new_base_price, run.line_ids.new_price), expected)
                run.action_apply()
                self._bill(subscription, '2026-02-01')
                self.assertEqual(
                    subscription.fee_ids.sorted('date_start').mapped('amount'),
                    [120, expected[1]])
                fee = subscription.fee_ids.sorted('date_start')[-1]
                self.assertEqual(fee.base_price, expected[0])

    def test_index_run_leaves_other_currencies_out_and_says_so(self):
        euro = self.env['product.pricelist'].create({
            'name': "EUR", 'currency_id': self.env.ref('base.EUR').id})
        own, other = self._subscribe(), self._subscribe(pricelist_id=euro.id)
        run = self.env['service.subscription.indexation'].create({
            'mode': 'price_percent', 'change': 10, 'date': '2026-02-01',
            'plan_ids': self.monthly.ids})
        run.action_preview()
        self.assertEqual(run.line_ids.subscription_id, own)
        self.assertEqual(run.skipped, other.name)

    def test_an_applied_index_run_is_kept(self):
        run = self.env['service.subscription.indexation'].create({
            'mode': 'price_percent', 'change': 10, 'date': '2026-02-01',
            'subscription_ids': self._subscribe().ids})
        run.action_apply()
        with self.assertRaisesRegex(UserError, "kept as it was"):
            run.change = 5
        with self.assertRaisesRegex(UserError, "kept as it was"):
            run.unlink()
        with self.assertRaisesRegex(UserError, "applied already"):
            run.action_apply()

    def test_index_run_refuses_prices_below_nothing(self):
        run = self.env['service.subscription.indexation'].create({
            'mode': 'price_percent', 'change': -101, 'subscription_ids': self._subscribe().ids})
        with self.assertRaisesRegex(UserError, "below nothing"):
            run.action_preview()

    @users('service_manager')
    def test_prices_change_by_applying_only(self):
        subscription = self._subscribe()
        run = self.env['service.subscription.indexation'].create({
            'mode': 'price_percent', 'change': 10, 'subscription_ids': subscription.ids})
        with self.assertRefusedWith(AccessError, "by “Apply” only", run, subscription.line_ids):
            run.state = 'done'

    @users('service_manager')
    def test_index_run_needs_something_to_change(self):
        subscription = self._subscribe(date_end='2026-12-31')
        Run = self.env['service.subscription.indexation']
        for values, message in (
            ({}, "Choose the subscriptions or plans"),
            ({'subscription_ids': subscription.ids, 'date': '2027-01-01'},
             "is served from 01/01/2027 on in USD"),
            ({'subscription_ids': subscription.ids, 'currency_id': self.env.ref('base.EUR').id},
             "on in EUR"),
            ({'subscription_ids': subscription.ids, 'product_ids': self.part.ids}, "No line of"),
        ):
            run = Run.create({
                'mode': 'price_percent', 'change': 10, 'date': '2026-02-01', **values})
            for action in (run.action_preview, run.action_apply):
                with self.subTest(values), self.assertRefusedWith(
                        UserError, message, subscription.line_ids):
                    action()

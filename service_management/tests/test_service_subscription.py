from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, users

from .common_subscription import SubscriptionCommon


class TestServiceSubscription(SubscriptionCommon):
    """What a subscription is, who moves it and how far it reaches."""

    def test_a_draft_is_not_billed(self):
        draft = self._subscribe(activate=False)
        self.assertFalse(self._bill(draft, '2026-12-31'))
        self.assertFalse(draft.date_next_bill)

    def test_activation_says_what_is_missing(self):
        empty = self._subscribe(activate=False)
        empty.line_ids.unlink()
        with self.assertRaisesRegex(UserError, "has no lines"):
            empty.action_activate()
        plan = self._create_plan(is_deferred=True)
        with self.assertRaisesRegex(UserError, "account of deferred revenue"):
            self._subscribe(plan=plan)

    def test_first_day_far_back_is_warned_about(self):
        form = Form(self.env['service.subscription'])
        with self.assertLogs('odoo.tests.form.onchange', 'WARNING') as caught:
            form.date_start = fields.Date.add(fields.Date.today(), years=-2)
        self.assertIn("charges all periods since", caught.output[0])
        with self.assertNoLogs('odoo.tests.form.onchange', 'WARNING'):
            form.date_start = fields.Date.add(fields.Date.today(), months=-2)

    @users('service_manager')
    def test_lines_without_a_price_are_asked_about_before_they_begin(self):
        draft = self._subscribe(activate=False, lines=[
            {'base_price': 0}, {'base_price': 0, 'discount': 100}, {}]).with_user(self.env.user)
        action = draft.action_activate()
        self.assertEqual((action['res_model'], draft.state), ('service.subscription.activate', 'draft'))
        wizard = self.env[action['res_model']].with_context(**action['context']).create({})
        self.assertEqual(wizard.line_ids, draft.line_ids[0])
        wizard.action_apply()
        self.assertEqual(draft.state, 'active')
        self.assertTrue(self._subscribe(activate=False).with_user(
            self.env.user).action_activate() is True)

    def test_state_changes_by_actions_only(self):
        draft = self._subscribe(activate=False).with_user(self.user_manager)
        with self.assertRaisesRegex(AccessError, "by its actions only"):
            draft.state = 'active'

    def test_begun_subscriptions_are_kept(self):
        with self.assertRaisesRegex(UserError, "has begun and is kept"):
            self._subscribe().unlink()
        self._subscribe(activate=False).unlink()

    def test_active_subscriptions_are_not_archived(self):
        with self.assertRaisesRegex(UserError, "nobody would bill it"):
            self._subscribe().action_archive()
        self._subscribe(activate=False).action_archive()

    def test_an_agreement_of_another_customer_is_refused(self):
        agreement = self.env['service.agreement'].create({
            'title': "Care", 'partner_id': self.other_customer.id})
        with self.assertRaisesRegex(ValidationError, "is an agreement with Bakery"):
            self._subscribe(agreement_id=agreement.id)

    @users('service_manager')
    def test_manager_subscribes_bills_and_closes(self):
        with Form(self.env['service.subscription']) as form:
            form.title = "Monitoring"
            form.partner_id = self.customer
            form.plan_id = self.monthly
            form.date_start = '2026-01-01'
            with form.line_ids.new() as line:
                line.product_id = self.monitoring
        subscription = form.record
        self.assertEqual(subscription.line_ids.base_price, 100)
        subscription.action_activate()
        wizard = self.env['service.subscription.bill'].create({
            'subscription_ids': subscription.ids, 'date_until': '2026-01-01'})
        self.assertEqual(len(wizard.preview_ids), 1)
        self.assertIn(self.company.currency_id.format(100), wizard.preview)
        action = wizard.action_apply()
        run = self.env['service.subscription.run'].browse(action['res_id'])
        self.assertEqual((run.state, run.amount, run.invoice_count), ('done', 100, 1))
        subscription._close(fields.Date.to_date('2026-01-31'), self.close_reason)
        self.assertTrue(subscription.action_view_invoices()['res_id'])

    @users('service_dispatcher', 'service_accountant')
    def test_others_look_and_do_not_touch(self):
        subscription = self._subscribe()
        self._bill(subscription, '2026-01-01')
        mine = subscription.with_user(self.env.user)
        self.assertEqual(mine.fee_ids.amount, 100)
        for action in ('action_activate', 'action_close', 'action_renew', 'action_create_fees'):
            with self.assertRaises(AccessError):
                getattr(mine, action)()
        with self.assertRaises(AccessError):
            mine.title = "Mine"
        with self.assertRaises(AccessError):
            mine.fee_ids.unlink()
        with self.assertRaises(AccessError):
            mine.fee_ids.action_bill_again()
        with self.assertRaises(AccessError):
            self.env['service.subscription.bill'].create({
                'subscription_ids': mine.ids}).action_apply()

    @users('service_technician')
    def test_technicians_do_not_see_subscriptions(self):
        subscription = self._subscribe()
        with self.assertRaises(AccessError):
            subscription.with_user(self.env.user).read(['title'])

    @users('service_manager')
    def test_nobody_writes_the_ledger_by_hand(self):
        subscription = self._subscribe()
        self._bill(subscription, '2026-01-01')
        fee = subscription.fee_ids.with_user(self.env.user)
        with self.assertRaises(AccessError):
            fee.amount = 1
        with self.assertRaises(AccessError):
            fee.copy()

    def test_renewal_moves_the_end_and_the_prices_after_it(self):
        subscription = self._subscribe(date_end='2026-12-31')
        self._bill(subscription, '2026-12-01')
        wizard = self.env['service.subscription.renew'].create({
            'subscription_ids': subscription.ids, 'months': 12, 'percent': 3.5})
        self.assertEqual(wizard.summary, '12/31/2027')
        wizard.action_apply()
        self._bill(subscription, '2027-01-01')
        self.assertEqual(str(subscription.date_end), '2027-12-31')
        self.assertEqual(self._spans(subscription)[-2:], [
            ('2026-12-01', '2026-12-31', 'regular', 100),
            ('2027-01-01', '2027-01-31', 'regular', 103.5)])

    def test_renewal_leaves_lines_that_end_with_the_former_term(self):
        subscription = self._subscribe(
            date_end='2026-12-31', lines=[{}, {'date_end': '2026-12-31'}])
        subscription._renew(fields.Date.to_date('2027-12-31'), 3.5)
        self.assertEqual(
            [(str(line.date_end), line.price_unit) for line in subscription.line_ids.sorted('id')],
            [('2026-12-31', 100), ('2026-12-31', 100), ('False', 103.5)])

    def test_renewal_without_end_is_refused(self):
        with self.assertRaisesRegex(UserError, "has no end to move"):
            self._subscribe()._renew(fields.Date.to_date('2027-12-31'))

    @users('service_dispatcher')
    def test_only_managers_make_and_end_subscriptions(self):
        """Also where a company lets its dispatchers write subscriptions."""
        self._let('dispatcher', 'service.subscription', perm_write=True)
        draft = self._subscribe(activate=False).with_user(self.env.user)
        active = self._subscribe(date_end='2026-12-31').with_user(self.env.user)
        for move in (
            draft.action_activate, active.action_renew,
            lambda: active._close(fields.Date.to_date('2026-06-30'), self.close_reason),
            lambda: active._renew(fields.Date.to_date('2027-12-31')),
        ):
            with self.assertRefusedWith(
                    AccessError, "Only a service manager makes and ends subscriptions",
                    draft, active):
                move()

    @users('service_manager')
    def test_renewal_goes_beyond_the_present_end(self):
        subscription = self._subscribe(date_end='2026-12-31').with_user(self.env.user)
        wizard = self.env['service.subscription.renew'].create({
            'subscription_ids': subscription.ids})
        self.assertEqual(wizard.summary, '12/31/2027')
        for day in ('2026-12-31', '2026-06-30'):
            with self.subTest(day), self.assertRefusedWith(
                    UserError, "lasts until 12/31/2026 already", subscription):
                subscription._renew(fields.Date.to_date(day))
        for values in ({'months': -1}, {'percent': -100}):
            with self.subTest(values), self.assertRefusedWith(
                    UserError, "A term has no less than 0 months", subscription,
                    subscription.line_ids):
                wizard.copy(values).action_apply()

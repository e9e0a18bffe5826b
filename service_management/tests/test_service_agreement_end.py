from datetime import date

from odoo.exceptions import UserError
from odoo.tests import Form, freeze_time, users

from .common_subscription import SubscriptionCommon


@freeze_time('2026-03-10 08:00:00')
class TestServiceAgreementEnd(SubscriptionCommon):
    """Nobody pays for what has ended, unless somebody says so."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.agreement = cls.env['service.agreement'].create({
            'title': "Full service", 'partner_id': cls.customer.id, 'company_id': cls.company.id,
            'date_start': '2026-01-01', 'date_end': '2026-12-31',
            'user_id': cls.user_manager.id})
        cls.agreement._activate()
        cls.billing = cls._subscribe(agreement_id=cls.agreement.id)
        cls.ending = cls._subscribe(agreement_id=cls.agreement.id, date_end='2026-03-09')
        cls.draft = cls._subscribe(agreement_id=cls.agreement.id, activate=False)
        cls.another = cls._subscribe()

    def _ask(self, operation, **values):
        """Return the dialog as a service manager sees it, filled in."""
        agreement = self.agreement.with_user(self.env.user)
        action = getattr(agreement, f'action_{operation}')()
        form = Form(self.env[action['res_model']].with_context(**action['context']))
        form.reason_id = self.close_reason
        for name, value in values.items():
            setattr(form, name, value)
        return form

    def _get_todos(self):
        return self.agreement.activity_ids.sudo()

    @users('service_manager')
    def test_closing_asks_about_subscriptions_that_bill_on_and_closes_them(self):
        """With the same day and reason; those that end by themselves, or never began, stay."""
        form = self._ask('close', note="Sold the house")
        self.assertEqual(form.subscription_choice, 'close')
        wizard = form.save()
        self.assertEqual(wizard.subscription_ids, self.billing)
        wizard.action_apply()
        self.assertRecordValues(self.billing | self.ending | self.draft | self.another, [
            {'state': 'closed', 'date_closed': date(2026, 3, 10),
             'close_reason_id': self.close_reason.id, 'close_note': "Sold the house"},
            {'state': 'active', 'date_closed': False, 'close_reason_id': False, 'close_note': False},
            {'state': 'draft', 'date_closed': False, 'close_reason_id': False, 'close_note': False},
            {'state': 'active', 'date_closed': False, 'close_reason_id': False, 'close_note': False},
        ])
        self.assertEqual(self.agreement.state, 'closed')
        self.assertFalse(self._get_todos())

    @users('service_manager')
    def test_what_was_billed_beyond_the_last_day_is_credited(self):
        self._bill(self.billing.sudo(), '2026-03-10').action_post()
        self._ask('close').save().action_apply()
        self.assertEqual(
            self._bill(self.billing.sudo(), '2026-03-31').amount_untaxed, 67.74)

    @users('service_manager')
    def test_subscriptions_bill_on_where_somebody_says_so(self):
        self._ask('close', subscription_choice='keep').save().action_apply()
        self.assertEqual((self.agreement.state, self.billing.state), ('closed', 'active'))

    @users('service_manager')
    def test_later_last_day_leaves_what_ends_before_it(self):
        self.billing.sudo().date_end = '2026-05-31'
        form = self._ask('close', date_end=date(2026, 6, 30))
        self.assertFalse(form.subscription_choice)
        form.save().action_apply()
        self.assertEqual(self.billing.state, 'active')

    @users('service_manager')
    def test_subscription_that_begins_later_never_does(self):
        future = self._subscribe('2026-06-01', agreement_id=self.agreement.id)
        self._ask('close').save().action_apply()
        self.assertEqual((future.state, future.date_closed), ('closed', date(2026, 5, 31)))
        self.assertFalse(self._bill(future, '2026-12-31'))

    @users('service_manager')
    def test_suspended_agreement_is_paid_for_unless_somebody_says_otherwise(self):
        form = self._ask('suspend')
        self.assertEqual(form.subscription_choice, 'keep')
        form.save().action_apply()
        self.assertEqual(self.billing.state, 'active')
        self.agreement.with_user(self.env.user).action_resume()
        self.assertFalse(self._get_todos())

    @users('service_manager')
    def test_resuming_tells_which_subscriptions_were_closed_with_the_suspension(self):
        self._ask('suspend', subscription_choice='close').save().action_apply()
        self.assertEqual((self.billing.state, self.billing.date_closed),
                         ('closed', date(2026, 3, 10)))
        for _time in range(2):  # told once
            self.agreement.with_user(self.env.user).action_resume()
            self.assertEqual(self._get_todos().user_id, self.user_manager)
            self.assertIn(self.billing.name, self._get_todos().summary)

    @users('service_manager')
    def test_who_may_not_close_subscriptions_leaves_it_to_their_responsible(self):
        self.env['ir.model.access'].sudo().search([
            ('model_id.model', '=', 'service.subscription'), ('perm_write', '=', True),
        ]).perm_write = False
        self.billing.sudo().user_id = self.user_dispatcher
        form = self._ask('close')
        self.assertEqual(form.subscription_choice, 'keep')
        wizard = form.save()
        wizard.subscription_choice = 'close'
        with self.assertRaisesRegex(UserError, "You may not close these subscriptions"):
            wizard.action_apply()
        wizard.subscription_choice = 'keep'
        wizard.action_apply()
        self.assertEqual((self.agreement.state, self.billing.state), ('closed', 'active'))
        todo = self.billing.sudo().activity_ids
        self.assertEqual(todo.user_id, self.user_dispatcher)
        self.assertIn(self.agreement.name, todo.summary)

    @users('service_manager')
    def test_agreement_without_subscriptions_asks_nothing(self):
        self.billing._close(date(2026, 3, 1), self.close_reason)
        form = self._ask('close')
        self.assertFalse(form.subscription_choice)
        form.save().action_apply()
        self.assertEqual(self.agreement.state, 'closed')

    def test_expired_agreement_tells_what_bills_on_until_nothing_does(self):
        quiet = self.agreement.copy({'partner_id': self.customer.id, 'date_start': '2026-01-01'})
        quiet._activate()
        with freeze_time('2027-01-02 08:00:00'):
            for _night in range(2):
                (self.agreement | quiet)._renew_batch((self.agreement | quiet).ids)
            self.assertEqual((self.agreement.state, quiet.state), ('expired', 'expired'))
            todos = self._get_todos().filtered(lambda todo: "Expired" in (todo.summary or ''))
            self.assertEqual(todos.user_id, self.user_manager)
            self.assertIn(self.billing.name, todos.summary)
            self.assertNotIn(self.ending.name, todos.summary)
            self.assertFalse(quiet.activity_ids.filtered(
                lambda todo: "bill on" in (todo.summary or '')))
            self.billing._close(date(2026, 12, 31), self.close_reason)
            self.assertFalse(self._get_todos())

    def test_renewing_takes_what_bills_on_off_the_list(self):
        with freeze_time('2027-01-02 08:00:00'):
            self.agreement._renew_batch(self.agreement.ids)
            self.assertTrue(self._get_todos())
            self.agreement.action_renew()
            self.assertFalse(self._get_todos())

    def test_two_companies_end_their_own(self):
        """The other company's subscriptions are neither listed nor closed."""
        other = self.setup_other_company()['company']
        self.user_manager.company_ids |= other
        customer = self.env['res.partner'].create({'name': "Abroad", 'is_company': True})
        there = self.env['service.agreement'].with_company(other).create({
            'title': "There", 'partner_id': customer.id, 'company_id': other.id})
        there._activate()
        manager = self.user_manager.with_company(other)
        wizard = self.env['service.agreement.end'].with_user(manager).with_context(
            allowed_company_ids=other.ids).create({
                'agreement_ids': there.ids, 'operation': 'close',
                'reason_id': self.close_reason.id})
        self.assertFalse(wizard.subscription_ids)
        wizard.action_apply()
        self.assertEqual((there.state, self.billing.state), ('closed', 'active'))

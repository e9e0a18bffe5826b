from datetime import date

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, freeze_time, users

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

    @users('service_manager')
    def test_unit_of_a_line_is_not_cleared(self):
        line = self._subscribe().with_user(self.env.user).line_ids
        with self.assertRefused("required value for the field 'Unit'"):
            line.product_uom_id = False

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

    @users('service_manager')
    def test_a_line_that_would_never_be_billed_is_refused(self):
        ended = self._subscribe(date_end='2026-01-31')
        Line = self.env['service.subscription.line']
        with freeze_time('2026-02-15'):
            for values in ({}, {'date_start': '2026-02-01'}, {'date_end': '2025-12-31'}):
                with self.subTest(**values), self.assertRefusedWith(
                        ValidationError, "would never be billed", ended):
                    Line.create({'subscription_id': ended.id, 'product_id': self.monitoring.id,
                                 **values})
        open_ended = self._subscribe(lines=[{}, {'date_start': '2026-06-01'}])
        with self.assertRefusedWith(ValidationError, "would never be billed", open_ended):
            open_ended.with_user(self.env.user).date_end = '2026-05-31'
        draft = self._subscribe(activate=False, lines=[{'date_end': '2025-12-31'}])
        with self.assertRefusedWith(UserError, "would never be billed", draft):
            draft.with_user(self.env.user).action_activate()

    @users('service_manager')
    def test_a_duplicate_has_the_lines_that_serve(self):
        subscription = self._subscribe('2026-03-01')
        self._bill(subscription, '2026-03-01')
        subscription.line_ids._change_terms(date(2026, 3, 1), base_price=200)
        copied = subscription.with_user(self.env.user).copy()
        copied.action_activate()
        self.assertEqual(self._bill(copied.sudo(), '2026-03-01').amount_untaxed, 200)

    @users('service_manager')
    def test_changes_of_a_duplicate_are_no_first_and_last_periods(self):
        plan = self._create_plan(first_period='full', last_period='full')
        subscription = self._subscribe('2026-03-01', plan)
        self._bill(subscription, '2026-03-01')
        line = subscription.line_ids._change_terms(date(2026, 3, 16), base_price=200)
        line._change_terms(date(2026, 3, 16), base_price=300)
        copied = subscription.with_user(self.env.user).copy()
        copied.action_activate()
        self.assertEqual(self._bill(copied.sudo(), '2026-03-01').amount_untaxed, 48.39)
        self.assertEqual(self._bill(copied.sudo(), '2026-03-31').amount_untaxed, 154.84)

    @users('service_manager')
    def test_every_change_of_an_active_subscriptions_terms_is_kept(self):
        draft = self._subscribe(activate=False).with_user(self.env.user)
        draft.line_ids.base_price = 70
        self.assertFalse(draft.change_ids)
        draft.action_activate()
        subscription = draft
        line = subscription.line_ids
        line.base_price = 1
        added = self.env['service.subscription.line'].create({
            'subscription_id': subscription.id, 'product_id': self.monitoring.id,
            'date_start': '2026-02-01', 'base_price': 30})
        added.unlink()
        self._bill(subscription.sudo(), '2026-01-01')
        line._change_terms(date(2026, 1, 16), index=110)
        subscription.date_end = '2026-12-31'
        self.assertEqual(
            [(change.subject, change.term, change.old_value, change.new_value)
             for change in subscription.change_ids.sorted('id')], [
                ("Monitoring", "Base Price", '70.0', '1.0'),
                ("Monitoring", "Line", False, '1 × $\xa030.00, 02/01/2026'),
                ("Monitoring", "Line", '1 × $\xa030.00, 02/01/2026', False),
                ("Monitoring from 01/16/2026", "Index (%)", '100.0', '110.0'),
                ("Monitoring", "To", '', '01/15/2026'),
                (False, "To", '', '12/31/2026')])
        self.assertEqual(subscription.change_ids.user_id, self.env.user)
        with self.assertRaises(AccessError):
            subscription.change_ids[0].new_value = "2"

    def test_a_line_of_quantity_zero_is_not_billed(self):
        subscription = self._subscribe(lines=[{'quantity': 0}])
        self._bill(subscription, '2026-03-01')
        self.assertFalse(subscription.fee_ids)
        self.assertFalse(subscription.date_next_bill)

    def test_an_object_of_another_customer_is_refused(self):
        with self.assertRaisesRegex(ValidationError, "belongs to Bakery"):
            self._subscribe(lines=[{'object_id': self.other_object.id}])

    def test_an_object_stays_with_its_customer_while_a_subscription_serves_it(self):
        subscription = self._subscribe(lines=[{'object_id': self.object.id}])
        with self.assertRefusedWith(
                ValidationError, f"Boiler.*not finished: {subscription.name}", self.object):
            self.object.partner_id = self.other_customer

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

    #=== THE DIALOG ===#

    @users('service_manager')
    def test_manager_changes_a_line_from_a_day_on(self):
        subscription = self._subscribe('2026-04-01', lines=[{'index': 120, 'discount': 10}])
        self._bill(subscription, '2026-04-01')
        line = subscription.line_ids.with_user(self.env.user)
        action = line.action_change()
        with freeze_time('2026-04-10'):
            form = Form(self.env[action['res_model']].with_context(**action['context']))
            self.assertEqual(
                (form.quantity, form.base_price, form.index, form.discount), (1, 100, 120, 10))
            self.assertEqual((str(form.date), str(form.date_billed_to)),
                             ('2026-04-10', '2026-04-30'))
            form.date = '2026-04-16'
            form.quantity = 2
            form.base_price = 90
            form.save().action_apply()
        new = subscription.line_ids - line
        terms = {'product_id': self.monitoring.id, 'index': 120, 'discount': 10}
        self.assertRecordValues(line | new, [
            {**terms, 'quantity': 1, 'base_price': 100, 'date_end': date(2026, 4, 15),
             'predecessor_id': False},
            {**terms, 'quantity': 2, 'base_price': 90, 'date_end': False,
             'predecessor_id': line.id}])
        self.assertEqual(str(new.date_start), '2026-04-16')
        self._bill(subscription, '2026-04-16')
        self.assertEqual(self._spans(subscription), [
            ('2026-04-01', '2026-04-30', 'regular', 108),
            ('2026-04-16', '2026-04-30', 'reduction', -54),
            ('2026-04-16', '2026-04-30', 'partial', 97.2)])

    @users('service_dispatcher')
    def test_dispatcher_changes_no_line(self):
        line = self._subscribe('2026-04-01').line_ids
        values = {'line_id': line.id, 'date': '2026-04-16', 'quantity': 2}
        with self.assertRefusedWith(AccessError, "not allowed to create", line):
            self.env['service.subscription.change'].create(values)
        self._let('dispatcher', 'service.subscription.change', perm_create=True)
        wizard = self.env['service.subscription.change'].create(values)
        with self.assertRefusedWith(AccessError, "Only a service manager", line):
            wizard.action_apply()
        self.assertFalse(line.successor_ids)

    @users('service_manager')
    def test_line_is_changed_on_days_of_its_own_and_once(self):
        line = self._subscribe(date_end='2026-12-31').line_ids.with_user(self.env.user)
        self._bill(line.subscription_id.sudo(), '2026-01-01')

        def change(day):
            self.env['service.subscription.change'].create({
                'line_id': line.id, 'date': day, 'quantity': 2}).action_apply()

        for day, said in (('2025-12-31', "12/31/2025"), ('2027-01-01', "01/01/2027")):
            with self.subTest(day), self.assertRefusedWith(
                    UserError, f"is not served on {said}", line):
                change(day)
        change('2026-03-01')
        for day, message in (('2026-02-01', "was changed already"), ('2026-03-01', "not served")):
            with self.subTest(day), self.assertRefusedWith(
                    UserError, message, line.subscription_id.line_ids):
                change(day)

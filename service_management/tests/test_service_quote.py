from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import freeze_time, tagged

from .common import SIGNATURE, ServiceBaseCommon


@freeze_time('2026-03-02 09:00:00')
@tagged('post_install', '-at_install')
class TestServiceQuote(ServiceBaseCommon):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer.email = 'hotel@example.com'
        cls.stage_quoted = cls.env.ref('service_management.service_stage_quoted')
        cls.decline_reason = cls.env.ref('service_management.service_reason_too_expensive')

    def _send(self, order):
        action = order.action_send_quote()
        composer = self.env['mail.compose.message'].with_context(**action['context']).create({})
        composer._action_send_mail()

    #=== SENDING ===#

    def test_sending_the_mail_makes_it_a_quote(self):
        order = self._create_quote()
        action = order.action_send_quote()
        self.assertFalse(order.quote_sent_on, "Opening the mail sends nothing")
        self.assertEqual(fields.Date.to_string(order.validity_date), '2026-04-01')
        self.env['mail.compose.message'].with_context(
            **action['context']).create({})._action_send_mail()
        self.assertRecordValues(order, [{
            'quote_sent_on': fields.Datetime.now(), 'stage_id': self.stage_quoted.id,
            'validity_date': fields.Date.to_date('2026-04-01'), 'can_accept': True}])
        message = order.message_ids.filtered(lambda item: item.message_type == 'comment')
        self.assertIn(self.customer, message.partner_ids)
        self.assertIn("It is valid until", message.body)
        self.assertEqual(len(message.attachment_ids), 1)

    def test_sending_again_keeps_a_date_that_was_agreed(self):
        order = self._create_quote(validity_date='2026-03-10')
        order.action_mark_quote_sent()
        self.assertEqual(fields.Date.to_string(order.validity_date), '2026-03-10')
        with freeze_time('2026-03-11 09:00:00'):
            order.action_mark_quote_sent()
            self.assertEqual(fields.Date.to_string(order.validity_date), '2026-04-10')

    def test_nothing_cannot_be_quoted(self):
        order = self._create_order(stage_id=self.stage_request.id)
        with self.assertRaisesRegex(UserError, "has no lines yet"):
            order.action_send_quote()

    def test_open_orders_cannot_be_quoted(self):
        order = self._create_order()
        self._create_line(order)
        with self.assertRaisesRegex(UserError, "is not a request any more"):
            order.action_mark_quote_sent()

    def test_quote_holds_the_fees_and_the_agreed_total(self):
        product = self._create_service_product("Fee", 0)
        self.env['service.price.rule'].create({
            'name': "Call-out", 'kind': 'call_out', 'amount': 45, 'product_id': product.id,
            'company_id': self.company.id})
        order = self._create_quote(limit_kind='maximum', limit_amount=200)
        order.action_mark_quote_sent()
        self.assertEqual(order.amount_untaxed, 200)
        self.assertEqual(len(order.line_ids), 2)

    #=== ACCEPTING ===#

    def test_acceptance_opens_the_order_and_tells_the_responsible(self):
        order = self._create_quote(user_id=self.user_dispatcher.id)
        order.action_mark_quote_sent()
        order._accept_quote(" Guest ", SIGNATURE)
        self.assertRecordValues(order, [{
            'state': 'open', 'accepted_by': "Guest", 'accepted_on': fields.Datetime.now(),
            'can_accept': False}])
        self.assertEqual(len(order.visit_ids), 1)
        self.assertRecordValues(order.activity_ids, [{
            'user_id': self.user_dispatcher.id, 'summary': "Accepted by Guest."}])

    def test_accepted_prices_stay(self):
        order = self._create_quote()
        order.action_mark_quote_sent()
        order._accept_quote("Guest", SIGNATURE)
        line = order.line_ids
        self.hours.list_price = 200
        line.quantity_planned = 5
        self.assertRecordValues(line, [{
            'price_unit': 80, 'price_explanation': "Agreed in the quote"}])
        extra = self._create_line(order)
        self.assertEqual(extra.price_unit, 200, "More work has the prices of its day")

    def test_a_price_changed_after_the_quote_is_no_longer_the_agreed_one(self):
        order = self._create_quote()
        order.action_mark_quote_sent()
        order._accept_quote("Guest", SIGNATURE)
        order.line_ids.price_unit = 70
        self.assertFalse(order.line_ids.is_price_agreed)
        self.assertIn("by hand instead of", order.line_ids.price_explanation)

    def test_a_covered_line_that_is_charged_costs_what_was_agreed_before_coverage(self):
        """(discount of the pricelist, covered, values by hand, agreed, charged by a manager)"""
        rule = self.env['service.price.rule'].create({
            'name': "Second Year", 'kind': 'warranty', 'percent': 0,
            'company_id': self.company.id})
        for percent, covered, given, agreed, charged in (
            (0, 100, {}, 0, 120), (0, 40, {}, 72, 120), (25, 100, {}, 0, 90),
            (25, 40, {}, 72, 90), (0, 100, {'price_unit': 100}, 0, 100),
            (0, 40, {'discount': 50}, 60, 60),
        ):
            with self.subTest(percent=percent, covered=covered, given=given):
                rule.percent = covered
                self.part.list_price = 120
                order = self._create_quote(
                    object_ids=self.object.ids, pricelist_id=self.env['product.pricelist'].create({
                        'name': "Friends", 'company_id': self.company.id, 'item_ids': [
                            Command.create({'compute_price': 'percentage', 'percent_price': percent}),
                        ]}).id)
                line = self._create_line(order, 'item')
                line.write(given)
                order.action_mark_quote_sent()
                order._accept_quote("Guest", SIGNATURE)
                self.part.list_price = 500
                self.assertEqual(line.price_subtotal, agreed)
                line.with_user(self.user_manager).write({
                    'billing_override': 'chargeable', 'billing_note': "Misuse"})
                self.assertRecordValues(line, [{'price_subtotal': charged, 'is_price_agreed': True}])
                line.with_user(self.user_manager).billing_override = False
                self.assertEqual(line.price_subtotal, agreed, "taken back, it is as agreed")
                line.with_user(self.user_manager).billing_override = 'chargeable'
                self._plan(order)
                self._sign(order)
                order._post_lines()
                self.assertEqual(line.price_subtotal, charged)

    def test_no_fee_joins_an_accepted_quote(self):
        order = self._create_quote()
        order.action_mark_quote_sent()
        self.env['service.price.rule'].create({
            'name': "Call-out", 'kind': 'call_out', 'amount': 45, 'company_id': self.company.id,
            'product_id': self._create_service_product("Fee", 0).id})
        order._accept_quote("Guest", SIGNATURE)
        self.assertEqual(order.amount_untaxed, 160)

    def test_booked_time_is_billed_at_the_agreed_price(self):
        order = self._create_quote()
        order.action_mark_quote_sent()
        order._accept_quote("Guest", SIGNATURE)
        self.hours.list_price = 200
        visit = self._plan(order, '2026-03-02 09:00:00')
        visit.action_start()
        with freeze_time('2026-03-02 10:30:00'):
            visit.action_stop()
        self.assertRecordValues(order.line_ids, [{'quantity': 1.5, 'price_subtotal': 120}])

    def test_yes_on_the_phone_holds_the_prices_too(self):
        order = self._create_quote()
        order.action_mark_quote_sent()
        order.with_user(self.user_dispatcher).action_confirm()
        self.assertTrue(order.line_ids.is_price_agreed)

    def test_accepted_total_stays_when_another_rule_would_fit(self):
        group, other = self.env['service.object.group'].create([
            {'name': "Boilers"}, {'name': "Chillers"}])
        self.object.group_id = group
        self.env['service.price.rule'].create([
            {'name': name, 'kind': 'fixed', 'amount': amount, 'company_id': self.company.id, **only}
            for name, amount, only in (
                ("Urgent", 950, {'min_priority': '3', 'sequence': 1}),
                ("Boilers", 700, {'object_group_ids': group.ids}),
                ("Chillers", 900, {'object_group_ids': other.ids}))])
        for accept in (
                lambda order: order._accept_quote("Guest", SIGNATURE),
                lambda order: order.with_user(self.user_dispatcher).action_confirm()):
            order = self._create_quote(object_ids=self.object.ids)
            order.action_mark_quote_sent()
            self.assertEqual(order.amount_untaxed, 700)
            accept(order)
            self.object.group_id = other
            order.priority = '3'
            order.action_apply_price_rules()
            self.assertRecordValues(order, [{
                'amount_untaxed': 700, 'limit_kind': 'fixed', 'limit_amount': 700}])
            self.object.group_id = group

    def test_quote_keeps_its_total_until_it_is_sent_again(self):
        self.env['service.price.rule'].create([
            {'name': "Urgent", 'kind': 'fixed', 'amount': 950, 'min_priority': '3', 'sequence': 1},
            {'name': "All", 'kind': 'fixed', 'amount': 700}])
        order = self._create_quote()
        order.action_mark_quote_sent()
        order.priority = '3'
        self.assertRecordValues(order, [{'limit_amount': 700, 'amount_untaxed': 700}])
        order.action_mark_quote_sent()
        self.assertRecordValues(order, [{'limit_amount': 950, 'amount_untaxed': 950}])

    def test_accepted_fee_taxes_and_terms_stay(self):
        zone = self.env['service.zone'].create({'name': "Far"})
        self.env['service.price.rule'].create({
            'name': "Call-out", 'kind': 'call_out', 'amount': 45, 'zone_ids': zone.ids,
            'product_id': self._create_service_product("Fee", 0).id})
        order = self._create_quote(zone_id=zone.id)
        order.action_mark_quote_sent()
        order._accept_quote("Guest", SIGNATURE)
        self.assertEqual(order.amount_untaxed, 205)
        total, terms = order.amount_total, order.payment_term_id
        order.write({'zone_id': False, 'fiscal_position_id': self.env[
            'account.fiscal.position'].create({'name': "Abroad", 'tax_ids': []}).id})
        self.customer.property_payment_term_id = self.env['account.payment.term'].create(
            {'name': "Later"})
        order.action_apply_price_rules()
        self.assertRecordValues(order, [{
            'amount_untaxed': 205, 'amount_total': total, 'payment_term_id': terms.id}])

    def test_warranty_that_ends_later_does_not_charge_what_was_accepted(self):
        self.object.warranty_labor_end = '2026-12-31'
        order = self._create_quote(object_ids=self.object.ids)
        order.action_mark_quote_sent()
        order._accept_quote("Guest", SIGNATURE)
        self.assertEqual(order.amount_untaxed, 0)
        self.object.warranty_labor_end = '2025-12-31'
        self.assertRecordValues(order.line_ids, [{'billing': 'warranty', 'price_subtotal': 0}])

    def test_accepted_order_is_not_given_to_another_customer(self):
        order = self._create_quote()
        order.action_mark_quote_sent()
        order._accept_quote("Guest", SIGNATURE)
        with self.assertRaisesRegex(UserError, "was quoted to Harbour Hotel and accepted"):
            order.partner_id = self.other_customer

    def test_quote_is_valid_by_the_day_of_its_company(self):
        for timezone, moment, accepted in (
                ('Pacific/Auckland', '2026-11-25 10:59:00', True),
                ('Pacific/Auckland', '2026-11-25 11:01:00', False),
                ('America/New_York', '2026-11-26 02:00:00', True),
                ('America/New_York', '2026-11-26 05:01:00', False)):
            self.calendar.tz = timezone
            order = self._create_quote()
            order.action_mark_quote_sent()
            order.validity_date = '2026-11-25'
            for tz in ('UTC', 'Pacific/Auckland', 'America/New_York'):
                with self.subTest(timezone=timezone, moment=moment, tz=tz), freeze_time(moment):
                    self.env.invalidate_all()
                    seen = order.with_context(tz=tz)
                    self.assertEqual(seen.can_accept, accepted)
                    self.assertEqual(
                        order in seen.search([('is_quote_expired', '=', False)]), accepted)

    def _accepted_and_more(self):
        """Return an accepted quote and the line that was added to it afterwards."""
        order = self._create_quote()
        order.action_mark_quote_sent()
        order._accept_quote("Guest", SIGNATURE)
        return order, self._create_line(order, quantity_planned=1)

    def assertOnlyQuotedIsAgreed(self, order, later):
        self.assertTrue((order.line_ids - later).is_price_agreed)
        self.assertFalse(later.is_price_agreed)
        self.assertNotIn("Agreed in the quote", later.price_explanation)
        self.hours.list_price = 200
        later.quantity_planned = 3
        self.assertEqual(later.price_unit, 200, "More work has the prices of its day")

    def test_cancelling_a_visit_agrees_no_price(self):
        order, later = self._accepted_and_more()
        visit = self._plan(order)
        self.env['service.visit.cancel'].create({
            'visit_ids': visit.ids,
            'reason_id': self.env['service.reason']._get_default('visit').id}).action_apply()
        self.assertTrue((order.visit_ids - visit).is_unassigned, "another visit waits")
        self.assertOnlyQuotedIsAgreed(order, later)

    def test_reopening_a_signed_off_order_agrees_no_price(self):
        order, later = self._accepted_and_more()
        self._plan(order)
        self._sign(order)
        order.write({'stage_id': self.stage_first.id, 'stage_note': "More work"})
        self.assertOnlyQuotedIsAgreed(order, later)

    def test_revoking_an_accepted_order_agrees_no_price(self):
        order, later = self._accepted_and_more()
        order._move_to('cancelled', self.cancel_reason)
        order.action_revoke()
        self.assertEqual(later.state, 'open')
        self.assertOnlyQuotedIsAgreed(order, later)

    def test_what_was_added_before_the_yes_is_on_the_page_and_agreed(self):
        order = self._create_quote()
        order.action_mark_quote_sent()
        self._create_line(order, quantity_planned=1)
        order._accept_quote("Guest", SIGNATURE)
        self.assertEqual(order.line_ids.mapped('is_price_agreed'), [True, True])

    def test_a_declined_quote_that_is_revoked_holds_its_prices(self):
        order = self._create_quote()
        order.action_mark_quote_sent()
        waived = self._create_line(order, quantity_planned=1)
        waived.action_cancel()
        order._decline_quote(self.decline_reason, "")
        order.action_revoke()
        self.assertTrue((order.line_ids - waived).is_price_agreed)
        self.assertFalse(waived.is_price_agreed, "a line that was taken out was not offered")

    def test_a_request_that_was_not_quoted_has_no_agreed_prices(self):
        order = self._create_quote()
        order.action_confirm()
        self.assertFalse(order.line_ids.is_price_agreed)

    def test_unsent_quotes_cannot_be_accepted(self):
        order = self._create_quote()
        with self.assertRaisesRegex(UserError, "cannot be accepted any more"):
            order._accept_quote("Guest", SIGNATURE)

    def test_a_quote_is_accepted_once(self):
        order = self._create_quote()
        order.action_mark_quote_sent()
        order._accept_quote("Guest", SIGNATURE)
        with self.assertRaisesRegex(UserError, "cannot be accepted any more"):
            order._accept_quote("Guest", SIGNATURE)

    def test_a_quote_is_valid_to_its_last_day(self):
        order = self._create_quote(validity_date='2026-03-10')
        order.action_mark_quote_sent()
        with freeze_time('2026-03-10 12:00:00'):
            order.invalidate_recordset()
            self.assertTrue(order.can_accept)
        with freeze_time('2026-03-11 12:00:00'):
            order.invalidate_recordset()
            self.assertIn(order, order.search([('is_quote_expired', '=', True)]))
            with self.assertRaisesRegex(UserError, "has expired"):
                order._accept_quote("Guest", SIGNATURE)
        self.assertNotIn(order, order.search([('is_quote_expired', '=', True)]))
        self.assertIn(order, order.search([('is_quote_expired', '=', False)]))

    def test_acceptance_needs_a_name_and_a_signature(self):
        order = self._create_quote()
        order.action_mark_quote_sent()
        for name, signature in (("", SIGNATURE), ("  ", SIGNATURE), ("Guest", False)):
            with self.subTest(name=name), self.assertRaisesRegex(UserError, "Enter your name"):
                order._accept_quote(name, signature)

    def test_acceptance_works_where_the_open_stage_needs_a_reason(self):
        self.stage_first.needs_reason = True
        order = self._create_quote()
        order.action_mark_quote_sent()
        order._accept_quote("Guest", SIGNATURE)
        self.assertRecordValues(order, [{'state': 'open', 'stage_reason_id': self.reason.id}])

    #=== DECLINING ===#

    def test_declining_cancels_for_the_customers_reason(self):
        order = self._create_quote(user_id=self.user_dispatcher.id)
        order.action_mark_quote_sent()
        order._decline_quote(self.decline_reason, "Half of it would do.")
        self.assertRecordValues(order, [{
            'state': 'cancelled', 'stage_reason_id': self.decline_reason.id,
            'stage_note': "Half of it would do."}])
        self.assertEqual(
            order.activity_ids.summary, "Declined: Too expensive: Half of it would do.")
        self.assertEqual(order.stage_log_ids[-1].reason_id, self.decline_reason)

    def test_declining_needs_a_word(self):
        order = self._create_quote()
        order.action_mark_quote_sent()
        with self.assertRaisesRegex(UserError, "Tell us why"):
            order._decline_quote(self.reason, " ")  # a reason of another usage is none

    def test_only_open_quotes_are_declined(self):
        for order in (self._create_quote(), self._create_order()):
            with self.assertRaisesRegex(UserError, "cannot be declined any more"):
                order._decline_quote(self.decline_reason, "")

    #=== SIGNING ===#

    def test_customers_sign_what_is_finished(self):
        order = self._create_order()
        visit = self._plan(order, '2026-03-02 09:00:00')
        with self.assertRaisesRegex(UserError, "nothing to sign"):
            order._sign_by_customer("Guest", SIGNATURE)
        visit.action_start()
        self.assertFalse(order.can_customer_sign)
        with freeze_time(fields.Datetime.now() + timedelta(hours=1)):
            visit.action_stop()
            visit.action_done()
        self.assertTrue(order.can_customer_sign)
        order._sign_by_customer("Guest", SIGNATURE)
        self.assertRecordValues(order, [{'state': 'signed_off', 'signed_by': "Guest"}])

    def test_customers_do_not_sign_while_a_visit_is_to_come(self):
        order = self._create_order()
        self._plan(order, '2026-03-02 09:00:00').action_done()
        self._plan(order, '2026-03-04 09:00:00')
        self.assertFalse(order.can_customer_sign)

    #=== ROLES ===#

    def test_technicians_do_not_write_to_quotes(self):
        order = self._create_quote()
        with self.assertRaises(AccessError):
            order.with_user(self.user_technician).action_mark_quote_sent()

    def test_copies_are_not_quoted_accepted_or_signed(self):
        order = self._create_quote()
        order.action_mark_quote_sent()
        order._accept_quote("Guest", SIGNATURE)
        self.assertRecordValues(order.copy(), [{
            'quote_sent_on': False, 'validity_date': False, 'accepted_by': False,
            'accept_signature': False, 'access_token': False}])

    def test_a_quote_needs_a_day_at_least(self):
        with self.assertRefused("valid for a day at least"):
            self.company.service_quote_days = 0

from datetime import datetime

from odoo import http
from odoo.fields import Command
from odoo.tests import tagged

from .common import SIGNATURE
from .common_portal import PortalCommon
from .test_service_agreement import AgreementCommon

#: In force on whatever day the tests run.
TERM = {'date_start': '2020-01-01', 'date_end': '2099-12-31'}


@tagged('post_install', '-at_install')
class TestServiceAgreementPortal(PortalCommon, AgreementCommon):
    """What customers see of agreements and promises, asked over HTTP as their browsers do."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.guest = cls._create_portal_user('guest', cls.customer)
        cls.stranger = cls._create_portal_user('stranger', cls.other_customer)
        cls.agreement = cls._create_agreement(
            {'every': (1, 'month'), 'object_id': cls.object.id, 'name': "Inspection"},
            title="Boilers, full service", coverage_labor=100,
            object_ids=cls.object.ids, **TERM)
        cls.offer = cls._create_agreement(
            {'name': "Cleaning"}, title="Chillers", active=False, user_id=cls.user_manager.id,
            **TERM)
        cls.offer.action_mark_quote_sent()
        cls.draft = cls._create_agreement(title="Not Sent Yet", active=False, **TERM)
        cls.template = cls._create_template()

    def _accept(self, agreement, token=None, name="Guest", signature=SIGNATURE):
        return self._call(
            f'/my/service_agreements/{agreement.id}/accept', access_token=token, name=name,
            signature=signature, fingerprint=agreement._get_quote_fingerprint())

    def test_document_is_downloaded_as_the_link_of_the_page_asks(self):
        self.authenticate('guest', 'guest')
        response = self._get(
            f'/my/service_agreements/{self.agreement.id}?report_type=pdf&download=true')
        self.assertEqual(response.headers['Content-Type'], 'application/pdf')
        self.assertIn(
            self.agreement.name.replace('/', '_') + '.pdf', response.headers['Content-Disposition'])

    def test_page_takes_no_more_from_the_address_than_it_names(self):
        self.authenticate('guest', 'guest')
        extra = '&'.join(f'{name}=1' for name in (
            'document', 'values', 'session_history', 'no_breadcrumbs', 'record', 'options'))
        page = self._get(f'/my/service_agreements/{self.agreement.id}?{extra}').text
        self.assertIn(self.agreement.name, page)

    def test_customers_list_what_was_agreed_or_offered(self):
        self.authenticate('guest', 'guest')
        page = self._get('/my/service_agreements').text
        self.assertIn(self.agreement.name, page)
        self.assertIn(self.offer.name, page)
        for hidden in (self.draft.title, self.template.title):
            self.assertNotIn(hidden, page)
        self.assertNotIn(self.agreement.name, self._get(
            '/my/service_agreements?filterby=quote&sortby=x&groupby=x&search_in=x').text)
        self.authenticate('stranger', 'stranger')
        self.assertIn("no agreement with you yet", self._get('/my/service_agreements').text)

    def test_staff_decide_nothing_for_customers_and_are_told_who_does(self):
        accountant = self._create_user('technician', login='accountant')
        accountant.group_ids = [Command.set([
            self.env.ref('base.group_user').id, self.env.ref('account.group_account_invoice').id])]
        for user in (self.user_manager, accountant):
            user.password = 'of-the-staff'
            self.authenticate(user.login, 'of-the-staff')
            for token in (None, self.offer._portal_ensure_token()):
                with self.subTest(user=user.login, token=bool(token)):
                    self.assertIn(
                        "Only the customer decides", self._accept(self.offer, token)['error'])
            page = self._get(self.offer.with_user(user).action_preview_portal()['url']).text
            with self.subTest(user=user.login):
                self.assertIn("Only the customer decides here", page)
                self.assertNotIn(self.offer.access_token, page)
                self.assertNotIn('o_service_decline', page)
        self.assertRecordValues(self.offer, [{'state': 'draft', 'accepted_by': False}])

    def test_page_shows_the_terms_and_the_paper_does_too(self):
        self.authenticate('guest', 'guest')
        url = f'/my/service_agreements/{self.agreement.id}'
        for page in (self._get(url).text, self._get(f'{url}?report_type=html').text):
            for text in ("Boilers, full service", "Inspection", "Boiler", "S/N",
                         "Labor: free of charge", "Parts, Travel, Expenses: at our prices"):
                self.assertIn(text, page)

    def test_paper_of_what_was_signed_keeps_its_day_and_no_balance(self):
        self.agreement.write({
            'allowance_kind': 'hours', 'allowance_quantity': 20, 'allowance_period': 'year'})
        self.agreement.sudo().write({
            'accepted_on': '2026-01-05 10:00:00', 'accepted_by': "Guest",
            'accept_signature': SIGNATURE})
        self.authenticate('guest', 'guest')
        url = f'/my/service_agreements/{self.agreement.id}'
        page, paper = (self._get(f'{url}{query}').text for query in ('', '?report_type=html'))
        self.assertIn("Left today", page)
        self.assertNotIn("Left", paper)
        self.assertIn("20 hours of work a year", paper)
        self.assertEqual(str(self.agreement._get_document_date()), '2026-01-05')
        self.assertIn(f"For {self.agreement.company_id.name}", ' '.join(paper.split()).replace(
            '<span>', '').replace('</span>', ''))

    def test_promises_are_told_in_words(self):
        sla = self.env['service.sla'].create({'name': "Gold", 'target_ids': [
            Command.create({'kind': kind, 'limit_hours': hours}) for kind, hours in (
                ('response', 1), ('arrival', 4.5), ('completion', 24))]})
        self.agreement.sla_id = sla
        self.assertEqual(
            [self.agreement._get_promise_words(target) for target in sla.target_ids.sorted('limit_hours')],
            ["within 1 hour of our opening hours", "within 4 hours 30 minutes of our opening hours",
             "within 24 hours of our opening hours"])

    def test_pages_of_others_lead_home(self):
        self.authenticate('stranger', 'stranger')
        token = self.agreement._portal_ensure_token()
        for url in (
            f'/my/service_agreements/{self.agreement.id}',
            f'/my/service_agreements/{self.agreement.id}?report_type=pdf',
            f'/my/service_agreements/{self.offer.id}?access_token={token}',
            '/my/service_agreements/99999999999999999999',
        ):
            with self.subTest(url=url):
                self.assertTrue(self._get(url).url.endswith('/my'))
        self.authenticate('guest', 'guest')
        for hidden in (self.draft, self.template):
            self.assertTrue(self._get(f'/my/service_agreements/{hidden.id}').url.endswith('/my'))

    def test_customer_accepts_with_a_signature_and_only_once(self):
        self.authenticate('guest', 'guest')
        self.assertIn("sign to accept", self._accept(self.offer, name=" ")['error'])
        self.assertTrue(self._accept(self.offer)['force_refresh'])
        self.assertRecordValues(self.offer, [{'state': 'active', 'accepted_by': "Guest"}])
        self.assertIn("cannot be accepted any more", self._accept(self.offer)['error'])
        message = self.offer.message_ids.filtered(
            lambda message: message.message_type == 'comment')[0]
        self.assertEqual(message.author_id, self.guest.partner_id)

    def test_token_is_enough_to_accept_and_nothing_else_is(self):
        self.authenticate(None, None)
        self.assertIn('error', self._accept(self.offer))
        self.assertIn('error', self._accept(
            self.offer, token=self.agreement._portal_ensure_token()))
        self.assertEqual(self.offer.state, 'draft')
        self._accept(self.offer, token=self.offer._portal_ensure_token())
        self.assertEqual(self.offer.state, 'active')

    def test_customer_declines_with_a_reason(self):
        self.authenticate('guest', 'guest')
        url = f'/my/service_agreements/{self.offer.id}/decline'
        reason = self.env['service.reason']._get_default('decline')
        read = {
            'csrf_token': http.Request.csrf_token(self),
            'fingerprint': self.offer._get_quote_fingerprint()}
        self.assertIn("was not declined", self.url_open(url, data=read).text)
        page = self.url_open(url, data={**read, 'reason_id': reason.id, 'note': "Later"}).text
        self.assertIn("You have declined the agreement", page)
        self.assertRecordValues(self.offer, [{'state': 'closed', 'end_note': "Later"}])

    def test_offer_is_accepted_as_the_page_shows_it(self):
        self.authenticate('guest', 'guest')
        url, fingerprint = self._open_quote(self.offer)
        self.assertNotIn('error', self._call(url, name="Guest", signature=SIGNATURE))
        self.assertRecordValues(self.offer, [{
            'state': 'active', 'accepted_fingerprint': fingerprint}])

    def _get_changes_of_the_offer(self):
        """Yield what may change after a customer has opened the page: {field: value} of a record."""
        offer, line = self.offer, self.offer.line_ids
        sla = self.env['service.sla'].create({'name': "Gold", 'target_ids': [Command.create({
            'kind': 'arrival', 'limit_hours': 4})]})
        yield from ((line, vals) for vals in (
            {'name': "Cleaning and polishing"}, {'quantity': 3},
            {'is_fixed_price': True, 'price_unit': 90}, {'price_unit': 95},
            {'interval_count': 2, 'interval_unit': 'month'}, {'object_id': self.object.id}))
        yield from ((offer, vals) for vals in (
            {'title': "Chillers and boilers"}, {'note_external': "<p>Only at night.</p>"},
            {'date_end': '2098-12-31'}, {'validity_date': '2097-01-01'}, {'discount': 10},
            {'coverage_labor': 50}, {'object_ids': [Command.set(self.object.ids)]},
            {'allowance_kind': 'hours', 'allowance_quantity': 8},
            {'renewal': 'automatic', 'renewal_months': 12}, {'sla_id': sla.id},
            {'line_ids': [Command.create({'kind': 'hour', 'name': "Inspection"})]}))
        yield sla.target_ids, {'limit_hours': 8}

    def test_offer_that_changed_after_the_page_was_opened_is_read_again(self):
        self.authenticate('guest', 'guest')
        for record, vals in self._get_changes_of_the_offer():
            with self.subTest(record=record, vals=vals):
                url, fingerprint = self._open_quote(self.offer)
                record.write(vals)
                result = self._call(url, name="Guest", signature=SIGNATURE)
                self.assertIn("has changed", result['error'])
                self.assertIn("read it again", self._get(result['redirect_url']).text)
                page = self.url_open(f'/my/service_agreements/{self.offer.id}/decline', data={
                    'csrf_token': http.Request.csrf_token(self), 'fingerprint': fingerprint,
                    'note': "Too much, sorry"})
                self.assertIn("Too much, sorry</textarea>", page.text)
        self.assertRecordValues(self.offer, [{'state': 'draft', 'accepted_by': False}])

    def test_offer_is_not_decided_on_by_a_page_that_shows_nothing(self):
        self.authenticate('guest', 'guest')
        url = f'/my/service_agreements/{self.offer.id}'
        result = self._call(f'{url}/accept', name="Guest", signature=SIGNATURE)
        self.assertIn("has changed", result['error'])
        self.url_open(f'{url}/decline', data={
            'csrf_token': http.Request.csrf_token(self), 'note': "No"})
        self.assertEqual(self.offer.state, 'draft')

    def test_expired_offer_cannot_be_accepted(self):
        self.offer.validity_date = '2021-01-01'
        self.authenticate('guest', 'guest')
        self.assertIn("has expired", self._get(f'/my/service_agreements/{self.offer.id}').text)
        self.assertIn("expired", self._accept(self.offer)['error'])

    def test_portal_users_have_no_rights_on_agreements(self):
        for model in ('service.agreement', 'service.agreement.line', 'service.order.sla',
                      'service.agreement.occurrence', 'service.sla'):
            with self.subTest(model):
                self.assertFalse(self.env[model].with_user(self.guest).has_access('read'))

    def test_home_counts_the_customers_own(self):
        self.authenticate('guest', 'guest')
        counters = ['service_agreement_count', 'service_agreement_quote_count']
        self.assertEqual(
            self._call('/my/counters', counters=counters), dict(zip(counters, [2, 1], strict=True)))

    def test_order_page_shows_what_was_promised(self):
        self.agreement.sla_id = self.env['service.sla'].create({
            'name': "Gold", 'target_ids': [Command.create({
                'kind': 'arrival', 'limit_hours': 4})]})
        order = self._create_order(
            agreement_id=self.agreement.id, date_order=datetime(2026, 3, 2, 8))
        self.authenticate('guest', 'guest')
        page = self._get(f'/my/service_orders/{order.id}').text
        self.assertIn("o_service_promises", page)
        self.assertIn("Arrival", page)

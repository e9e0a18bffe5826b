from odoo import http
from odoo.exceptions import ValidationError
from odoo.tests import tagged

from .common import SIGNATURE
from .common_portal import PortalCommon
from .test_service_agreement import AgreementCommon


@tagged('post_install', '-at_install')
class TestServiceContacts(PortalCommon, AgreementCommon):
    """Contacts of one customer: who sees which sites, who decides, and whose ratings are whose."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.boss = cls._create_portal_user('boss', cls.customer)
        cls.porter = cls._create_portal_user('porter', cls.customer)
        cls.here = cls._create_order(title="At The Annex", site_id=cls.site.id)
        cls.there = cls._create_order(title="At The Hotel", site_id=cls.customer.id)
        cls.quote = cls._create_quote(title="Quoted", site_id=cls.site.id)
        cls.quote.action_mark_quote_sent()

    def _limit(self):
        self.porter.partner_id.service_site_ids = self.site

    def _accept(self, order, **params):
        return self._call(
            f'/my/service_orders/{order.id}/accept', name="Porter", signature=SIGNATURE,
            fingerprint=order._get_quote_fingerprint(), **params)

    #=== SITES ===#

    def test_contact_sees_the_orders_and_objects_of_these_sites_only(self):
        self.object.site_id = self.site
        elsewhere = self.object.copy({
            'name': "Chiller", 'serial_number': 'C-9', 'site_id': self.customer.id})
        self.authenticate('porter', 'porter')
        self.assertIn("At The Hotel", self._get('/my/service_orders').text)
        self._limit()
        page = self._get('/my/service_orders').text
        self.assertIn("At The Annex", page)
        self.assertNotIn("At The Hotel", page)
        self.assertIn("At The Annex", self._get(self.here.access_url).text)
        self.assertTrue(self._get(self.there.access_url).url.endswith('/my'))
        self.assertIn("Boiler", self._get('/my/service_objects').text)
        self.assertNotIn("Chiller", self._get('/my/service_objects').text)
        self.assertTrue(self._get(f'/my/service_objects/{elsewhere.id}').url.endswith('/my'))
        self.authenticate('boss', 'boss')
        self.assertIn("At The Hotel", self._get('/my/service_orders').text)

    def test_contact_sees_agreements_that_are_of_these_sites_alone(self):
        everywhere, here, both = (
            self._create_agreement(title=title, site_ids=sites.ids)
            for title, sites in (
                ("Everywhere", self.env['res.partner']), ("Only Here", self.site),
                ("Both", self.site | self.customer)))
        self._limit()
        self.authenticate('porter', 'porter')
        page = self._get('/my/service_agreements').text
        self.assertIn(here.name, page)
        self.assertNotIn(everywhere.name, page)
        self.assertNotIn(both.name, page)

    def test_mails_tell_a_contact_of_no_other_site(self):
        self._limit()
        porter = self.porter.partner_id
        for order, told in ((self.here, True), (self.there, False)):
            order.contact_id = porter
            order.message_subscribe(porter.ids)
            message = order.message_post(
                body="We come.", message_type='comment', subtype_xmlid='mail.mt_comment')
            with self.subTest(order=order.title):
                self.assertEqual(porter in message.notified_partner_ids, told)
                self.assertEqual(order._get_recipient() == porter, told)

    def test_contact_asks_for_service_at_these_sites_only(self):
        self._limit()
        self.authenticate('porter', 'porter')
        page = self._get('/my/service_request').text
        self.assertNotIn("Your main address", page)
        self.url_open('/my/service_request', data={
            'csrf_token': http.Request.csrf_token(self), 'title': "The door is stuck"})
        order = self.env['service.order'].search([('title', '=', "The door is stuck")])
        self.assertEqual(order.site_id, self.site)
        self.assertIn("The door is stuck", self._get('/my/service_orders').text)

    def test_archived_site_limits_as_before(self):
        self._limit()
        self.site.active = False
        self.authenticate('porter', 'porter')
        self.assertNotIn("At The Hotel", self._get('/my/service_orders').text)

    def test_contact_is_limited_to_sites_of_the_own_company(self):
        with self.assertRaisesRegex(ValidationError, "no address of"):
            self.porter.partner_id.service_site_ids = self.other_customer

    #=== WHO DECIDES ===#

    def test_contact_who_does_not_decide_reads_and_asks(self):
        self.porter.partner_id.service_cannot_decide = True
        self.authenticate('porter', 'porter')
        page = self._get(self.quote.access_url).text
        self.assertIn("Somebody else of your company decides", page)
        self.assertNotIn('o_service_decline', page)
        self.assertIn("somebody else of", self._accept(self.quote)['error'])
        self.url_open(f'/my/service_orders/{self.quote.id}/decline', data={
            'csrf_token': http.Request.csrf_token(self), 'note': "No",
            'fingerprint': self.quote._get_quote_fingerprint()})
        self.assertEqual(self.quote.state, 'draft')
        self.authenticate('boss', 'boss')
        self.assertNotIn('error', self._accept(self.quote))
        self.assertEqual(self.quote.state, 'open')

    def test_link_that_was_mailed_to_who_does_not_decide_decides_nothing(self):
        self.quote.contact_id = self.porter.partner_id
        self.porter.partner_id.service_cannot_decide = True
        token = self.quote._portal_ensure_token()
        self.authenticate(None, None)
        self.assertIn("somebody else of", self._accept(self.quote, access_token=token)['error'])
        self.assertEqual(self.quote.state, 'draft')

    #=== RATINGS ===#

    def test_rating_is_of_whoever_gives_it(self):
        done = self._worked_order(title="Worked", contact_id=self.boss.partner_id.id)
        url = f'/rate/{done.sudo()._rating_get_access_token()}/submit_feedback'
        self.authenticate('porter', 'porter')
        self.url_open(url, data={
            'csrf_token': http.Request.csrf_token(self), 'rate': 5, 'feedback': "Quick."})
        rating = done.rating_ids.filtered('consumed')
        self.assertEqual(rating.partner_id, self.porter.partner_id)
        self.assertIn("Your Rating", self._get(done.access_url).text)
        self.authenticate('boss', 'boss')
        self.assertIn("Rating of porter", self._get(done.access_url).text)
        self.url_open(url, data={
            'csrf_token': http.Request.csrf_token(self), 'rate': 1, 'feedback': "Slow."})
        self.assertEqual((rating.feedback, rating.partner_id), ("Quick.", self.porter.partner_id))

from odoo.tests import freeze_time, tagged

from .common_portal import PortalCommon
from .common_subscription import SubscriptionCommon


@tagged('post_install', '-at_install')
class TestServiceSubscriptionPortal(PortalCommon, SubscriptionCommon):
    """What customers see of their subscriptions, asked over HTTP as their browsers do."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.guest = cls._create_portal_user('guest', cls.customer)
        cls.stranger = cls._create_portal_user('stranger', cls.other_customer)
        cls.subscription = cls._subscribe(title="Lift monitoring")
        cls.draft = cls._subscribe(title="Not Yet", activate=False)
        with freeze_time('2026-01-02'):
            cls.invoice = cls._bill(cls.subscription, '2026-01-01')
            cls.invoice.action_post()
            cls.unposted = cls._bill(cls.subscription, '2026-02-01')

    def test_customers_list_their_own(self):
        self.authenticate('guest', 'guest')
        page = self._get('/my/service_subscriptions?sortby=x&filterby=x').text
        self.assertIn("Lift monitoring", page)
        self.assertIn("per month", page)
        self.assertNotIn("Not Yet", page)
        self.assertNotIn("Lift monitoring", self._get(
            '/my/service_subscriptions?filterby=closed').text)
        self.authenticate('stranger', 'stranger')
        self.assertIn("no subscription with us yet", self._get('/my/service_subscriptions').text)

    def test_page_shows_prices_and_posted_invoices(self):
        self.authenticate('guest', 'guest')
        page = self._get(f'/my/service_subscriptions/{self.subscription.id}').text
        self.assertIn("Monitoring", page)
        self.assertIn(self.invoice.name, page)
        self.assertEqual(page.count('/my/invoices/'), 1, "Drafts stay in the house.")
        self.assertIn("121.00", page)

    def test_paper_is_for_its_customer_and_whoever_has_the_link(self):
        url = f'/my/service_subscriptions/{self.subscription.id}'
        self.authenticate('stranger', 'stranger')
        self.assertTrue(self._get(f'{url}?report_type=html').url.endswith('/my'))
        token = self.subscription._portal_ensure_token()
        self.authenticate(None, None)
        self.assertIn(self.subscription.name, self._get(
            f'{url}?report_type=html&access_token={token}').text)

    def test_document_is_downloaded_as_the_link_of_the_page_asks(self):
        self.authenticate('guest', 'guest')
        response = self._get(
            f'/my/service_subscriptions/{self.subscription.id}?report_type=pdf&download=true')
        self.assertEqual(response.headers['Content-Type'], 'application/pdf')
        self.assertIn(
            self.subscription.name.replace('/', '_') + '.pdf', response.headers['Content-Disposition'])

    def test_page_takes_no_more_from_the_address_than_it_names(self):
        self.authenticate('guest', 'guest')
        extra = '&'.join(f'{name}=1' for name in (
            'document', 'values', 'session_history', 'no_breadcrumbs', 'record', 'options'))
        page = self._get(f'/my/service_subscriptions/{self.subscription.id}?{extra}').text
        self.assertIn(self.subscription.name, page)

    def test_pages_of_others_and_drafts_lead_home(self):
        self.authenticate('guest', 'guest')
        self.assertTrue(
            self._get(f'/my/service_subscriptions/{self.draft.id}').url.endswith('/my'))
        self.authenticate('stranger', 'stranger')
        for url in (f'/my/service_subscriptions/{self.subscription.id}',
                    '/my/service_subscriptions/99999999999999999999'):
            self.assertTrue(self._get(url).url.endswith('/my'))

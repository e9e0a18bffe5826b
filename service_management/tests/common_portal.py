import json

from lxml import html

from odoo.tests import HttpCase


class PortalCommon(HttpCase):
    """Asks pages over HTTP, as the browser of a customer does."""

    def _get(self, url):
        response = self.url_open(url)
        self.assertEqual(response.status_code, 200, url)
        return response

    def _call(self, url, **params):
        response = self.url_open(
            url, data=json.dumps({'params': params}),
            headers={'Content-Type': 'application/json'})
        self.assertEqual(response.status_code, 200)
        return response.json()['result']

    def _open_quote(self, document):
        """Return how the page that a customer has open accepts and declines a quote.

        :return: (the address that the signature goes to, the fingerprint of what is declined)
        """
        page = html.fromstring(self._get(document.access_url).text)
        form = page.xpath('//div[@id="o_service_decline"]//form')[0]
        accept = json.loads(page.xpath('//owl-component[@name="portal.signature_form"]/@props')[0])
        return accept['callUrl'], form.xpath('.//input[@name="fingerprint"]/@value')[0]

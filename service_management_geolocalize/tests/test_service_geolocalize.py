from datetime import timedelta
from unittest.mock import patch

import requests

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import freeze_time, tagged
from odoo.tools import mute_logger

from odoo.addons.base_geolocalize.models.base_geocoder import BaseGeocoder as OdooGeocoder
from odoo.addons.service_management.tests.common import ServiceBaseCommon

from ..models import base_geocoder
from ..models.service_place_mixin import ServicePlaceMixin

RIGA = (56.9496, 24.1052)


@tagged('post_install', '-at_install')
@freeze_time('2026-03-02 08:00:00')
class TestServiceGeolocalize(ServiceBaseCommon):
    """Addresses are looked up politely, when an administrator wants it; no test asks anybody."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.job = cls.env.ref('service_management_geolocalize.ir_cron_search_places')
        cls.env['ir.config_parameter'].set_param('service_management.geocoding', False)

    def setUp(self):
        super().setUp()
        self.asked, self.pauses, self.answer = [], 0, RIGA

        def find(geocoder, *address):
            self.asked.append(address)
            if isinstance(self.answer, Exception):
                raise self.answer
            return self.answer

        def pause(model):
            self.pauses += 1

        self.startPatcher(patch.object(base_geocoder.BaseGeocoder, '_find_address', find))
        self.startPatcher(patch.object(ServicePlaceMixin, '_pause', pause))

    def _switch(self, is_on=True):
        self.env['res.config.settings'].create({'service_geocoding': is_on}).execute()

    def _run(self):
        with self.enter_registry_test_mode():
            self.job.method_direct_trigger()
        self.env.invalidate_all()

    # ------------------------------------------------------------ what is asked

    def test_nobody_is_asked_until_it_is_switched_on(self):
        self._create_order(site_id=self.site.id)
        self.site.street = "Pier 3"
        self._run()
        self.assertFalse(self.asked)
        self.assertFalse(self.site.service_search_due)
        with self.assertRaisesRegex(UserError, "An administrator switches it on"):
            self.site.action_search_place()

    def test_switch_is_an_administrators(self):
        with self.assertRaises(AccessError):
            self.env['res.config.settings'].with_user(self.user_manager).create(
                {'service_geocoding': True}).execute()

    def test_what_is_there_is_looked_up_when_it_is_switched_on(self):
        self._create_order(site_id=self.site.id)
        self._worked_order(site_id=self.customer.id)
        self._switch()
        self.assertTrue(self.site.service_search_due)
        self.assertFalse(self.customer.service_search_due, "its order is over")
        self._run()
        self.assertIn(("Pier 2", 'LV-3401', "Liepaja", '', ''), self.asked)
        self.assertRecordValues(self.site, [{
            'service_place_state': 'approximate', 'service_search_due': False,
            'partner_latitude': RIGA[0], 'partner_longitude': RIGA[1]}])
        self.asked.clear()
        self._run()
        self.assertFalse(self.asked)

    def test_sites_of_new_orders_and_new_addresses_are_looked_up(self):
        self._switch()
        self._run()
        self.asked.clear()
        self._create_order(site_id=self.site.id)
        self._run()
        self.assertEqual(len(self.asked), 1)
        self.site.street = "Pier 3"
        self.assertEqual(self.site.service_place_state, 'unknown')
        self._run()
        self.assertEqual([address[0] for address in self.asked], ["Pier 2", "Pier 3"])
        self.other_customer.street = "Lane 1"  # nobody drives there
        self._run()
        self.assertEqual(len(self.asked), 2)

    def test_address_of_an_order_is_looked_up_too(self):
        self._switch()
        order = self._create_order(site_id=self.site.id)
        order.site_street = "Pier 99"
        self._run()
        self.assertEqual(order.service_place_state, 'approximate')
        self.assertEqual(order._get_places(), {order.id: RIGA})

    def test_depot_is_looked_up(self):
        depot = self.env['res.partner'].create({'name': "Depot", 'city': "Riga"})
        self.technician.address_id = depot
        self._switch()
        self._run()
        self.assertEqual(depot.service_place_state, 'approximate')

    def test_pins_are_not_looked_up(self):
        self.site.pin_place(56.5, 21.0)
        self._switch()
        self._create_order(site_id=self.site.id)
        self.site.street = "Pier 3"
        self._run()
        self.assertNotIn("Pier 3", [address[0] for address in self.asked])
        self.assertEqual(self.site._get_place(), (56.5, 21.0))

    # ------------------------------------------------------------ how it is asked

    def test_requests_are_a_second_apart_and_one_address_is_asked_once(self):
        self._switch()
        self._run()
        self.asked.clear()
        self.pauses = 0
        sites = self.env['res.partner'].create([{
            'name': f"House {number}", 'parent_id': self.customer.id, 'type': 'delivery',
            'street': f"Lane {number // 2}", 'city': "Riga"} for number in range(6)])
        for site in sites:
            self._create_order(site_id=site.id)
        self._run()
        self.assertEqual([address[0] for address in self.asked], ["Lane 0", "Lane 1", "Lane 2"])
        self.assertEqual(self.pauses, 3)
        self.assertEqual(set(sites.mapped('service_place_state')), {'approximate'})

    def test_what_is_not_found_says_why_and_is_not_asked_again(self):
        self._switch()
        self._create_order(site_id=self.site.id)
        for answer, reason in ((None, 'not_found'), ('town', 'town')):
            with self.subTest(reason=reason):
                self.asked.clear()
                self.answer = answer
                self.site.with_user(self.user_customer_service).action_search_place()
                self._run()
                self._run()
                self.assertEqual([address[0] for address in self.asked], ["Pier 2"])
                self.assertEqual(self.site.service_search_error, reason)
                self.assertEqual(self.site.service_place_state, 'unknown')
        action = self.env.ref('service_management_geolocalize.res_partner_action_not_found')
        found = self.env['res.partner'].search([('service_search_error', '!=', False)])
        self.assertIn('service_search_error', action.domain)
        self.assertEqual(found, self.site)
        self.site.write({'partner_latitude': 56.5, 'partner_longitude': 21.0})
        self.assertFalse(self.site.service_search_error)
        self.assertEqual(self.site.service_place_state, 'exact')

    def test_trouble_ends_the_run_and_waits_ever_longer(self):
        self._switch()
        self._run()
        self.asked.clear()
        orders = [self._create_order(site_id=site.id) for site in (self.customer, self.site)]
        self.assertEqual(len(orders), 2)
        self.answer = UserError("429")
        waiting = self.customer | self.site
        self._run()
        self.assertEqual(len(self.asked), 1, "nobody else is asked in this run")
        troubled = waiting.filtered('service_search_tries')
        self.assertEqual(troubled.service_search_due, fields.Datetime.now() + timedelta(minutes=15))
        for _number in range(7):
            troubled.service_search_due = fields.Datetime.now()
            (waiting - troubled).service_search_due = False
            self._run()
        self.assertRecordValues(troubled, [{
            'service_search_due': False, 'service_search_error': 'trouble'}])

    def test_only_customer_service_lets_addresses_be_looked_up(self):
        self._switch()
        with self.assertRaises(AccessError):
            self.site.with_user(self.user_technician).action_search_place()


@tagged('post_install', '-at_install')
class TestServiceGeocoder(ServiceBaseCommon):
    """What a provider answers; the town is no answer to a question about a street."""

    def _find(self, hits, street="Pier 2"):
        with patch.object(base_geocoder.BaseGeocoder, '_ask_nominatim', lambda geocoder, query: hits):
            return self.env['base.geocoder']._find_address(
                street, 'LV-3401', "Liepaja", '', "Latvia")

    def test_house_is_found_town_and_nothing_are_told_apart(self):
        house = {'lat': '56.5', 'lon': '21.0', 'place_rank': 30}
        town = {**house, 'place_rank': 16}
        for hits, street, expected in (
            ([house], "Pier 2", (56.5, 21.0)), ([town], "Pier 2", 'town'), ([], "Pier 2", None),
            ([town], '', (56.5, 21.0)),
        ):
            with self.subTest(hits=hits, street=street):
                self.assertEqual(self._find(hits, street), expected)

    def test_other_providers_are_asked_by_odoo(self):
        provider = self.env['base.geo_provider'].search([('tech_name', '=', 'googlemap')])
        self.env['ir.config_parameter'].set_param('base_geolocalize.geo_provider', provider.id)
        with patch.object(OdooGeocoder, 'geo_find', lambda *args, **kwargs: RIGA):
            self.assertEqual(self._find(None), RIGA)

    def test_tests_ask_nobody(self):
        with self.assertRaisesRegex(UserError, "Nothing is sent"):
            self.env['base.geocoder']._ask_nominatim("Pier 2, Liepaja")

    @mute_logger('odoo.addons.service_management_geolocalize.models.base_geocoder')
    def test_request_is_short_named_and_goes_where_the_administrator_says(self):
        self.env['ir.config_parameter'].set_param(
            'service_management.nominatim_url', 'https://maps.example.com/search')
        sent = {}

        class Answer:
            status = 200

            def raise_for_status(self):
                if self.status != 200:
                    raise requests.HTTPError(self.status)

            def json(self):
                return []

        def get(url, **options):
            sent.update(options, url=url)
            return Answer()

        geocoder = self.env['base.geocoder']
        with patch.object(base_geocoder.modules.module, 'current_test', None), \
                patch.object(base_geocoder.requests, 'get', get):
            self.assertEqual(geocoder._ask_nominatim("Pier 2"), [])
            self.assertEqual(sent['url'], 'https://maps.example.com/search')
            self.assertEqual(sent['timeout'], 10)
            self.assertIn('service_management', sent['headers']['User-Agent'])
            with patch.object(Answer, 'status', 429), self.assertRaisesRegex(UserError, "not answer"):
                geocoder._ask_nominatim("Pier 2")
            with patch.object(Answer, 'json', lambda answer: {'error': "busy"}), \
                    self.assertRaisesRegex(UserError, "not answer as it should"):
                geocoder._ask_nominatim("Pier 2")

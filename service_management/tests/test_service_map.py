from datetime import datetime

from odoo.exceptions import AccessError, ValidationError
from odoo.tests import freeze_time, tagged, users

from ..models.dispatch.schedule import seconds_of
from .test_service_travel import JELGAVA, LIEPAJA, RIGA, TravelCommon

TILES = 'https://tiles.example.com/{z}/{x}/{y}.png'


@freeze_time('2026-03-03 07:10:00')
@tagged('post_install', '-at_install')
class TestServiceMap(TravelCommon):
    """The map of the board says where work is, and of nobody where he lives."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Visit = cls.env['service.visit'].with_user(cls.user_dispatcher)
        cls.planned = cls._visit(cls.school, '2026-03-03 08:00:00', employee=cls.technician)
        cls.waiting = cls._create_order(site_id=cls.site.id).visit_ids

    def _show(self, visits, user=None):
        return self.Visit.with_user(user or self.user_dispatcher).get_schedule_map(visits.ids)

    def _set_tiles(self, url, attribution="© Everybody"):
        self.env['res.config.settings'].create({
            'service_map_tiles': url, 'service_map_attribution': attribution}).execute()

    # ------------------------------------------------------------ where work is

    def test_visits_that_are_planned_and_that_wait_have_a_place_and_say_how_well_it_is_known(self):
        self.school._set_place(*JELGAVA, is_exact=True)
        places = self._show(self.planned | self.waiting)['places']
        self.assertEqual(places, {
            self.planned.id: {
                'state': 'exact', 'place': JELGAVA, 'order_id': self.planned.order_id.id,
                'site_id': self.school.id},
            self.waiting.id: {
                'state': 'approximate', 'place': LIEPAJA, 'order_id': self.waiting.order_id.id,
                'site_id': self.site.id},
        })
        self.school.city = "Elsewhere"
        later = self._visit(self.school, '2026-03-03 12:00:00', employee=self.technician)
        self.assertEqual(self._show(later)['places'][later.id]['state'], 'check')

    def test_what_nobody_knows_is_there_without_a_place_and_0_0_is_none(self):
        self.site.write({'partner_latitude': 0, 'partner_longitude': 0})
        self.school.street = "Another one 7"  # what was found was found for another address
        places = self._show(self.planned | self.waiting)['places']
        self.assertEqual(
            [(place['state'], place['place']) for place in places.values()],
            [('unknown', False)] * 2)

    def test_order_with_an_address_of_its_own_says_its_place_itself(self):
        order = self.waiting.order_id
        order.site_street = "Pier 99"
        self.assertEqual(self._show(self.waiting)['places'][self.waiting.id], {
            'state': 'unknown', 'place': False, 'order_id': order.id, 'site_id': False})
        order.with_user(self.user_dispatcher).pin_place(*RIGA)
        self.assertEqual(self._show(self.waiting)['places'][self.waiting.id], {
            'state': 'exact', 'place': RIGA, 'order_id': order.id, 'site_id': False})

    def test_maps_of_many_visits_take_as_many_queries_as_of_few(self):
        def count(visits):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self._show(visits)
            return self.env.cr.sql_log_count - before

        few = self.planned | self.waiting
        count(few)
        budget = count(few)
        many = few
        for number in range(12):
            site = self.env['res.partner'].create({
                'name': f"Site {number}", 'parent_id': self.customer.id, 'type': 'delivery'})
            site._set_place(56 + number / 100, 24, is_exact=number % 2)
            person = self._create_technician(f"Nr {number}")
            many |= self._visit(site, f'2026-03-03 {7 + number:02d}:00:00', employee=person)
            many |= self._create_order(site_id=site.id).visit_ids
        self.assertEqual(len(self._show(many)['places']), 26)
        self.assertLessEqual(count(many), budget + 1)

    # ------------------------------------------------------------ where days start

    def test_days_start_at_a_work_address_that_is_known(self):
        self.assertEqual(self._show(self.planned)['starts'], {self.technician.id: RIGA})
        self.depot._set_place(0, 0, is_exact=False)
        self.assertEqual(self._show(self.planned)['starts'], {})

    def test_homes_are_on_nobodys_map(self):
        self.technician.write({
            'service_start': 'home', 'service_home_latitude': 56.123456,
            'service_home_longitude': 24.123456})
        for user in (self.user_dispatcher, self.user_customer_service, self.user_manager):
            with self.subTest(user=user.login):
                shown = self._show(self.planned, user)
                self.assertEqual(shown['starts'], {})
                self.assertNotIn('56.12', str(shown))
        self.technician.service_start = 'none'
        self.assertEqual(self._show(self.planned)['starts'], {})

    # ------------------------------------------------------------ who looks

    @users('service_technician')
    def test_map_is_for_the_office(self):
        with self.assertRaises(AccessError):
            self.env['service.visit'].get_schedule_map(self.planned.ids)

    @users('service_customer_service')
    def test_customer_service_sees_where_work_is(self):
        shown = self.env['service.visit'].get_schedule_map(self.planned.ids)
        self.assertEqual(shown['places'][self.planned.id]['place'], JELGAVA)

    def test_visits_of_a_company_that_the_user_does_not_work_for_are_not_there(self):
        company = self.setup_other_company(name="Other")['company']
        foreign = self.env['service.order'].create({
            'title': "Elsewhere", 'partner_id': self.customer.id, 'company_id': company.id}).visit_ids
        self.assertTrue(foreign)
        shown = self._show(self.planned | foreign)
        self.assertEqual([*shown['places']], self.planned.ids)
        self.user_dispatcher.company_ids |= company
        both = self.Visit.with_context(allowed_company_ids=(self.company | company).ids)
        self.assertEqual(
            {*both.get_schedule_map((self.planned | foreign).ids)['places']},
            {*(self.planned | foreign).ids})

    # ------------------------------------------------------------ tiles

    def test_there_are_no_tiles_until_an_administrator_chose_a_server(self):
        self.assertFalse(self._show(self.planned)['tiles'])
        self._set_tiles(TILES)
        self.assertEqual(self._show(self.planned)['tiles'], {
            'url': TILES, 'attribution': "© Everybody"})
        self._set_tiles(False)
        self.assertFalse(self._show(self.planned)['tiles'])

    def test_server_of_tiles_is_an_administrators(self):
        with self.assertRaises(AccessError):
            self.env['res.config.settings'].with_user(self.user_manager).create({
                'service_map_tiles': TILES, 'service_map_attribution': "© Me"}).execute()

    def test_address_that_is_no_server_of_tiles_is_refused(self):
        for url in ('http://tiles.example.com/{z}/{x}/{y}.png', 'https://tiles.example.com/',
                    'javascript:alert({z}{x}{y})', 'https://a:b@example.com/{z}/{x}/{y}.png',
                    'https://tiles.example.com/{z}/{x}/{y}/{token}'):
            with self.subTest(url=url), self.assertRaisesRegex(ValidationError, "https://"):
                self._set_tiles(url)

    def test_tiles_without_attribution_are_refused(self):
        with self.assertRaisesRegex(ValidationError, "whose map"):
            self._set_tiles(TILES, False)

    def test_parameter_that_says_nonsense_asks_nobody(self):
        parameters = self.env['ir.config_parameter']
        parameters.set_param('service_management.map_attribution', "© Me")
        parameters.set_param('service_management.map_tiles', 'http://example.com/{z}/{x}/{y}.png')
        self.assertFalse(self._show(self.planned)['tiles'])

    def test_board_and_map_know_the_same_visits(self):
        start = seconds_of(datetime(2026, 3, 2, 22))
        bars = self.Visit.get_schedule(start, start + 86400)['bars']
        bars += self.Visit.get_schedule_waiting()['bars']
        ids = [bar['id'] for bar in bars]
        self.assertEqual({*self.Visit.get_schedule_map(ids)['places']}, {*ids})

from datetime import datetime, timedelta

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, freeze_time, users
from odoo.tools import mute_logger

from ..models.planning.hr_employee import Wish
from .common import ServiceBaseCommon

RIGA, JELGAVA, LIEPAJA = (56.9496, 24.1052), (56.6511, 23.7213), (56.5047, 21.0108)


class TravelCommon(ServiceBaseCommon):
    """Sites in three towns; the depot is in Riga."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.depot = cls.env['res.partner'].create({'name': "Depot", 'city': "Riga"})
        cls.depot._set_place(*RIGA, is_exact=True)
        cls.technician.address_id = cls.colleague.address_id = cls.depot
        cls.customer._set_place(*RIGA, is_exact=False)
        cls.site._set_place(*LIEPAJA, is_exact=False)
        cls.school = cls.env['res.partner'].create({
            'name': "School", 'parent_id': cls.customer.id, 'type': 'delivery', 'city': "Jelgava"})
        cls.school._set_place(*JELGAVA, is_exact=False)

    @classmethod
    def _visit(cls, site, start, hours=1, **values):
        return cls._plan(cls._create_order(site_id=site.id), start, hours=hours, **values)


class TestServicePlaces(TravelCommon):
    """Where an address is: what a person says counts more than what was found, and nothing is made up."""

    def test_place_that_was_found_is_approximate_and_gone_with_another_address(self):
        self.assertEqual(self.site.service_place_state, 'approximate')
        self.assertEqual(self.site._get_place(), LIEPAJA)
        self.site.street = "Pier 3"
        self.assertEqual(self.site.service_place_state, 'unknown')
        self.assertIsNone(self.site._get_place())

    def test_floor_is_no_other_address(self):
        self.site.write({'street2': "Second floor", 'street': " pier  2"})
        self.assertEqual(self.site.service_place_state, 'approximate')

    @users('service_customer_service')
    def test_pin_survives_another_address_and_is_to_be_checked(self):
        site = self.site.with_user(self.env.user)
        site.pin_place(56.5, 21.0)
        self.assertEqual(site.service_place_state, 'exact')
        site.write({'street': "Pier 3"})
        self.assertEqual(site.service_place_state, 'check')
        self.assertEqual(site._get_place(), (56.5, 21.0))
        site.pin_place(*site._get_place())
        self.assertEqual(site.service_place_state, 'exact')

    def test_address_of_the_company_that_moves_a_contact_is_another_one_too(self):
        contact = self.env['res.partner'].create({
            'name': "Porter", 'parent_id': self.customer.id, 'type': 'contact'})
        contact._set_place(*RIGA, is_exact=False)
        self.customer.city = "Jelgava"
        self.assertEqual(contact.city, "Jelgava")
        self.assertEqual(contact.service_place_state, 'unknown')

    def test_who_enters_coordinates_pins_and_odoo_does_not(self):
        self.school.write({'partner_latitude': 56.6, 'partner_longitude': 23.7})
        self.assertEqual(self.school.service_place_state, 'exact')
        self.school.write({
            'partner_latitude': 56.7, 'partner_longitude': 23.7, 'service_place_exact': False})
        self.assertEqual(self.school.service_place_state, 'approximate')
        self.school.write({'partner_latitude': 0, 'partner_longitude': 0})
        self.assertEqual(self.school.service_place_state, 'unknown')
        partner = self.env['res.partner'].create({
            'name': "Mill", 'partner_latitude': 56.6, 'partner_longitude': 23.7})
        self.assertEqual(partner.service_place_state, 'exact')

    def test_no_place_is_pinned_that_is_none(self):
        for latitude, longitude in ((0, 0), (91, 0), (0, 181), ('north', 24), (None, 24), (True, 24)):
            with self.subTest(latitude=latitude), self.assertRaisesRegex(UserError, "This is no place"):
                self.site.pin_place(latitude, longitude)

    def test_site_is_pinned_by_those_who_know_it(self):
        order = self._create_order(site_id=self.site.id)
        with self.assertRaisesRegex(AccessError, "Customer service and dispatchers say"):
            order.with_user(self.user_technician).pin_place(56.5, 21.0)
        self._plan(order)
        order.with_user(self.user_technician).pin_place(56.5, 21.0)
        self.assertEqual(self.site.service_place_state, 'exact')
        with self.assertRaises(AccessError):
            self.site.with_user(self.user_technician).pin_place(56.6, 21.0)
        with self.assertRaises(AccessError):
            order.with_user(self.user_colleague).pin_place(56.6, 21.0)
        order.with_user(self.user_dispatcher).pin_place(56.6, 21.0)
        self.assertEqual(self.site._get_place(), (56.6, 21.0))

    @users('service_dispatcher')
    def test_order_with_an_address_of_its_own_has_a_place_of_its_own(self):
        order = self._create_order(site_id=self.site.id).with_user(self.env.user)
        self.assertEqual(order._get_places(), {order.id: LIEPAJA})
        order.site_street = "Pier 99"
        self.assertEqual(order._get_places(), {order.id: None})
        order.pin_place(*JELGAVA)
        self.assertEqual(order._get_places(), {order.id: JELGAVA})
        self.assertEqual(self.site._get_place(), LIEPAJA)
        order.action_keep_address()
        self.assertNotEqual(order.site_id, self.site)
        self.assertEqual(order.site_id._get_place(), JELGAVA)
        self.assertEqual(order.site_id.service_place_state, 'exact')

    def test_speeds_that_are_none_are_refused(self):
        for values in ({'service_road_factor': 0.5}, {'service_road_town_speed': 0},
                       {'service_road_highway_speed': 500}, {'service_road_town_km': -1}):
            with self.subTest(**values), self.assertRaisesRegex(ValidationError, "at (least|most)"):
                self.company.write(values)
        for values, message in (
            ({'service_road_town_km': 30}, "The country begins"),
            ({'service_road_highway_speed': 40}, "Nobody is faster in town"),
            ({'service_road_town_speed': 60}, "Nobody is faster in town"),
        ):
            with self.subTest(**values), mute_logger('odoo.sql_db'), self.assertRefused(message):
                self.company.write(values)


class TestServiceTravel(TravelCommon):
    """How technicians get from visit to visit, by whose arrival comes first."""

    def _legs(self, visits):
        return {visit: (leg['from'], leg['minutes'], leg['visit_id'], leg['reason'])
                for visit in visits for leg in [visits._get_travel()[visit.id]]}

    def test_day_goes_from_the_depot_by_the_visits_and_home(self):
        first = self._visit(self.school, '2026-03-03 07:00:00')
        last = self._visit(self.customer, '2026-03-03 12:00:00')
        middle = self._visit(self.site, '2026-03-03 09:00:00')
        visits = first | last | middle
        self.assertEqual(self._legs(visits), {
            first: ('start', 57, False, None), middle: ('visit', 197, first.id, None),
            last: ('visit', 229, middle.id, None)})
        legs = visits._get_travel()
        self.assertEqual(legs[last.id]['back'], {'minutes': 0, 'km': 0, 'reason': None})
        self.assertIsNone(legs[first.id]['back'])
        self.assertEqual(legs[first.id]['km'], 52.8)

    def test_each_day_begins_at_the_start(self):
        monday = self._visit(self.school, '2026-03-02 07:00:00')
        tuesday = self._visit(self.school, '2026-03-03 07:00:00')
        self.assertEqual(
            {leg[0] for leg in self._legs(monday | tuesday).values()}, {'start'})

    def test_visits_that_are_not_asked_for_count(self):
        self._visit(self.school, '2026-03-03 07:00:00')
        last = self._visit(self.school, '2026-03-03 12:00:00')
        self.assertEqual(last._get_travel()[last.id]['minutes'], 0)

    def test_cancelled_visits_and_other_peoples_do_not_count(self):
        cancelled = self._visit(self.school, '2026-03-03 07:00:00')
        cancelled._cancel(self.visit_reason)
        self._visit(self.school, '2026-03-03 07:00:00', employee=self.colleague)
        last = self._visit(self.customer, '2026-03-03 12:00:00')
        self.assertEqual(self._legs(last | cancelled), {
            last: ('start', 0, False, None), cancelled: (None, None, False, 'unplanned')})

    def test_what_is_unknown_has_a_reason_and_is_never_nothing(self):
        visit = self._visit(self.school, '2026-03-03 07:00:00')
        after = self._visit(self.customer, '2026-03-03 12:00:00')
        self.school.city = "Elsewhere"
        self.assertEqual(self._legs(visit | after), {
            visit: ('start', None, False, 'place_unknown'),
            after: ('visit', None, visit.id, 'before_unknown')})
        texts = self.env['service.visit']._get_travel_texts()
        self.assertLessEqual({'place_unknown', 'before_unknown', 'unplanned'}, set(texts))

    def test_days_start_where_hr_says(self):
        visit = self._visit(self.school, '2026-03-03 07:00:00')
        self.technician.service_start = 'none'
        self.assertEqual(self._legs(visit), {visit: ('start', None, False, 'no_start')})
        self.technician.service_start = 'home'
        self.assertEqual(self._legs(visit), {visit: ('start', None, False, 'start_unknown')})
        self.technician.write({
            'service_home_latitude': JELGAVA[0] + 0.02, 'service_home_longitude': JELGAVA[1]})
        leg = visit.with_user(self.user_dispatcher)._get_travel()[visit.id]
        self.assertEqual((leg['minutes'], leg['back']['minutes']), (6, 6))

    def test_homes_are_hrs_and_reckoned_with_to_a_kilometre(self):
        self.technician.write({
            'service_start': 'home', 'service_home_latitude': 56.123456,
            'service_home_longitude': 24.123456})
        for user in (self.user_dispatcher, self.user_manager):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self.technician.with_user(user).read(['service_home_latitude'])
            self.assertFalse({
                'service_home_latitude', 'service_start'
            } & set(self.env['hr.employee.public'].with_user(user).fields_get()))
        self.assertEqual(
            self.technician._get_start_places()[self.technician.id], ((56.12, 24.12), None))

    def test_days_of_others_take_no_more_queries(self):
        def count(number):
            people = self.env['hr.employee'].create([
                {'name': f"T {index}", 'company_id': self.company.id, 'service_team_id': self.team.id,
                 'resource_calendar_id': self.calendar.id} for index in range(number)])
            visits = self.env['service.visit'].union(*(
                self._visit(self.school, f'2026-03-03 0{hour}:00:00', employee=person)
                for person in people for hour in (7, 9)))
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            visits.with_user(self.user_dispatcher)._get_travel()
            return self.env.cr.sql_log_count - before

        count(1)
        self.assertLessEqual(count(12), count(3) + 1)

    @users('service_dispatcher')
    def test_form_says_how_somebody_gets_there(self):
        first = self._visit(self.school, '2026-03-03 07:00:00')
        second = self._visit(self.customer, '2026-03-03 12:00:00').with_user(self.env.user)
        self.assertEqual(first.travel, "57 min, 53 km from where the day starts")
        self.assertEqual(second.travel, f"57 min, 53 km from {first.order_id.name}")
        with Form(second) as form:
            self.assertEqual(form.travel, second.travel)
        self.assertFalse(self._create_order().visit_ids.travel)

    def test_roads_are_those_of_the_company(self):
        """Of two companies, each has its own: also for whoever looks from the other one."""
        other = self.env['res.company'].create({'name': "Mountains", 'service_road_factor': 2})
        visit = self._visit(self.school, '2026-03-03 07:00:00')
        leg = visit.with_company(other)._get_travel()[visit.id]
        self.assertEqual(leg['km'], 52.8)
        self.company.service_road_factor = 2
        self.assertEqual(visit._get_travel()[visit.id]['km'], 81.2)

    # ------------------------------------------------------------ the rule

    def _warnings(self, visit, start, hours=1):
        begin = datetime.fromisoformat(start)
        return [text for text in visit.get_planning_warnings({
            'employee_id': self.technician.id, 'date_start': begin,
            'date_end': begin + timedelta(hours=hours)}) if 'Needs' in text]

    def test_drive_that_does_not_fit_is_warned_of_on_both_sides(self):
        before = self._visit(self.school, '2026-03-03 07:00:00')
        after = self._visit(self.school, '2026-03-03 11:00:00')
        visit = self._create_order(site_id=self.customer.id).visit_ids
        cases = [  # (start, free before, free after)
            ('2026-03-03 09:00:00', None, None), ('2026-03-03 08:10:00', 10, None),
            ('2026-03-03 08:57:00', None, None), ('2026-03-03 08:56:00', 56, None),
            ('2026-03-03 09:30:00', None, 30)]
        for start, from_before, to_after in cases:
            with self.subTest(start=start):
                expected = []
                if from_before is not None:
                    expected.append(
                        f"Needs 57 min from {before.order_id.name}, there are {from_before}.")
                if to_after is not None:
                    expected.append(f"Needs 57 min to {after.order_id.name}, there are {to_after}.")
                self.assertEqual(self._warnings(visit, start), expected)

    def test_nothing_is_said_of_drives_that_nobody_knows(self):
        self._visit(self.school, '2026-03-03 07:00:00')
        visit = self._create_order(site_id=self.other_customer.id,
                                   partner_id=self.other_customer.id).visit_ids
        self.assertEqual(self._warnings(visit, '2026-03-03 08:00:00'), [])
        self.school.city = "Elsewhere"
        visit = self._create_order(site_id=self.customer.id).visit_ids
        self.assertEqual(self._warnings(visit, '2026-03-03 08:00:00'), [])

    def test_visit_is_no_neighbour_of_itself(self):
        visit = self._visit(self.school, '2026-03-03 07:00:00')
        self.assertEqual(self._warnings(visit, '2026-03-03 08:00:00'), [])
        self.assertFalse(visit.planning_warning)

    def test_speed_of_the_company_decides(self):
        self._visit(self.school, '2026-03-03 07:00:00')
        visit = self._create_order(site_id=self.customer.id).visit_ids
        self.assertTrue(self._warnings(visit, '2026-03-03 08:30:00'))
        self.company.write({'service_road_factor': 1.1, 'service_road_town_speed': 60,
                            'service_road_country_speed': 120, 'service_road_highway_speed': 130})
        self.assertFalse(self._warnings(visit, '2026-03-03 08:30:00'))

    def test_rule_and_its_words_take_a_constant_number_of_queries(self):
        """Whatever the number of technicians, and of findings."""
        def count(number):
            people = self.env['hr.employee'].create([
                {'name': f"R {index}", 'company_id': self.company.id, 'service_team_id': self.team.id,
                 'resource_calendar_id': self.calendar.id, 'tz': 'Europe/Riga'}
                for index in range(number)])
            visits = self.env['service.visit']
            for person in people:
                for place, start in ((RIGA, '2026-03-03 07:00:00'), (JELGAVA, '2026-03-03 08:10:00')):
                    house = self.env['res.partner'].create({
                        'name': "House", 'partner_latitude': place[0], 'partner_longitude': place[1]})
                    order = self._create_order(partner_id=house.id)
                    visits |= self._plan(order, start, employee=person)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            warnings = visits[1::2]._get_planning_warnings()  # those before them are not read yet
            asked = self.env.cr.sql_log_count - before
            self.assertEqual(len([text for texts in warnings.values() for text in texts]), number)
            return asked

        count(1)
        self.assertLessEqual(count(12), count(3) + 1)

    # ------------------------------------------------------------ free times

    def test_proposed_times_leave_time_to_drive(self):
        self._visit(self.school, '2026-03-03 06:00:00')
        window = datetime(2026, 3, 3, 6), datetime(2026, 3, 3, 15), timedelta(hours=1)
        wishes = [
            Wish(self.technician, *window), Wish(self.technician, *window, JELGAVA),
            Wish(self.technician, *window, RIGA)]
        starts = [self.env['hr.employee']._find_free_times([wish])[0] for wish in wishes]
        self.assertEqual(starts, [
            datetime(2026, 3, 3, 7), datetime(2026, 3, 3, 7), datetime(2026, 3, 3, 8)])
        # One after the other: each leaves time to drive to those before it.
        self.assertEqual(
            self.env['hr.employee']._find_free_times([wishes[2], wishes[1]]),
            [datetime(2026, 3, 3, 8), datetime(2026, 3, 3, 10)])

    @users('service_dispatcher')
    def test_board_proposes_a_time_with_a_drive_before_it(self):
        with freeze_time('2026-03-03 06:00:00'):
            self._visit(self.school, '2026-03-03 06:00:00')
            visit = self._create_order(site_id=self.customer.id).visit_ids.with_user(self.env.user)
            proposal = visit.get_drop_proposal(self.technician.id)
        self.assertEqual(proposal['values']['date_start'], '2026-03-03 08:00:00')
        self.assertFalse(proposal['warnings'])

    def test_drive_from_a_visit_before_the_window_counts(self):
        self._visit(self.school, '2026-03-03 06:00:00')
        wish = Wish(self.technician, datetime(2026, 3, 3, 7), datetime(2026, 3, 3, 15),
                    timedelta(hours=1), RIGA)
        self.assertEqual(
            self.env['hr.employee']._find_free_times([wish]), [datetime(2026, 3, 3, 8)])

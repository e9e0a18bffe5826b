from datetime import datetime

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form, freeze_time, users

from .common import ServiceBaseCommon


@freeze_time('2026-03-02 09:00:00')
class TestServiceNewOrder(ServiceBaseCommon):
    """Whatever “New” staff press, an open order comes out, with a visit to plan."""

    def _press_new(self, **context):
        return self.env['service.order'].with_context(**context).create({
            'title': "No hot water", 'partner_id': self.customer.id})

    @users('service_customer_service')
    def test_new_in_whatever_column_of_the_board_is_open_with_a_visit_to_plan(self):
        for stage in self.stage_request | self.stage_signed_off | self.stage_cancelled | self.stage_hold:
            with self.subTest(stage.name):
                order = self._press_new(default_stage_id=stage.id) if stage != self.stage_hold else (
                    self._press_new())
                self.assertEqual(order.state, 'open')
                self.assertTrue(order.visit_ids.is_unassigned)

    @users('service_customer_service')
    def test_quick_create_takes_customer_object_and_subject(self):
        with Form(self.env['service.order'].with_context(default_stage_id=self.stage_request.id),
                  'service_management.service_order_view_form_quick_create') as form:
            form.title = "No hot water"
            form.partner_id = self.customer
            form.object_ids.add(self.object)
        self.assertRecordValues(form.record, [{
            'state': 'open', 'site_id': self.site.id, 'object_ids': self.object.ids}])

    def test_who_says_so_with_the_values_makes_a_request(self):
        self.assertEqual(self._create_order(stage_id=self.stage_request.id).state, 'draft')

    @users('service_customer_service')
    def test_number_of_the_caller_is_kept_on_the_order_alone(self):
        contact = self.env['res.partner'].create({
            'name': "Ms Berg", 'parent_id': self.customer.id, 'phone': "+371 1"})
        order = self._press_new()
        with Form(order) as form:
            form.contact_phone = "+371 2611 1111"
        self.assertEqual(order.contact_phone, "+371 2611 1111")
        order.contact_id = contact
        self.assertEqual(order.contact_phone, "+371 2611 1111")
        order.contact_phone = "+371 1"
        self.assertFalse(order.caller_phone)
        contact.phone = "+371 2"
        self.assertEqual(order.contact_phone, "+371 2")

    def test_order_in_no_known_zone_goes_to_the_team_that_came_last(self):
        cooling = self.env['service.team'].create({'name': "Cooling"})
        heating = self.env['service.team'].create({'name': "Heating"})
        self.assertEqual(self._press_new().team_id, cooling)
        self._create_order(team_id=heating.id)
        self._create_order(team_id=cooling.id, object_ids=self.object.ids)
        self._create_order(team_id=heating.id)
        self.assertEqual(self._press_new().team_id, heating)
        with_object = self.env['service.order'].create({
            'title': "No hot water", 'partner_id': self.customer.id,
            'object_ids': [Command.set(self.object.ids)]})
        self.assertEqual(with_object.team_id, cooling)

    def test_order_in_no_known_zone_of_a_new_customer_goes_to_a_team_without_zones(self):
        self.team.zone_ids = self.env['service.zone'].create({
            'name': "Harbour", 'zip_prefixes': "LV-99"})
        everywhere = self.env['service.team'].create({'name': "West"})
        order = self.env['service.order'].create({
            'title': "No hot water", 'partner_id': self.other_customer.id})
        self.assertEqual(order.team_id, everywhere)

    def test_wish_that_has_passed_is_late_until_somebody_is_planned(self):
        order = self._create_order(date_preferred=datetime(2026, 3, 1, 9))
        self.assertTrue(order.is_late)
        self.assertIn(order, order.search([('is_late', '=', True)]))
        self._plan(order)
        self.assertFalse(order.is_late)
        self.assertNotIn(order, order.search([('is_late', '=', True)]))

    @users('service_customer_service')
    def test_address_of_an_order_is_kept_with_the_customer(self):
        order = self._press_new()
        self.assertFalse(order.has_own_address)
        order.write({'site_street': "Pier 9", 'site_city': "Riga"})
        self.assertTrue(order.has_own_address)
        order.action_keep_address()
        self.assertRecordValues(order.site_id, [{
            'parent_id': self.customer.id, 'type': 'delivery', 'street': "Pier 9", 'city': "Riga"}])
        self.assertFalse(order.has_own_address)
        with self.assertRaisesRegex(UserError, "the one of the site already"):
            order.action_keep_address()

    @users('service_customer_service')
    def test_customer_without_an_address_gets_the_one_of_the_order(self):
        order = self.env['service.order'].create({
            'title': "Oven is cold", 'partner_id': self.other_customer.id,
            'site_street': "Mill 1", 'site_city': "Riga"})
        order.action_keep_address()
        self.assertRecordValues(self.other_customer, [{'street': "Mill 1", 'city': "Riga"}])
        self.assertEqual(order.site_id, self.other_customer)

    def test_technicians_keep_no_addresses(self):
        order = self._create_order(site_street="Pier 9")
        self._plan(order)
        with self.assertRaisesRegex(AccessError, "Ask one of them"):
            order.with_user(self.user_technician).action_keep_address()

    @users('service_customer_service')
    def test_new_order_names_what_is_open_for_its_object_else_for_its_customer(self):
        planned = self._create_order(channel='agreement')
        of_customer = self._create_order()
        self.assertFalse(planned.similar_order_ids, "Nobody has called")
        new = self.env['service.order'].new({'partner_id': self.customer.id})
        self.assertEqual(new.similar_order_ids._origin.ids, of_customer.ids)
        of_object = self._create_order(object_ids=self.object.ids)
        done = self._create_order(object_ids=self.object.ids)
        self._plan(done)
        self._sign(done)
        new.object_ids = self.object
        self.assertEqual(new.similar_order_ids._origin.ids, of_object.ids)
        other = self.env['service.order'].new({'partner_id': self.other_customer.id})
        self.assertFalse(other.similar_order_ids)

    def test_work_under_way_is_no_call_that_came_twice(self):
        order, other = self._create_order(), self._create_order()
        self.assertEqual(order.similar_order_ids, other)
        visit = self._plan(order, fields.Datetime.now())
        visit.action_start()
        self.assertFalse(order.similar_order_ids)
        visit._finish()
        self.assertFalse(order.similar_order_ids)
        self.assertEqual(other.similar_order_ids, order)

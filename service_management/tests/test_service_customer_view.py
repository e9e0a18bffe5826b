from odoo import fields
from odoo.tests import freeze_time, tagged

from .common import SIGNATURE, ServiceBaseCommon
from .common_portal import PortalCommon

PHONE_DETAIL = 'o_service_detail'


@tagged('post_install', '-at_install')
class TestServiceCustomerView(PortalCommon, ServiceBaseCommon):
    """What customers read of their orders: in their words, and all of what they decide on."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.guest = cls._create_portal_user('guest', cls.customer)
        cls.order = cls._create_order(title="Ours", object_ids=cls.object.ids)
        cls.stage_on_hold = cls.env.ref('service_management.service_stage_on_hold')

    def _read(self, order):
        return self._get(f'/my/service_orders/{order.id}').text

    def _work(self, order):
        visit = self._plan(order, fields.Datetime.now())
        visit.action_start()
        visit.action_stop()
        visit.action_done()
        return visit

    #=== HOW FAR IT IS ===#

    def test_tracker_never_goes_back_while_the_order_is_open(self):
        steps = [self.order._get_portal_step()]
        visit = self._plan(self.order, fields.Datetime.now())
        visit.action_dispatch()
        steps.append(self.order._get_portal_step())
        visit.action_start()
        steps.append(self.order._get_portal_step())
        visit.action_stop()
        visit.action_done()
        steps.append(self.order._get_portal_step())
        self._plan(self.order, '2030-03-03 08:00:00')
        steps.append(self.order._get_portal_step())
        self._sign(self.order)
        steps.append(self.order._get_portal_step())
        self.assertEqual(steps, [1, 2, 3, 3, 3, 4])

    def test_visit_that_was_called_off_is_told_and_the_tracker_stays(self):
        visit = self._plan(self.order, '2030-03-03 08:00:00')
        visit.action_dispatch()
        visit._cancel(self.visit_reason)
        self.assertEqual(self.order._get_portal_step(), 2)
        self.authenticate('guest', 'guest')
        self.assertIn("had planned does not take", self._read(self.order))

    def test_customers_read_none_of_the_offices_stages(self):
        self.authenticate('guest', 'guest')
        reason = self.env['service.reason']._get_default('stage')
        self.order.write({'stage_id': self.stage_on_hold.id, 'stage_reason_id': reason.id})
        for url in (self.order.access_url, '/my/service_orders', '/my/service_orders?groupby=state'):
            page = self._get(url).text
            for internal in ("To Plan", "On Hold", "Signed Off", "Dispatched"):
                with self.subTest(url=url, internal=internal):
                    self.assertNotIn(internal, page)
            self.assertIn("Waiting", page)

    def test_stages_are_worded_for_customers_where_somebody_wants_it(self):
        self.order.stage_id.customer_name = "We order the part"
        self.assertEqual(self.order._get_portal_status(), ('info', "We order the part"))
        self.order.stage_id.customer_name = False
        self.assertEqual(self.order._get_portal_status(), ('info', "Confirmed"))

    def test_lists_tell_visits_apart_by_day_site_and_equipment(self):
        self.order.site_id = self.site
        self._plan(self.order, '2030-03-05 08:00:00').action_dispatch()
        self.authenticate('guest', 'guest')
        page = self._get('/my/service_orders').text
        card = page[page.index('o_service_card'):]
        for text in ("Tue 5 Mar 2030, 10:00", "Harbour Hotel Annex", "Boiler"):
            self.assertIn(text, card[:1500])

    #=== WHAT IS DECIDED ON ===#

    def test_whoever_confirms_work_sees_hours_parts_and_prices(self):
        self.authenticate('guest', 'guest')
        self._create_line(self.order, quantity=3, name="Cleaning of the burner")
        self.assertNotIn("Cleaning of the burner", self._read(self.order))
        visit = self._work(self.order)
        page = self._read(self.order)
        dialog = page[page.index('id="o_service_sign"'):]
        for text in ("Cleaning of the burner", "240.00", visit.employee_id.name, "3 hours"):
            self.assertIn(text, dialog)

    def test_work_whose_price_changed_is_read_again_before_it_is_confirmed(self):
        line = self._create_line(self.order, quantity=3, name="Cleaning")
        self._work(self.order)
        read = self.order._get_work_fingerprint()
        line.price_unit = 90
        self.assertNotEqual(read, self.order._get_work_fingerprint())

    def test_accepted_quote_shows_its_signature(self):
        quote = self._create_quote(title="Quoted")
        quote.action_mark_quote_sent()
        self.authenticate('guest', 'guest')
        self.assertNotIn("Quote accepted by", self._read(quote))
        quote._accept_quote("Maria Berg", SIGNATURE)
        page = self._read(quote)
        self.assertIn("Quote accepted by", page)
        self.assertIn("Maria Berg", page)

    def test_lines_stand_below_each_other_on_a_phone(self):
        quote = self._create_quote(title="Quoted")
        quote.action_mark_quote_sent()
        self.authenticate('guest', 'guest')
        self.assertIn(PHONE_DETAIL, self._read(quote))
        self.assertNotIn(PHONE_DETAIL, self._get(
            f'/my/service_orders/{quote.id}?report_type=html').text, "Paper is wide enough")

    #=== WORDS ===#

    @freeze_time('2026-03-02 09:00:00')
    def test_times_are_told_as_people_say_them(self):
        """Riga, two hours ahead of UTC in winter; no seconds, and no names of time zones."""
        visit = self._plan(self.order, '2026-03-03 08:00:00')
        self.assertRegex(
            visit._get_customer_time(), r"Tuesday, March 3, 2026, 10:00\sAM – 11:00\sAM")
        self.order.write({
            'arrival_from': '2026-03-03 08:00:00', 'arrival_to': '2026-03-03 10:00:00'})
        self.assertRegex(
            visit._get_customer_time(),
            r"Tuesday, March 3, 2026, we arrive between 10:00\sAM and 12:00\sPM")
        self.assertRegex(
            self.order._get_arrival_text(), r"Tuesday, March 3, 2026, 10:00\sAM – 12:00\sPM")

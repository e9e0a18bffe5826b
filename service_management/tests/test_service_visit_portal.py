from datetime import timedelta

from odoo import fields, http
from odoo.tests import tagged

from .common import ServiceBaseCommon
from .common_portal import PortalCommon


@tagged('post_install', '-at_install')
class TestServiceVisitPortal(PortalCommon, ServiceBaseCommon):
    """Customers move and cancel visits within the rules of the company."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.guest = cls._create_portal_user('guest', cls.customer)
        cls.stranger = cls._create_portal_user('stranger', cls.other_customer)
        cls.order = cls._create_order(title="Ours", user_id=cls.user_dispatcher.id)
        # A working day at eight in the morning of Riga, a week from now at least.
        day = fields.Date.today() + timedelta(days=7)
        day += timedelta(days=(7 - day.weekday()) % 7)
        cls.visit = cls._plan(cls.order, f'{day} 08:00:00')
        cls.visit.action_dispatch()
        cls.url = f'/my/service_orders/{cls.order.id}/visits/{cls.visit.id}'

    def _ask(self, verb, **data):
        """Press a button of the form: 'move', 'ask' or 'cancel'."""
        return self.url_open(self.url, data={
            'csrf_token': http.Request.csrf_token(self), verb: '1', **data})

    def _rule(self, rule, hours=24):
        self.company.write({
            'service_customer_moves': rule, 'service_customer_moves_hours': hours})

    def test_customers_see_no_way_where_the_company_wants_none(self):
        self._rule('off')
        self.authenticate('guest', 'guest')
        self.assertNotIn("Move or cancel", self._get(self.order.access_url).text)
        self._ask('ask', note="Later")
        self.assertFalse(self.order.activity_ids)

    def test_whoever_asks_makes_a_todo_and_the_visit_stays(self):
        self._rule('ask')
        start = self.visit.date_start
        self.authenticate('guest', 'guest')
        self.assertIn("Move or cancel", self._get(self.order.access_url).text)
        self.assertIn("Write when it suits you", self._ask('ask').text)
        page = self._ask('ask', note="On Friday, please")
        self.assertIn("stays as it is until you hear", page.text)
        self.assertRecordValues(self.visit, [{'state': 'dispatched', 'date_start': start}])
        todo = self.order.activity_ids
        self.assertEqual(todo.user_id, self.user_dispatcher)
        self.assertIn("asks for another time", todo.summary)
        self.assertIn("On Friday", todo.note)
        self._ask('cancel', note="Not needed")
        self.assertEqual(self.visit.state, 'dispatched')
        self.assertEqual(len(self.order.activity_ids), 2)

    def test_times_that_are_offered_are_free(self):
        self._rule('self')
        starts = self.visit._get_free_starts()
        self.assertTrue(starts)
        taken = starts[0]
        other = self._plan(self._create_order(title="Other"), taken)
        self.assertEqual(other.employee_id, self.visit.employee_id)
        self.assertNotIn(taken, self.visit._get_free_starts())
        soon = fields.Datetime.now() + timedelta(hours=24)
        self.assertFalse([start for start in starts if start < soon])

    def test_customer_moves_a_visit_to_a_free_time(self):
        self._rule('self')
        start = self.visit._get_free_starts()[1]
        self.order.write({
            'arrival_from': self.visit.date_start, 'arrival_to': self.visit.date_end})
        self.authenticate('guest', 'guest')
        page = self._ask('move', start=fields.Datetime.to_string(start))
        self.assertIn("at the time that you have chosen", page.text)
        self.assertRecordValues(self.visit, [{'state': 'dispatched', 'date_start': start}])
        self.assertFalse(self.order.arrival_from, "Another time was promised")

    def test_time_that_somebody_else_took_is_refused_in_words(self):
        self._rule('self')
        start = self.visit._get_free_starts()[0]
        self._plan(self._create_order(title="Other"), start)
        before = self.visit.date_start
        self.authenticate('guest', 'guest')
        for chosen, error in (
            (fields.Datetime.to_string(start), "taken in the meantime"),
            ('2020-01-01 08:00:00', "taken in the meantime"),
            ('x', "Choose one of the times"), ('', "Choose one of the times"),
        ):
            with self.subTest(chosen=chosen):
                self.assertIn(error, self._ask('move', start=chosen).text)
        self.assertEqual(self.visit.date_start, before)

    def test_customer_cancels_and_the_dispatcher_is_told(self):
        self._rule('self')
        self.authenticate('guest', 'guest')
        self.assertIn("You have cancelled", self._ask('cancel', note="Sold it").text)
        self.assertRecordValues(self.visit, [{'state': 'cancelled', 'note': "Sold it"}])
        self.assertIn("Cancelled by the customer", self.order.activity_ids.summary)
        self.assertTrue(self.order.has_unassigned_visit, "Dispatchers find it")
        self.assertEqual(self.order.state, 'open')

    def test_shortly_before_the_visit_customers_ask(self):
        self._rule('self', hours=8760)
        start = self.visit.date_start
        self.authenticate('guest', 'guest')
        self.assertNotIn("Move the Visit", self._get(self.url).text)
        free = fields.Datetime.to_string(start + timedelta(hours=2))
        self.assertIn("cannot be moved or cancelled here", self._ask('move', start=free).text)
        self._ask('cancel', note="No")
        self.assertRecordValues(self.visit, [{'state': 'dispatched', 'date_start': start}])

    def test_nobody_else_moves_a_visit(self):
        self._rule('self')
        free = fields.Datetime.to_string(self.visit._get_free_starts()[0])
        start = self.visit.date_start
        self.user_dispatcher.password = 'of-the-staff'
        for login, password in (('stranger', 'stranger'), (None, None),
                                (self.user_dispatcher.login, 'of-the-staff')):
            self.authenticate(login, password)
            for verb in ('move', 'cancel', 'ask'):
                with self.subTest(login=login, verb=verb):
                    self._ask(verb, start=free, note="No")
        self.assertRecordValues(self.visit, [{'state': 'dispatched', 'date_start': start}])
        self.assertFalse(self.order.activity_ids)

    def test_link_of_the_mail_is_enough(self):
        self._rule('self')
        start = self.visit._get_free_starts()[0]
        token = self.order._portal_ensure_token()
        self.authenticate(None, None)
        self.assertIn("Move the Visit", self._get(f'{self.url}?access_token={token}').text)
        self._ask('move', start=fields.Datetime.to_string(start), access_token=token)
        self.assertEqual(self.visit.date_start, start)

from datetime import datetime

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form, freeze_time, tagged, users

from .common import ServiceBaseCommon, ServiceCommon
from .common_portal import PortalCommon


@freeze_time('2026-03-02 09:00:00')
class TestServiceMerge(ServiceCommon):
    """Two orders that are one call become one, with all that both have."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.kept = cls._create_order(title="No hot water")
        cls.other = cls._create_order(
            title="Boiler again", object_ids=cls.object.ids, priority='2',
            date_order=datetime(2026, 3, 2, 7), note_internal="<p>Gate code 4711</p>")

    def _merge(self, others=None, kept=None, user=None):
        kept = (kept or self.kept).with_user(user or self.user_dispatcher)
        orders = kept | (others or self.other).with_user(kept.env.user)
        wizard = orders.env['service.order.merge'].create({
            'order_ids': [Command.set(orders.ids)], 'kept_id': kept.id})
        return wizard.action_apply()

    def test_messages_photos_tasks_lines_and_times_go_along(self):
        customer = self.customer
        message = self.other.message_post(
            body="It smells", author_id=customer.id, message_type='comment',
            subtype_xmlid='mail.mt_comment', attachments=[('photo.png', b'picture')])
        self.other.message_subscribe(self.site.ids)
        task = self.env['service.task'].create({'name': "Clean"})
        self.other.task_ids = [Command.create({'task_id': task.id})]
        visit = self._plan(self.other)
        line = self._create_line(
            self.other, employee_id=self.technician.id, quantity=2, visit_id=visit.id)
        self._merge()
        self.assertEqual(message.res_id, self.kept.id)
        self.assertEqual(message.attachment_ids.res_id, self.kept.id)
        self.assertIn(self.site, self.kept.message_partner_ids)
        self.assertEqual(self.kept.task_ids.task_id, task)
        self.assertEqual(line.order_id, self.kept)
        self.assertEqual(self.kept.visit_ids, visit)
        self.assertEqual(line.visit_id, visit)
        self.assertRecordValues(self.kept, [{
            'object_ids': self.object.ids, 'priority': '2', 'state': 'open',
            'date_order': datetime(2026, 3, 2, 7)}])
        self.assertIn("4711", self.kept.note_internal)

    def test_other_is_cancelled_with_a_reason_and_leads_to_the_one_kept(self):
        self._merge()
        self.assertRecordValues(self.other, [{
            'state': 'cancelled', 'merged_into_id': self.kept.id,
            'stage_reason_id': self.env.ref('service_management.service_reason_duplicate').id}])
        self.assertEqual(self.other._get_kept(), self.kept)
        self.assertFalse(self.other.visit_ids.filtered(lambda visit: visit.state != 'cancelled'))
        self.assertTrue(self.kept.visit_ids.is_unassigned)

    def test_visit_that_is_done_goes_along(self):
        visit = self._plan(self.other, '2026-03-02 07:00:00')
        visit.action_start()
        visit.action_stop()
        visit._finish()
        with self.assertRefusedWith(UserError, "cannot be cancelled in stage", self.other):
            self._merge()
        self.other.stage_id = self.stage_first
        self._merge()
        self.assertEqual(visit.order_id, self.kept)
        self.assertEqual(visit.state, 'done')

    def test_requests_of_customers_are_merged_into_the_open_order(self):
        request = self._create_order(stage_id=self.stage_request.id, channel='portal')
        self._merge(request, user=self.user_customer_service)
        self.assertEqual(request.state, 'cancelled')

    def test_chain_of_merged_orders_leads_to_the_last_one(self):
        third = self._create_order()
        self._merge()
        self._merge(self.kept, kept=third)
        self.assertEqual(self.other._get_kept(), third)

    def test_what_speaks_against_it_is_said(self):
        stranger = self._create_order(partner_id=self.other_customer.id)
        request = self._create_order(stage_id=self.stage_request.id)
        quote = self._create_quote()
        quote.action_mark_quote_sent()
        done = self._worked_order()
        running = self._create_order()
        self._plan(running, '2026-03-02 09:00:00').action_start()
        for others, kept, message in [
            (stranger, self.kept, "of different customers"),
            (self.other, request, "is open already"),
            (quote, self.kept, "was quoted"),
            (request, quote, "is a quote that its customer has"),
            (done, self.kept, "only requests and open orders are merged"),
            (self.other, done, "only requests and open orders take in others"),
            (running, self.kept, "works on"),
            (self.kept, self.kept, "Choose two orders"),
        ]:
            with self.subTest(message), self.assertRefusedWith(UserError, message, others, kept):
                self._merge(others, kept)

    def test_dialog_says_what_speaks_against_it_before(self):
        stranger = self._create_order(partner_id=self.other_customer.id)
        form = Form(self.env['service.order.merge'].with_context(
            default_order_ids=(self.kept | stranger).ids))
        self.assertIn("different customers", form.refusal)

    def test_dialog_keeps_what_is_planned(self):
        self._plan(self.other)
        wizard = self.env['service.order.merge'].create({
            'order_ids': [Command.set((self.kept | self.other).ids)]})
        self.assertEqual(wizard.kept_id, self.other)

    def test_customer_service_leaves_planned_orders_to_dispatchers(self):
        self._plan(self.other)
        with self.assertRefusedWith(AccessError, "Ask a dispatcher", self.other, self.kept):
            self._merge(user=self.user_customer_service)

    @users('service_technician')
    def test_technicians_merge_nothing(self):
        with self.assertRaises(AccessError):
            self.env['service.order.merge'].create({
                'order_ids': [Command.set((self.kept | self.other).ids)], 'kept_id': self.kept.id})

    def test_button_offers_what_is_like_the_order(self):
        action = self.kept.with_user(self.user_dispatcher).action_merge()
        self.assertEqual(
            set(action['context']['default_order_ids']), set((self.kept | self.other).ids))


@tagged('post_install', '-at_install')
class TestServiceMergePortal(PortalCommon, ServiceBaseCommon):
    """Customers who have the link of an order that was merged come to the one that is kept."""

    def test_link_of_a_merged_order_leads_to_the_one_kept(self):
        kept, other = self._create_order(title="No hot water"), self._create_order(title="Cold again")
        link = other.get_portal_url()
        (kept | other)._merge(kept)
        page = self._get(link)
        self.assertIn(f'/my/service_orders/{kept.id}', page.url)
        self.assertIn("No hot water", page.text)

    def test_link_of_a_merged_order_opens_nothing_without_its_key(self):
        kept, other = self._create_order(title="No hot water"), self._create_order(title="Cold again")
        (kept | other)._merge(kept)
        page = self._get(f'/my/service_orders/{other.id}?access_token=wrong')
        self.assertNotIn(f'/my/service_orders/{kept.id}', page.url)
        self.assertNotIn("No hot water", page.text)

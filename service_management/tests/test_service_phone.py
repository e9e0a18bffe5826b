import base64
from datetime import datetime
from io import BytesIO
from xml.etree import ElementTree

from PIL import Image

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form, freeze_time, users
from odoo.tools.safe_eval import safe_eval

from .common import ServiceBaseCommon


@freeze_time('2026-03-03 09:00:00')
class TestServicePhone(ServiceBaseCommon):
    """What a technician sees and does on the card of a visit."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.order = cls._create_order(
            object_ids=cls.object.ids, note_internal="<p>Gate code 4711</p>",
            arrival_from='2026-03-03 08:00:00', arrival_to='2026-03-03 10:00:00')
        cls.visit = cls._plan(cls.order, '2026-03-03 08:00:00')
        cls.visit.action_dispatch()
        cls.mine = cls.visit.with_user(cls.user_technician)

    def _work(self):
        with freeze_time('2026-03-03 08:00:00'):
            self.mine.action_start()
        with freeze_time('2026-03-03 08:30:00'):
            self.mine.action_stop()

    # ------------------------------------------------------------ reading

    def test_card_says_what_has_to_be_known(self):
        self.order.task_ids = [Command.create({
            'task_id': self.env['service.task'].create({'name': name}).id, 'is_done': done})
            for name, done in (("Clean", True), ("Measure", False))]
        self.mine.action_start()
        card = self.mine.with_context(tz='Europe/Riga')
        said = {name: ' '.join(card[name].split()) for name in (
            'arrival_window', 'note_text', 'task_summary', 'object_summary', 'clock_text')}
        self.assertEqual(said, {
            'arrival_window': "10:00 AM – 12:00 PM", 'note_text': "Gate code 4711",
            'task_summary': "Tasks: 1 of 2", 'object_summary': "Boiler, S/N B-1",
            'clock_text': "Work since 11:00 AM"})

    def test_somebody_can_be_called_wherever_there_is_a_number(self):
        self.order.contact_id = False
        self.assertFalse(self.mine.contact_phone)
        self.customer.phone = "+371 2611 1111"
        self.assertEqual(self.mine.contact_phone, "+371 2611 1111")
        self.order.contact_phone = "+371 2622 2222"
        self.assertEqual(self.mine.contact_phone, "+371 2622 2222")

    def test_plans_that_were_not_dispatched_are_on_nobodys_list(self):
        planned = self._plan(self._create_order(), '2026-03-03 12:00:00')
        action = self.env['ir.actions.act_window']._for_xml_id(
            'service_management.service_visit_action_mine')
        domain = [('employee_id.user_id', '=', self.user_technician.id), *safe_eval(
            action['domain'], {'uid': self.user_technician.id})[1:]]
        found = self.env['service.visit'].with_user(self.user_technician).search(domain)
        self.assertIn(self.visit, found)
        self.assertNotIn(planned, found)

    def test_what_is_under_way_stands_first_and_what_is_over_last(self):
        done, running, later = (
            self._plan(self._create_order(), f'2026-03-03 {hour}:00:00') for hour in (12, 14, 16))
        done._start_timer('work', datetime(2026, 3, 3, 7))
        done._finish()
        running.action_start()
        order = ElementTree.fromstring(self.env['service.visit'].get_view(
            self.env.ref('service_management.service_visit_view_kanban_mine').id)['arch']
        ).get('default_order')
        visits = self.visit | done | running | later
        found = visits.with_user(self.user_technician).search([('id', 'in', visits.ids)], order=order)
        self.assertEqual(list(found), [running, self.visit, later, done])

    def test_history_begins_with_what_was_and_ends_with_what_is_to_come(self):
        due = self._create_order(object_ids=self.object.ids, date_order='2026-12-01 08:00:00')
        self.assertTrue(due.is_ahead)
        self.assertFalse(self.order.is_ahead)
        history = ElementTree.fromstring(self.env['service.object'].get_view(
            view_type='form')['arch']).find(".//field[@name='order_ids']/list")
        orders = (due | self.order).search(
            [('id', 'in', (due | self.order).ids)], order=history.get('default_order'))
        self.assertEqual(list(orders), [self.order, due])
        self._plan(due)
        self._sign(due)
        self.assertFalse(due.is_ahead, "What was done early was done")

    def test_who_covers_for_another_team_reads_the_history_of_his_object(self):
        south = self.env['service.team'].create({'name': "South", 'company_id': self.company.id})
        before = self._create_order(team_id=south.id, object_ids=self.object.ids)
        stranger = self._create_order(team_id=south.id)
        line = self._create_line(before, 'item', quantity_planned=1)
        self._plan(before, '2026-03-02 08:00:00', employee=self.colleague)
        self._sign(before)
        action = self.mine.action_view_history()
        found = self.env['service.order'].with_user(self.user_technician).search(action['domain'])
        self.assertIn(before, found)
        self.assertIn("1 × Pump", before.with_user(self.user_technician).history_parts)
        self.assertEqual(line.with_user(self.user_technician).quantity, 1)
        planned = self._create_order(team_id=south.id, object_ids=self.object.ids)
        self.assertNotIn(planned, found, "It is history")
        with self.assertRaises(AccessError):
            planned.with_user(self.user_technician).note_internal = "Mine"
        with self.assertRaises(AccessError):
            stranger.with_user(self.user_technician).read(['title'])
        self._work()
        self.mine.action_done()
        with self.assertRaises(AccessError):
            before.with_user(self.user_technician).read(['title'])

    def test_history_without_an_object_says_so(self):
        self.order.object_ids = False
        with self.assertRaisesRegex(UserError, "names no object"):
            self.mine.action_view_history()

    # ------------------------------------------------------------ coming again

    def test_visit_that_is_needed_again_waits_on_the_board(self):
        self._work()
        action = self.mine.action_follow_up()
        dialog = Form(self.env[action['res_model']].with_user(self.user_technician).with_context(
            **action['context']))
        dialog.reason_id, dialog.follow_up, dialog.duration_hours = self.reason, "Electrode", 2
        dialog.save().action_apply()
        again = self.order.visit_ids - self.visit
        self.assertRecordValues(again, [{
            'is_unassigned': True, 'duration_hours': 2,
            'follow_up': f"{self.reason.name}: Electrode"}])
        self.assertEqual((self.visit.state, self.order.state), ('done', 'open'))

    def test_visit_is_asked_for_on_open_orders_by_who_works_there(self):
        with self.assertRaises(AccessError):
            self.visit.with_user(self.user_colleague).action_follow_up()
        self._work()
        self._sign(self.order)
        with self.assertRaisesRegex(UserError, "take the sign-off back"):
            self.mine.action_follow_up()

    # ------------------------------------------------------------ parts

    def test_usual_parts_come_first_and_desks_do_not(self):
        valve = self._create_service_product("Valve", 10, kind='consu')
        desk = self._create_service_product("Desk", 10, kind='consu')
        self.object.product_id = self._create_service_product("GB30", 900, kind='consu')
        sister = self.object.copy({'serial_number': 'B-2'})
        for obj, part, times in ((self.object, self.part, 1), (sister, valve, 2)):
            for _time in range(times):
                self._create_line(
                    self._create_order(object_ids=obj.ids), 'item', product_id=part.id)
        usual = [product for product, _count in self.order._get_usual_parts()]
        self.assertEqual(usual, [self.part, valve])
        self.assertTrue(valve.is_service_part)
        self.assertFalse(desk.is_service_part)

    def test_parts_are_added_in_few_taps_and_were_not_planned(self):
        self._create_line(self._create_order(object_ids=self.object.ids), 'item')
        action = self.mine.action_add_parts()
        dialog = Form(self.env[action['res_model']].with_user(self.user_technician).with_context(
            **action['context']))
        with dialog.line_ids.edit(0) as line:
            line.is_used = True
            self.assertEqual(line.quantity, 1)
        dialog.save().action_apply()
        line = self.order.line_ids
        self.assertRecordValues(line, [{
            'kind': 'item', 'product_id': self.part.id, 'quantity': 1, 'quantity_planned': 0,
            'object_id': self.object.id}])
        empty = self.env['service.order.add.parts'].with_user(self.user_technician).create(
            {'order_id': self.order.id})
        with self.assertRaisesRegex(UserError, "Tick the parts"):
            empty.action_apply()

    # ------------------------------------------------------------ photos

    def _take(self, width=3000):
        stream = BytesIO()
        Image.new('RGB', (width, 10)).save(stream, 'JPEG')
        return base64.b64encode(stream.getvalue()).decode()

    def test_photo_is_kept_with_the_order_its_kind_and_object(self):
        self.mine.add_photo("door.jpg", self._take(), 'before', self.object.id)
        photo = self.env['ir.attachment'].search([
            ('res_model', '=', 'service.order'), ('res_id', '=', self.order.id)])
        self.assertRecordValues(photo, [{
            'name': "door.jpg", 'service_photo_kind': 'before', 'service_object_id': self.object.id}])
        self.assertEqual(Image.open(BytesIO(photo.raw)).width, 1920)
        message = self.order.message_ids[0]
        self.assertIn("Before", message.body)
        self.assertTrue(message.is_internal or message.subtype_id.internal)

    def test_object_has_the_photos_of_its_orders_that_one_sees(self):
        self.mine.add_photo("door.jpg", self._take(), 'before', self.object.id)
        self.mine.add_photo("other.jpg", self._take(), 'after', self.object.id)
        self.mine.add_photo("elsewhere.jpg", self._take(), 'after')
        mine = self.object.with_user(self.user_technician).get_photos()
        self.assertEqual([photo['kind'] for photo in mine], ["After", "Before"])
        self.assertEqual({photo['order_id'] for photo in mine}, {self.order.id})
        self.order.write({
            'team_id': self.env['service.team'].create({'name': "South"}).id,
            'user_id': self.user_manager.id})
        self.assertEqual(self.object.with_user(self.user_colleague).get_photos(), [])
        portal = self._create_portal_user('guest', self.customer)
        with self.assertRaises(AccessError):
            self.object.with_user(portal).get_photos()

    def test_queries_do_not_grow_with_the_photos_of_an_object(self):
        counts = []
        for _round in range(2):
            self.mine.add_photo("door.jpg", self._take(), 'before', self.object.id)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            self.object.get_photos()
            counts.append(self.cr.sql_log_count - before)
            for _number in range(5):
                self.mine.add_photo("door.jpg", self._take(), 'before', self.object.id)
        self.assertLessEqual(counts[1], counts[0])

    @users('service_technician')
    def test_what_is_no_photo_or_of_others_is_refused(self):
        mine = self.visit.with_user(self.env.user)
        for content, kind, obj in (
            ('bm90IGEgcGljdHVyZQ==', 'before', False), ('%%%', 'before', False),
            (self._take(), 'during', False), (self._take(), 'after', self.other_object.id),
        ):
            with self.subTest(kind=kind), self.assertRaises(UserError):
                mine.add_photo("x.jpg", content, kind, obj)
        with self.assertRaises(AccessError):
            self.visit.with_user(self.user_colleague).add_photo("x.jpg", self._take(), 'after')

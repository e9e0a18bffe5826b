from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import freeze_time, tagged

from odoo.addons.mail.tests.common import MailCommon

from .common import SIGNATURE, ServiceBaseCommon

START = '2026-03-03 08:00:00'


@freeze_time(START)
@tagged('post_install', '-at_install')
class TestServiceTakeBack(ServiceBaseCommon, MailCommon):
    """A wrong tap goes without a trace but the history, and tells nobody."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer.email = 'hotel@example.com'
        cls.company.service_mail_delay_minutes = 2
        sla = cls.env['service.sla'].create({'name': "Gold", 'target_ids': [
            Command.create({'kind': 'arrival', 'limit_hours': 4}),
            Command.create({'kind': 'completion', 'limit_hours': 8})]})
        cls.order = cls._create_order(
            object_ids=cls.object.ids, sla_id=sla.id, date_order=START)
        cls.visit = cls._plan(cls.order, START)
        cls.visit.action_dispatch()
        cls.mine = cls.visit.with_user(cls.user_technician)

    def _look(self):
        """Return all that taps change: of the visit, the order, its lines and its clocks."""
        self.env.flush_all()
        self.env.invalidate_all()
        order = self.order.sudo()
        return {
            'visits': order.visit_ids.read([
                'state', 'timer_kind', 'timer_start', 'work_start', 'work_end', 'travel_hours',
                'worked_hours', 'on_way_due']),
            'todos': order.visit_ids.activity_ids.activity_type_id.ids,
            'order': order.read([
                'stage_id', 'state', 'signed_by', 'signed_on', 'signature', 'is_receipt_due',
                'sla_state', 'sla_deadline', 'date_last_stage_update', 'amount_total']),
            'lines': order.line_ids.read([
                'kind', 'is_travel', 'quantity', 'quantity_planned', 'date', 'date_start', 'date_end',
                'employee_id', 'visit_id', 'state', 'given_fields']),
            'clocks': order.sla_status_ids.read([
                'state', 'deadline', 'date_reached', 'elapsed_hours', 'used_percent',
                'running_since', 'next_event_on']),
            'spans': order.sla_status_ids.interval_ids.read(['kind', 'date_start', 'date_end']),
        }

    def _at(self, minutes):
        return freeze_time(fields.Datetime.to_datetime(START) + timedelta(minutes=minutes))

    def _mails(self, text):
        return self.order.message_ids.filtered(lambda message: (
            message.message_type == 'auto_comment' and text in (message.subject or '')))

    def _tell(self, minutes):
        with self._at(minutes), self.enter_registry_test_mode():
            self.env.ref('service_management.ir_cron_tell_on_way').method_direct_trigger()
        self.env.invalidate_all()

    # ------------------------------------------------------------ taps

    def test_each_tap_is_taken_back_exactly_and_nothing_else(self):
        taps = ('action_travel', 'action_start', 'action_stop', 'action_done')
        looks = []
        for number, tap in enumerate(taps):
            looks.append(self._look())
            with self._at(number * 5):
                getattr(self.mine, tap)()
        self.assertEqual(self.order.line_ids.mapped('is_travel'), [True, False])
        for number, (tap, look) in enumerate(zip(reversed(taps), reversed(looks), strict=True)):
            with self.subTest(tap=tap), self._at(15 + number):
                # What was tapped first is a quarter of an hour ago by then.
                self.company.service_take_back_minutes = 60
                self.mine.action_take_back()
                self.assertEqual(self._look(), look)
        self.assertFalse(self.visit.steps)

    def test_history_tells_what_was_taken_back_and_which_hours(self):
        with self._at(0):
            self.mine.action_start()
        with self._at(30):
            self.mine.action_stop()
            self.mine.action_take_back()
        bodies = ' '.join(self.order.message_ids.mapped('body'))
        self.assertIn("Taken back: Stop. Hours removed: Anna, 0.5 h", bodies)

    def test_planned_line_is_empty_again_and_filled_by_the_next_stop(self):
        self.company.service_take_back_minutes = 60
        line = self._create_line(self.order, quantity_planned=3)
        before = self._look()
        self.mine.action_start()
        with self._at(30):
            self.mine.action_stop()
            self.assertEqual(line.quantity, 0.5)
            self.mine.action_take_back()
            self.assertEqual((line.quantity, line.visit_id.id), (0, False))
            self.mine.action_take_back()
        self.assertEqual(self._look(), before)
        self.mine.action_start()
        with self._at(60):
            self.mine.action_stop()
        self.assertEqual(line.quantity, 1)

    def test_stage_and_the_clock_that_stood_still_are_put_back(self):
        self.stage_hold.sequence = 0  # orders come here before work begins
        with self._at(-60):
            self.order.write({'stage_id': self.stage_hold.id, 'stage_reason_id': self.reason.id})
        before = self._look()
        self.assertEqual(self.order.sla_state, 'paused')
        self.mine.action_start()
        self.assertNotEqual(self.order.stage_id, self.stage_hold)
        self.mine.action_take_back()
        self.assertEqual(self._look(), before)
        self.assertEqual(self.order.stage_reason_id, self.reason)

    def test_stage_stays_where_somebody_moved_it_since(self):
        self.mine.action_start()
        self.order.write({'stage_id': self.stage_hold.id, 'stage_reason_id': self.reason.id})
        self.mine.action_take_back()
        self.assertEqual((self.visit.state, self.order.stage_id), ('dispatched', self.stage_hold))

    def test_arrival_of_a_colleague_counts_when_the_first_one_is_taken_back(self):
        other = self._plan(self.order, START, employee=self.colleague)
        self.mine.action_start()
        with self._at(10):
            other.with_user(self.user_colleague).action_start()
            self.mine.action_take_back()
        arrival = self.order.sla_status_ids.filtered(lambda status: status.kind == 'arrival')
        self.assertEqual(
            arrival.date_reached, fields.Datetime.to_datetime(START) + timedelta(minutes=10))
        self.assertEqual(other.state, 'under_way')

    def test_only_who_tapped_takes_back_and_only_for_a_while(self):
        self.mine.action_start()
        with self.assertRaises(AccessError):
            self.visit.with_user(self.user_colleague).action_take_back()
        with self._at(16):
            self.assertFalse(self.mine.can_take_back)
            with self.assertRefusedWith(UserError, "Ask a dispatcher", self.visit, self.order):
                self.mine.action_take_back()
        self.company.service_take_back_minutes = 0
        self.mine.invalidate_recordset(['can_take_back'])
        with self.assertRaisesRegex(UserError, "too long ago"):
            self.mine.action_take_back()

    def test_dispatcher_puts_a_visit_right_later(self):
        before = self._look()
        self.mine.action_start()
        with freeze_time('2026-03-05 08:00:00'):
            self.visit.with_user(self.user_dispatcher).action_take_back()
        self.assertEqual(self._look(), before)

    def test_dispatcher_puts_a_visit_right_of_which_no_tap_is_known(self):
        self.mine.action_travel()
        self.visit.sudo().steps = False
        with self.assertRaisesRegex(UserError, "Ask a dispatcher"):
            self.mine.action_take_back()
        self.visit.with_user(self.user_dispatcher).action_take_back()
        self.assertRecordValues(self.visit, [{'state': 'dispatched', 'timer_start': False}])

    def test_corrected_hours_and_a_clock_elsewhere_are_left_alone(self):
        other = self._plan(self._create_order(), '2026-03-03 10:00:00')
        self.mine.action_start()
        with self._at(30):
            self.mine.action_stop()
            other.with_user(self.user_technician).action_start()
            with self.assertRaisesRegex(UserError, "still runs on"):
                self.mine.action_take_back()
            other.with_user(self.user_technician).action_take_back()
            self.order.line_ids.quantity = 0.25
            with self.assertRefusedWith(UserError, "were corrected", self.visit, self.order.line_ids):
                self.mine.action_take_back()

    def test_waiting_visit_of_a_wrong_done_goes(self):
        self.mine.action_start()
        self.mine.action_done()
        self.assertEqual(len(self.order.visit_ids), 2)
        self.mine.action_take_back()
        self.assertEqual(self.order.visit_ids, self.visit)

    # ------------------------------------------------------------ mails

    def test_customer_is_told_once_and_not_of_what_was_taken_back(self):
        for minute in range(2):
            with self._at(minute * 3):
                self.mine.action_travel()
                self.assertFalse(self._mails("on our way"))
            with self._at(minute * 3 + 1):
                self.mine.action_take_back()
            self._tell(minute * 3 + 2)
        self.assertFalse(self._mails("on our way"))
        with self._at(30):
            self.mine.action_travel()
        self._tell(31)
        self.assertFalse(self._mails("on our way"), "It waits")
        self._tell(32)
        self.assertEqual(len(self._mails("on our way")), 1)
        with self._at(33):
            self.mine.action_take_back()
            self.mine.action_travel()
        self._tell(40)
        self.assertEqual(len(self._mails("on our way")), 1, "Once a visit")

    def test_who_has_arrived_is_not_announced(self):
        self.mine.action_travel()
        with self._at(1):
            self.mine.action_start()
        self._tell(3)
        self.assertFalse(self._mails("on our way"))
        self.assertFalse(self.visit.on_way_due)

    # ------------------------------------------------------------ sign-off

    def _sign_off(self, order=None, user=None):
        self.env['service.order.change.stage'].with_user(user or self.user_technician).create({
            'order_ids': (order or self.order).ids, 'stage_id': self.stage_signed_off.id,
            'signature': SIGNATURE, 'signed_by': "Ms Berg"}).action_apply()

    def test_sign_off_is_taken_back_exactly(self):
        self.mine.action_start()
        with self._at(20):
            self.mine.action_stop()
        before = self._look()
        with self._at(25):
            self._sign_off()
            self.assertEqual(self.visit.state, 'done')
        with self._at(30):
            self.assertTrue(self.mine.can_take_back_sign_off)
            self.mine.action_take_back_sign_off()
        self.assertEqual(self._look(), before)
        kept = self.order.message_ids.filtered(lambda message: "Ms Berg" in message.body)
        self.assertEqual(kept.attachment_ids.name, 'signature.png')
        with self._at(31):
            self.mine.action_take_back()
        self.assertEqual(self.visit.timer_kind, 'work', "What was tapped before can be taken back, too")

    def test_receipt_waits_and_is_not_sent_when_the_sign_off_is_taken_back(self):
        self.mine.action_start()
        self.mine.action_stop()
        cron = self.env.ref('service_management.ir_cron_send_receipts')
        with self._at(10):
            self._sign_off()
            with self.enter_registry_test_mode():
                cron.method_direct_trigger()
            self.assertTrue(self.order.is_receipt_due)
            self.order.with_user(self.user_technician).action_take_back()
        with self._at(20), self.enter_registry_test_mode():
            cron.method_direct_trigger()
        self.assertFalse(self._mails("receipt"))

    def test_sign_off_is_taken_back_later_by_managers_with_a_reason(self):
        self.mine.action_start()
        self.mine.action_stop()
        before = self._look()
        self._sign_off()
        with freeze_time('2026-03-06 08:00:00'):
            for user in self.user_technician, self.user_dispatcher:
                with self.assertRefusedWith(UserError, "Ask a service manager", self.order):
                    self.order.with_user(user).action_take_back()
            with self.assertRaises(AccessError):
                self.env['service.order.take.back'].with_user(self.user_dispatcher).create(
                    {'order_id': self.order.id, 'reason': "Mine"})
            action = self.order.with_user(self.user_manager).action_take_back()
            self.assertEqual(self.order.state, 'signed_off')
            self.env[action['res_model']].with_user(self.user_manager).with_context(
                **action['context']).create({'reason': "The wrong order was signed"}).action_apply()
            self.assertEqual(self.order.stage_log_ids.sorted('id')[-1].note, "The wrong order was signed")
            look = self._look()
        for name in 'visits', 'todos', 'lines', 'clocks', 'spans', 'order':
            self.assertEqual(look[name], before[name])

    def test_posted_work_stays_signed(self):
        self._create_line(self.order, employee_id=self.technician.id, quantity=1)
        self._sign_off()
        self.order._post_lines()
        for user in self.user_technician, self.user_manager:
            with self.assertRaisesRegex(UserError, "no sign-off|posted lines"):
                self.order.with_user(user).action_take_back()

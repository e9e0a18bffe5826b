from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form, freeze_time, tagged, users

from odoo.addons.mail.tests.common import MailCommon

from .common import SIGNATURE, ServiceBaseCommon


@freeze_time('2026-03-03 09:00:00')
@tagged('post_install', '-at_install')
class TestServiceSignOff(ServiceBaseCommon, MailCommon):
    """Who signs sees what is signed, and nobody signs away that somebody else is to come."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer.email = 'hotel@example.com'
        cls.object.warranty_parts_end = '2025-12-31'
        cls.order = cls._create_order(object_ids=cls.object.ids)
        cls.visit = cls._plan(cls.order, '2026-03-03 08:00:00')
        cls.visit.action_dispatch()
        cls.part_line = cls._create_line(cls.order, 'item', quantity_planned=2)

    def _work(self):
        mine = self.visit.with_user(self.user_technician)
        with freeze_time('2026-03-03 08:00:00'):
            mine.action_start()
        with freeze_time('2026-03-03 08:30:00'):
            mine.action_stop()

    def _open(self, order=None, user=None):
        user = user or self.user_technician
        action = self.visit.with_user(user).action_sign()
        return Form(self.env[action['res_model']].with_user(user).with_context(**action['context']))

    def _cancelled_mails(self):
        return self.order.message_ids.filtered(lambda message: (
            message.message_type == 'auto_comment' and "cancelled" in (message.subject or '')))

    # ------------------------------------------------------------ what is read

    def test_who_signs_sees_object_hours_parts_prices_and_total(self):
        self.order.task_ids = [Command.create({
            'task_id': self.env['service.task'].create({'name': "Clean the burner"}).id,
            'is_done': True})]
        self._work()
        summary = ' '.join(self._open().work_summary.split())
        self.assertTrue(self.order.amount_total)
        for text in ("Boiler does not start", "S/N B-1", "Clean the burner", "0.5 hours", "Pump",
                     "240.00", f"{self.order.amount_total:.2f}"):
            self.assertIn(text, summary)
        self.assertNotIn("Units", summary)

    def test_who_signs_sees_what_is_free(self):
        self.object.warranty_labor_end = '2026-12-31'
        self._work()
        self.assertIn("Free of charge", self._open().work_summary)

    def test_prices_are_hidden_where_the_company_says_so(self):
        self.company.service_sign_prices = False
        self._work()
        summary = self._open().work_summary
        self.assertIn("Pump", summary)
        self.assertNotIn("240.00", summary)

    def test_planned_work_that_was_not_done_is_not_signed(self):
        self._work()
        self._create_line(self.order, quantity_planned=7)
        self.assertNotIn("7.00", self._open().work_summary)

    def test_what_was_done_is_asked_and_kept(self):
        self._work()
        dialog = self._open()
        dialog.work_done = "Electrode replaced"
        dialog.signature, dialog.signed_by = SIGNATURE, "Ms Berg"
        dialog.save().action_apply()
        self.assertRecordValues(self.order, [{
            'state': 'signed_off', 'work_done': "Electrode replaced", 'signed_by': "Ms Berg"}])
        with self.assertRaisesRegex(UserError, "cannot be changed in stage"):
            self.order.with_user(self.user_technician).work_done = "Nothing"

    def test_dialog_says_early_whether_a_signature_is_needed(self):
        self._work()
        self.assertTrue(self._open().needs_signature)
        with self.assertRaisesRegex(AssertionError, "required"):
            self._open().save()
        self.company.service_require_signature = False
        dialog = self._open()
        self.assertFalse(dialog.needs_signature)
        dialog.save().action_apply()
        self.assertEqual(self.order.state, 'signed_off')

    # ------------------------------------------------------------ who is still to come

    def test_sign_off_asks_about_other_visits(self):
        other = self._plan(self.order, '2026-03-04 08:00:00', employee=self.colleague)
        other.action_dispatch()
        self._work()
        dialog = self._open()
        self.assertEqual(dialog.awaited_visit_ids[:], other)
        dialog.signature, dialog.signed_by = SIGNATURE, "Ms Berg"
        with self.assertRaisesRegex(AssertionError, "awaited_choice"):
            dialog.save()
        with self.assertRefusedWith(UserError, "still to come", self.order, other):
            self.env['service.order.change.stage'].with_user(self.user_technician).create({
                'order_ids': self.order.ids, 'stage_id': self.stage_signed_off.id,
                'signature': SIGNATURE, 'signed_by': "Ms Berg"}).action_apply()
        with self.assertRefusedWith(UserError, "still to come", self.order, other):
            self.order.sudo().write({
                'stage_id': self.stage_signed_off.id, 'signature': SIGNATURE})

    def test_visits_to_come_are_kept_and_the_order_stays_open(self):
        other = self._plan(self.order, '2026-03-04 08:00:00', employee=self.colleague)
        other.action_dispatch()
        self._work()
        dialog = self._open()
        dialog.signature, dialog.signed_by = SIGNATURE, "Ms Berg"
        dialog.awaited_choice = 'keep'
        dialog.save().action_apply()
        self.assertEqual((self.order.state, other.state), ('open', 'dispatched'))
        self.assertRecordValues(self.visit, [{'state': 'done', 'signed_by': "Ms Berg"}])
        self.assertTrue(self.visit.signature)
        self.assertFalse(self._cancelled_mails())
        with self.assertRaises(AccessError):
            self.visit.with_user(self.user_dispatcher).signed_by = "Forged"

    def test_visits_that_are_not_needed_are_cancelled_with_the_reason(self):
        other = self._plan(self.order, '2026-03-04 08:00:00', employee=self.colleague)
        other.action_dispatch()
        self._work()
        dialog = self._open()
        dialog.signature, dialog.signed_by = SIGNATURE, "Ms Berg"
        dialog.awaited_choice, dialog.visit_reason_id = 'cancel', self.visit_reason
        dialog.save().action_apply()
        self.assertRecordValues(other, [{
            'state': 'cancelled', 'reason_id': self.visit_reason.id}])
        self.assertEqual(self.order.state, 'signed_off')
        self.assertEqual(len(self._cancelled_mails()), 1, "It really is cancelled")

    def test_visit_with_hours_entered_by_hand_took_place(self):
        self._create_line(self.order, employee_id=self.technician.id, quantity=1)
        dialog = self._open()
        self.assertFalse(dialog.awaited_visit_ids[:])
        dialog.signature, dialog.signed_by = SIGNATURE, "Ms Berg"
        dialog.save().action_apply()
        self.assertEqual(self.visit.state, 'done')

    def test_portal_does_not_sign_while_somebody_asked_to_come_again(self):
        self._work()
        self.visit.with_user(self.user_technician).action_done()
        self.assertTrue(self.order.can_customer_sign)
        self.order.visit_ids.filtered('is_unassigned').follow_up = "Pump to be ordered"
        self.order.invalidate_recordset(['can_customer_sign'])
        self.assertFalse(self.order.can_customer_sign)

    # ------------------------------------------------------------ mails of stages

    def _stage_mails(self, order=None):
        return (order or self.order).message_ids.filtered(
            lambda message: message.subject == "Your order has moved on")

    def _create_stage_mail(self, stage):
        stage.mail_template_id = self.env['mail.template'].create({
            'name': "Moved", 'model_id': self.env['ir.model']._get_id('service.order'),
            'subject': "Your order has moved on", 'body_html': "<p>It has.</p>",
            'partner_to': "{{ object.partner_id.id }}", 'use_default_to': False})

    @users('service_dispatcher')
    def test_stage_tells_the_customer_once(self):
        self._create_stage_mail(self.stage_hold.sudo())
        order = self.order.with_user(self.env.user)
        origin = order.stage_id
        for _time in range(2):
            order.write({'stage_id': self.stage_hold.id, 'stage_reason_id': self.reason.id})
            self.assertEqual(len(self._stage_mails()), 1)
            order.stage_id = origin
        self.assertEqual(self._stage_mails().partner_ids, self.customer)

    def test_stage_that_an_order_is_made_in_tells_nobody(self):
        planned = self.env['service.stage'].search([('event', '=', 'planned')])
        for stage in planned | self.stage_first:
            self._create_stage_mail(stage)
        order = self._create_order(visit_ids=[Command.create({
            'employee_id': self.technician.id, 'date_start': fields.Datetime.now()})])
        self.assertEqual(order.stage_id, planned)
        self.assertFalse(self._stage_mails(order))

    def test_stage_that_work_leads_to_tells_the_customer(self):
        self._create_stage_mail(self.env['service.stage'].search([('event', '=', 'under_way')]))
        self.visit.with_user(self.user_technician).action_start()
        self.assertEqual(len(self._stage_mails()), 1)
        self.visit.with_user(self.user_technician).action_take_back()
        self.visit.with_user(self.user_technician).action_start()
        self.assertEqual(len(self._stage_mails()), 1)

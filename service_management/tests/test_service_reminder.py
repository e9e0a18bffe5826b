from odoo.tests import freeze_time, tagged

from odoo.addons.mail.tests.common import MailCommon

from .common import ServiceBaseCommon

START = '2026-03-06 08:00:00'


@freeze_time('2026-03-02 09:00:00')
@tagged('post_install', '-at_install')
class TestServiceReminder(ServiceBaseCommon, MailCommon):
    """Customers are reminded of what they were told some time ago, once."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer.write({'email': 'hotel@example.com', 'lang': 'en_US'})
        cls.company.write({'service_reminder_time': 24, 'service_reminder_unit': 'hour'})
        cls.order = cls._create_order()
        cls.visit = cls._plan(cls.order, START)
        cls.visit.action_dispatch()

    def _remind(self, moment):
        with freeze_time(moment), self.enter_registry_test_mode():
            self.env.ref('service_management.ir_cron_remind').method_direct_trigger()
        self.env.invalidate_all()
        return self.order.message_ids.filtered(lambda message: (
            message.message_type == 'auto_comment' and "Reminder" in (message.subject or '')))

    def test_customer_is_reminded_once_in_local_time(self):
        self.assertFalse(self._remind('2026-03-05 07:00:00'), "Not yet")
        mail = self._remind('2026-03-05 08:00:00')
        self.assertEqual((mail.partner_ids, len(mail)), (self.customer, 1))
        for text in "Friday, March 6, 2026", "10:00", "Anna":
            self.assertIn(text, mail.body)
        self.assertFalse(mail.attachment_ids)
        self.assertEqual(len(self._remind('2026-03-05 10:00:00')), 1)

    def test_moved_visit_is_reminded_of_again(self):
        self._remind('2026-03-05 08:00:00')
        with freeze_time('2026-03-05 09:00:00'):
            self.visit.date_start = '2026-03-09 08:00:00'
        self.assertEqual(len(self._remind('2026-03-06 07:00:00')), 1)
        self.assertEqual(len(self._remind('2026-03-08 09:00:00')), 2)

    def test_nobody_is_reminded_of_what_he_was_told_just_now(self):
        with freeze_time('2026-03-05 20:00:00'):
            self.visit.date_start = '2026-03-06 09:00:00'
        self.assertFalse(self._remind('2026-03-05 21:00:00'))

    def test_plans_and_what_is_over_remind_nobody(self):
        self.visit.sudo().state = 'planned'
        self.assertFalse(self._remind('2026-03-05 09:00:00'))
        self.visit.sudo().state = 'dispatched'
        self.assertFalse(self._remind('2026-03-06 09:00:00'))
        self.company.service_reminder_time = 0
        self.assertFalse(self._remind('2026-03-05 09:00:00'))

    def test_reminders_are_off_until_they_are_chosen(self):
        company = self.env['res.company'].create({'name': "Beginners"})
        self.assertFalse(company.service_reminder_time)
        self.assertTrue(self.team.mail_reminder_id)

from unittest.mock import patch

from odoo.fields import Command
from odoo.tests import freeze_time
from odoo.tools import html2plaintext, mute_logger

from odoo.addons.base.tests.test_ir_cron import CronMixinCase

from .test_service_agreement import AgreementCommon

MODELS = 'odoo.addons.service_management.models'


class TestServiceAssignment(AgreementCommon, CronMixinCase):
    """Who is responsible for what agreements make is told once a run, in one list."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.user_dispatcher.write({'notification_type': 'email', 'email': 'dana@example.com'})
        cls.user_manager.write({'notification_type': 'inbox', 'email': 'max@example.com'})
        cls.job = cls.env.ref('service_management.ir_cron_generate_orders')

    def _agree(self, count, user, line=None, **values):
        with freeze_time('2026-03-01 08:00:00'):
            return self.env['service.agreement'].union(*(
                self._create_agreement(
                    line or {'start': '2026-03-10'}, group_id=self.group.id, user_id=user.id,
                    **values)
                for _number in range(count)))

    def _run(self, at='2026-03-02 01:00:00', batch_size=50):
        self.job.code = f'model._cron_generate(batch_size={batch_size})'
        with freeze_time(at), self.enter_registry_test_mode():
            self.job.method_direct_trigger()
        self.env.invalidate_all()

    def _get_told(self, user):
        """Return the messages that told a user of orders, latest first."""
        return self.env['mail.message'].sudo().search([
            ('message_type', '=', 'user_notification'),
            ('partner_ids', 'in', user.partner_id.ids)], order='id desc')

    def _get_mails(self, messages):
        return self.env['mail.mail'].sudo().search([('mail_message_id', 'in', messages.ids)])

    def test_one_list_a_run_whatever_the_number_of_batches(self):
        mine = self._agree(5, self.user_dispatcher)
        others = self._agree(1, self.user_manager)
        self._run(batch_size=2)
        told = self._get_told(self.user_dispatcher)
        self.assertEqual(told.mapped('subject'), ["5 new orders for you"])
        text = html2plaintext(told.body)
        for order in mine.order_ids:
            self.assertIn(order.name, text)
            self.assertIn(f'res_id={order.id}', told.body)
        self.assertIn("Harbour Hotel", text)
        self.assertIn("03/10/2026", text)
        self.assertNotIn(others.order_ids.name, text)
        self.assertEqual(
            self._get_told(self.user_manager).subject,
            f"A new order for you: {others.order_ids.name}")
        self.assertFalse(any((mine | others).order_ids.mapped('is_assignment_due')))
        self._run()
        self.assertEqual(self._get_told(self.user_dispatcher), told, "nothing is told twice")

    def test_preferences_of_the_user_count_and_nothing_is_sent_by_the_run(self):
        self._agree(1, self.user_dispatcher)
        self._agree(1, self.user_manager)
        with patch.object(self.env.registry['mail.mail'], 'send') as send:
            self._run()
        self.assertFalse(send.called)
        mail = self._get_mails(self._get_told(self.user_dispatcher))
        self.assertRecordValues(mail, [{
            'state': 'outgoing', 'recipient_ids': self.user_dispatcher.partner_id.ids}])
        self.assertRegex(mail.body_html, r'href="https?://[^"]*/mail/view\?model=service.order')
        self.assertRegex(mail.body_html, r'href="https?://[^"]*/odoo/my-service-orders"')
        told = self._get_told(self.user_manager)
        self.assertFalse(self._get_mails(told))
        self.assertEqual(told.notification_ids.notification_type, 'inbox')

    def test_the_list_speaks_the_language_of_its_reader(self):
        self.env['res.lang']._activate_lang('fr_FR')
        self.user_dispatcher.lang = 'fr_FR'
        self._agree(1, self.user_dispatcher)
        self._run()
        self.assertIn("10/03/2026", html2plaintext(self._get_told(self.user_dispatcher).body))

    def test_long_lists_end_with_what_is_left(self):
        self._agree(2, self.user_dispatcher, {'start': '2026-03-02', 'every': (1, 'day')})
        with patch(f'{MODELS}.agreement.assignment.LISTED', 10):
            self._run()
        told = self._get_told(self.user_dispatcher)
        count = self.env['service.order'].search_count([('user_id', '=', self.user_dispatcher.id)])
        self.assertGreater(count, 40)
        self.assertEqual(told.subject, f"{count} new orders for you")
        self.assertIn(f"and {count - 10} more", html2plaintext(told.body))
        self.assertEqual(told.body.count('/mail/view'), 10)

    def test_what_a_killed_run_has_left_is_told_by_the_next_one(self):
        agreements = self._agree(4, self.user_dispatcher)
        with freeze_time('2026-03-02 01:00:00'):
            agreements[:2].sudo()._generate_batch(agreements[:2].ids)
        self.assertFalse(self._get_told(self.user_dispatcher))
        self._run()
        self.assertEqual(
            self._get_told(self.user_dispatcher).mapped('subject'), ["4 new orders for you"])

    def test_whoever_creates_by_hand_is_not_told_and_others_are_by_the_job(self):
        agreements = self._agree(2, self.user_dispatcher) | self._agree(2, self.user_manager)
        with freeze_time('2026-03-01 09:00:00'):
            self._generate(agreements.with_user(self.user_dispatcher), '2026-03-01', '2026-03-31')
        with self.capture_triggers(self.job.id) as triggers:
            with freeze_time('2026-03-01 10:00:00'):
                self._generate(
                    agreements.with_user(self.user_dispatcher), '2027-03-01', '2027-03-31')
            self.assertFalse(triggers.records, "nothing new, nobody to tell")
        self._run()
        self.assertFalse(self._get_told(self.user_dispatcher))
        self.assertEqual(
            self._get_told(self.user_manager).mapped('subject'), ["2 new orders for you"])

    def test_creating_for_others_by_hand_wakes_the_job(self):
        agreement = self._agree(1, self.user_manager)
        with self.capture_triggers(self.job.id) as triggers, \
                freeze_time('2026-03-01 09:00:00'):
            self._generate(agreement.with_user(self.user_dispatcher), '2026-03-01', '2026-03-31')
        self.assertEqual(len(triggers.records), 1)

    def test_nobody_is_told_who_is_not_there_or_may_not_see_the_orders(self):
        agreements = self._agree(1, self.user_dispatcher) | self._agree(1, self.user_manager)
        with freeze_time('2026-03-02 01:00:00'):
            agreements.sudo()._generate_batch(agreements.ids)
        self.user_dispatcher.active = False
        self.user_manager.group_ids = [Command.set(self.env.ref('base.group_user').ids)]
        self._run()
        for user in (self.user_dispatcher, self.user_manager):
            self.assertFalse(self._get_told(user))
        self.assertFalse(any(agreements.order_ids.mapped('is_assignment_due')))

    def test_orders_of_every_company_of_the_user_are_in_the_list(self):
        other = self.env['res.company'].create({'name': "Second"})
        self.user_dispatcher.company_ids |= other
        self.group.company_id = False
        team = self.env['service.team'].create({'name': "West", 'company_id': other.id})
        agreements = self._agree(1, self.user_dispatcher) | self._agree(
            1, self.user_dispatcher, company_id=other.id, team_id=team.id, calendar_id=False)
        self._run()
        text = html2plaintext(self._get_told(self.user_dispatcher).body)
        self.assertEqual(len(agreements.order_ids.company_id), 2)
        for order in agreements.order_ids:
            self.assertIn(order.name, text)

    def test_a_message_that_fails_stops_neither_the_run_nor_the_others(self):
        agreements = self._agree(1, self.user_dispatcher) | self._agree(1, self.user_manager)
        Order = self.env.registry['service.order']
        tell = Order._tell_assigned

        def fail_for_one(orders, user):
            if user == self.user_dispatcher:
                raise ValueError("no words")
            return tell(orders, user)

        with patch.object(Order, '_tell_assigned', fail_for_one), \
                mute_logger(f'{MODELS}.agreement.assignment'):
            self._run()
        self.assertEqual(len(agreements.order_ids), 2)
        self.assertEqual(len(self._get_told(self.user_manager)), 1)
        self.assertFalse(any(agreements.order_ids.mapped('is_assignment_due')))

    def test_telling_takes_the_same_queries_for_one_order_and_for_many(self):
        def count(number):
            agreements = self._agree(number, self.user_dispatcher)
            with freeze_time('2026-03-02 01:00:00'):
                agreements.sudo()._generate_batch(agreements.ids)
                self.env.flush_all()
                self.env.invalidate_all()
                before = self.env.cr.sql_log_count
                self.env['service.order'].sudo()._tell_assignments()
                self.env.flush_all()
            return self.env.cr.sql_log_count - before

        count(1)
        self.assertLessEqual(count(30), count(2) + 2)

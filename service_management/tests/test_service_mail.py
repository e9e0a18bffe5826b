import importlib.util
from unittest.mock import patch

import vobject

from odoo import SUPERUSER_ID, fields
from odoo.fields import Command
from odoo.tests import freeze_time, tagged
from odoo.tools import html2plaintext
from odoo.tools.misc import file_path

from odoo.addons.mail.tests.common import MailCommon

from .common import ServiceBaseCommon

MAIL = """From: {sender}
To: {to}
Subject: {subject}
Message-Id: <{id}@example.com>
Date: Mon, 02 Mar 2026 09:00:00 +0000
Content-Type: text/plain; charset=utf-8

{body}
"""


@freeze_time('2026-03-02 09:00:00')
@tagged('post_install', '-at_install')
class TestServiceMail(ServiceBaseCommon, MailCommon):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer.write({'email': 'hotel@example.com', 'lang': 'en_US'})
        cls.contact = cls.env['res.partner'].create({
            'name': "Maria", 'parent_id': cls.customer.id, 'email': 'maria@example.com'})
        cls.team.write({'alias_name': 'north', 'user_id': cls.user_dispatcher.id})

    def _messages(self, order, text):
        return order.message_ids.filtered(
            lambda message: message.message_type == 'auto_comment' and text in (
                message.subject or ''))

    def _receive(self, sender, subject="Heating is cold", to=None, number=1):
        to = to or self.team.alias_email or 'north@' + self.alias_domain
        before = self.env['service.order'].search([])
        self.env['mail.thread'].message_process(
            False, MAIL.format(
                sender=sender, to=to, subject=subject, id=number, body="Please come soon."))
        return self.env['service.order'].search([]) - before

    #=== TELLING ===#

    def test_dispatching_tells_the_contact_with_an_invitation(self):
        order = self._create_order(contact_id=self.contact.id)
        visit = self._plan(order)
        self.assertFalse(self._messages(order, "Our visit"), "A plan is told to nobody")
        visit.action_dispatch()
        message = self._messages(order, "Our visit")
        self.assertEqual(message.partner_ids, self.contact)
        self.assertIn("Anna", message.body)
        self.assertIn("10:00", message.body, "Riga, two hours ahead of UTC")
        event = vobject.readOne(message.attachment_ids.raw.decode()).vevent
        self.assertEqual(event.dtstart.value.isoformat(), '2026-03-03T08:00:00+00:00')
        self.assertEqual(event.dtend.value.isoformat(), '2026-03-03T09:00:00+00:00')
        self.assertEqual(event.attendee.value, 'MAILTO:maria@example.com')
        self.assertIn("Pier 2" if order.site_id == self.site else "Quay 1", event.location.value)

    def test_mails_name_the_day_the_window_the_technician_and_whom_to_call(self):
        """In the customer's language, without seconds, names of zones or words of the office."""
        self.company.phone = "+371 6700 0000"
        self.technician.mobile_phone = "+371 2900 0000"
        order = self._create_order(
            contact_id=self.contact.id, user_id=False, arrival_from='2026-03-03 08:00:00',
            arrival_to='2026-03-03 10:00:00')
        visit = self._plan(order)
        visit.action_dispatch()
        visit.with_user(self.user_technician).action_travel()
        planned, on_way = self._messages(order, "Our visit"), self._messages(order, "on our way")
        self.assertEqual(planned.subject, f"Our visit on Tuesday, March 3, 2026: {order.title}")
        for message, texts in (
            (planned, ("Hello Maria", "Anna", "+371 6700 0000",
                       "Tuesday, March 3, 2026, we arrive between 10:00")),
            (on_way, ("Anna", "is on the way to you", "You can expect us about", "10:00",
                      "+371 2900 0000", "+371 6700 0000")),
        ):
            words = ' '.join(html2plaintext(message.body).replace('\u202f', ' ').replace('*', '').split())
            for text in texts:
                self.assertIn(text, words)
            for noise in (":00:00", "Standard Time", "Dispatched", "Hello ,"):
                self.assertNotIn(noise, words)

    def test_update_gives_new_words_to_mails_that_nobody_has_rewritten(self):
        path = file_path('service_management/migrations/19.0.1.5.0/post-mails.py')
        spec = importlib.util.spec_from_file_location('post_mails', path)
        migration = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(migration)
        names = ('planned', 'cancelled', 'done')
        templates = [self.env.ref(f'service_management.mail_template_{name}') for name in names]
        for template, user in zip(
                templates, (SUPERUSER_ID, self.env.ref('base.user_admin').id, SUPERUSER_ID), strict=True):
            template.with_user(user).body_html = "<p>Former &amp; words</p>"
        templates[2].body_html = "<p>Words of the company</p>"
        said = {f'mail_template_{name}': migration.digest("<p>Former\n &amp; words</p>")
                for name in names}
        self.env.flush_all()
        with patch.object(migration, 'SAID', said):
            migration.migrate(self.env.cr, '19.0.1.4.0')
        self.env.invalidate_all()
        self.assertIn("we come to you", templates[0].body_html)
        self.assertIn("Former", templates[1].body_html, "Somebody has looked after it")
        self.assertIn("Words of the company", templates[2].body_html)

    def test_nobody_greets_a_company(self):
        order = self._create_order(contact_id=False)
        self._plan(order).action_dispatch()
        self.assertIn("Hello,", self._messages(order, "Our visit").body)

    def test_rescheduling_and_cancelling_update_the_same_calendar_entry(self):
        order = self._create_order()
        visit = self._plan(order)
        visit.action_dispatch()
        visit.date_start = '2026-03-04 08:00:00'
        visit._cancel(self.visit_reason)
        calendars = [
            vobject.readOne(attachment.raw.decode())
            for attachment in order.message_ids.attachment_ids.sorted('id')]
        self.assertEqual(len({calendar.vevent.uid.value for calendar in calendars}), 1)
        self.assertEqual(
            [(calendar.method.value, calendar.vevent.sequence.value) for calendar in calendars],
            [('REQUEST', '1'), ('REQUEST', '2'), ('CANCEL', '3')])

    def test_cancelling_what_nobody_was_told_tells_nobody(self):
        order = self._create_order()
        self._plan(order)._cancel(self.visit_reason)
        self.assertFalse(self._messages(order, "cancelled"))

    def test_starting_the_way_tells_the_customer_once(self):
        order = self._create_order()
        visit = self._plan(order)
        visit.action_dispatch()
        visit.with_user(self.user_technician).action_travel()
        visit.with_user(self.user_technician).action_travel()
        self.assertEqual(len(self._messages(order, "on our way")), 1)

    def test_teams_choose_what_customers_are_told(self):
        self.team.mail_planned_id = False
        order = self._create_order()
        self._plan(order).action_dispatch()
        self.assertFalse(self._messages(order, "Our visit"))

    def test_customers_without_an_address_stop_nothing(self):
        self.customer.email = False
        order = self._create_order()
        self._plan(order).action_dispatch()
        self.assertFalse(self._messages(order, "Our visit"))

    def test_mails_leave_after_the_commit(self):
        """What is refused in the end was told to nobody."""
        visit = self._plan(self._create_order())
        sent = []
        with patch.object(
                self.env.registry['mail.mail'], 'send', lambda *args, **kwargs: sent.append(args),
        ), patch('odoo.modules.module.current_test', False):
            with self.assertRaises(ZeroDivisionError), self.env.cr.savepoint():
                visit.action_dispatch()
                raise ZeroDivisionError
            self.assertFalse(sent)

    #=== THE RECEIPT ===#

    def test_receipt_is_sent_by_the_job_after_the_sign_off(self):
        order = self._worked_order()
        self.assertTrue(order.is_receipt_due)
        self.assertFalse(self._messages(order, "receipt"))
        with self.enter_registry_test_mode():
            self.env.ref('service_management.ir_cron_send_receipts').method_direct_trigger()
        message = self._messages(order, "receipt")
        self.assertEqual(len(message.attachment_ids), 1)
        self.assertIn(f'/rate/{order.rating_ids.access_token}/5', message.body)
        self.assertFalse(order.is_receipt_due)

    def test_receipt_is_sent_once(self):
        order = self._worked_order()
        cron = self.env.ref('service_management.ir_cron_send_receipts')
        with self.enter_registry_test_mode():
            cron.method_direct_trigger()
            cron.method_direct_trigger()
        self.assertEqual(len(self._messages(order, "receipt")), 1)

    def test_receipt_that_cannot_be_made_is_set_aside_and_the_others_go_on(self):
        broken, good = self._worked_order(user_id=self.user_manager.id), self._worked_order()
        Order = type(broken)
        send = Order._send_team_mail

        def fail_on_broken(orders, *args, **kwargs):
            if broken in orders:
                raise ValueError("no printer")
            return send(orders, *args, **kwargs)

        with patch.object(Order, '_send_team_mail', fail_on_broken), \
                self.assertLogs('odoo.addons.service_management', 'WARNING'), \
                self.enter_registry_test_mode():
            self.env.ref('service_management.ir_cron_send_receipts').method_direct_trigger()
        self.assertEqual(len(self._messages(good, "receipt")), 1)
        self.assertRecordValues(broken, [{'is_receipt_due': False}])
        self.assertRecordValues(broken.activity_ids, [{
            'user_id': self.user_manager.id, 'summary': "Send the work receipt by hand"}])

    def test_context_of_a_caller_silences_nobody(self):
        order = self._create_order(channel='portal')
        quiet = self.env['service.order'].with_context(install_mode=True).create({
            'title': "Cold", 'partner_id': self.customer.id, 'team_id': self.team.id,
            'channel': 'portal'})
        for told in (order, quiet):
            self.assertEqual(len(self._messages(told, "We have your request")), 1)

    #=== LISTENING ===#

    def test_mail_to_a_team_becomes_a_request(self):
        order = self._receive('"Maria" <maria@example.com>')
        self.assertRecordValues(order, [{
            'title': "Heating is cold", 'channel': 'email', 'state': 'draft',
            'team_id': self.team.id, 'partner_id': self.customer.id,
            'contact_id': self.contact.id, 'user_id': self.user_dispatcher.id,
            'company_id': self.company.id}])
        self.assertIn("Please come soon.", ''.join(order.message_ids.mapped('body')))
        self.assertRegex(order.name, r'^SRV/')
        self.assertIn(self.contact, order.message_partner_ids)
        self.assertEqual(len(self._messages(order, "We have your request")), 1)

    def test_people_in_copy_follow_the_request(self):
        boss = self.env['res.partner'].create({'name': "Boss", 'email': 'boss@example.com'})
        order = self._process(
            "From: maria@example.com\nTo: TEAM\nSubject: Cold\nMessage-Id: <cc@example.com>\n"
            "Cc: Boss <BOSS@example.com>, \"Night, Porter\" <porter@example.com>, TEAM, nonsense\n\n"
            "Please come.")
        followers = order.message_partner_ids
        self.assertLessEqual(boss | self.contact, followers)
        self.assertEqual(
            followers.filtered(lambda contact: contact.email == 'porter@example.com').name,
            "Night, Porter")
        self.assertNotIn(self.team.alias_email, followers.mapped('email'))
        self.assertEqual(order.contact_id, self.contact)

    def test_endless_copies_do_not_follow(self):
        copies = ', '.join(f'reader{number}@example.com' for number in range(500))
        order = self._process(
            "From: maria@example.com\nTo: TEAM\nSubject: Cold\nMessage-Id: <all@example.com>\n"
            f"Cc: {copies}\n\nPlease come.")
        self.assertLess(len(order.message_partner_ids), 25)

    def test_mail_of_a_stranger_makes_a_customer(self):
        order = self._receive('"New Guest" <guest@example.com>')
        self.assertEqual(order.partner_id.email, 'guest@example.com')
        self.assertEqual(order.partner_id.name, "New Guest")

    def test_mail_without_a_subject_has_one_for_the_board(self):
        order = self._receive('"Maria" <maria@example.com>', subject="")
        self.assertTrue(order.title)

    def _process(self, text):
        """Let a mail arrive that is no clean one; return the requests that it made."""
        before = self.env['service.order'].search([])
        raw = text.replace('TEAM', self.team.alias_email).encode('latin-1')
        self.env['mail.thread'].message_process(False, raw)
        return self.env['service.order'].search([]) - before

    def test_mail_that_nobody_signed_is_kept_for_a_person(self):
        unknown = self.env.ref('service_management.partner_unknown_sender')
        head = "To: TEAM\nMessage-Id: <%s@example.com>\nDate: Mon, 02 Mar 2026 09:00:00 +0000\n"
        for number, (mail, title) in enumerate((
            (head + "Subject: Cold\n\nHelp", "Cold"),
            (head + "\nHelp", "Request without a subject"),
            (head + "Subject:   \nFrom: \n\nHelp", "Request without a subject"),
            (head + "From: TEAM\nSubject: Cold\n\nHelp", "Cold"),
        )):
            with self.subTest(mail=mail):
                order = self._process(mail % f'unsigned{number}')
                self.assertRecordValues(order, [{
                    'title': title, 'partner_id': unknown.id, 'state': 'draft', 'channel': 'email'}])
                self.assertFalse(self._messages(order, "We have your request"))
                self.assertIn("Help", ''.join(order.message_ids.mapped('body')))

    def test_mail_with_what_no_text_can_hold_is_kept(self):
        order = self._process(
            "From: Maria <maria@example.com>\nTo: TEAM\nMessage-Id: <nul@example.com>\n"
            "Subject: =?utf-8?q?Co=00ld?=\nContent-Type: text/plain\n\nPlease\0 come")
        self.assertRecordValues(order, [{'title': "Cold", 'contact_id': self.contact.id}])
        self.assertIn("Please come", ''.join(order.message_ids.mapped('body')))

    def test_mail_with_an_endless_subject_is_kept(self):
        self.assertEqual(len(self._receive('maria@example.com', subject="x" * 2000).title), 200)

    def test_mail_of_a_contact_of_another_company_becomes_a_request(self):
        other = self.env['res.company'].create({'name': "Other Company"})
        theirs = self.env['res.partner'].create({
            'name': "Their Hotel", 'company_id': other.id, 'child_ids': [Command.create({
                'name': "Oskar", 'email': 'oskar@example.com', 'company_id': other.id})]})
        order = self._receive('oskar@example.com')
        self.assertRecordValues(order, [{
            'company_id': self.company.id, 'partner_id': order.partner_id.id, 'channel': 'email'}])
        self.assertNotIn(order.partner_id, theirs | theirs.child_ids)
        self.assertRecordValues(order.partner_id, [{
            'name': "Oskar", 'email': 'oskar@example.com', 'company_id': self.company.id}])
        again = self._receive('oskar@example.com', number=2)
        self.assertEqual(again.partner_id, order.partner_id, "One twin is enough")
        self.assertEqual(theirs.child_ids.company_id, other)

    def test_mail_of_a_contact_whose_company_is_archived_becomes_a_request(self):
        gone = self.env['res.partner'].create({'name': "Gone Hotel", 'child_ids': [
            Command.create({'name': "Oskar", 'email': 'oskar@example.com'})]})
        gone.active = False
        gone.with_context(active_test=False).child_ids.active = True
        order = self._receive('oskar@example.com')
        self.assertRecordValues(order.partner_id, [{'name': "Oskar", 'active': True}])

    def test_mail_of_a_machine_makes_no_request_and_gets_no_answer(self):
        for number, header in enumerate((
            'Auto-Submitted: auto-replied', 'Auto-Submitted: auto-generated; x=1',
            'Precedence: bulk', 'X-Autoreply: yes', 'X-Autorespond: yes',
        )):
            with self.subTest(header=header), self.mock_mail_gateway():
                self.assertFalse(self._process(
                    f"From: maria@example.com\nTo: TEAM\n{header}\n"
                    f"Message-Id: <machine{number}@example.com>\nSubject: I am away\n\nBye"))
                self.assertFalse(self._new_mails)
        self.env['mail.gateway.allowed'].create({'email': 'alarm@example.com'})
        for number, (sender, header) in enumerate((
            ('maria@example.com', 'Auto-Submitted: no'),
            ('alarm@example.com', 'Auto-Submitted: auto-generated'),
        )):
            with self.subTest(header=header, sender=sender):
                self.assertTrue(self._process(
                    f"From: {sender}\nTo: TEAM\n{header}\n"
                    f"Message-Id: <written{number}@example.com>\nSubject: Cold\n\nHelp"))

    def test_mail_of_a_machine_on_an_order_stays_in_its_history(self):
        order = self._receive('maria@example.com')
        answered = self._messages(order, "We have your request")
        before = order.message_ids
        self.assertFalse(self._process(
            "From: maria@example.com\nTo: TEAM\nAuto-Submitted: auto-replied\n"
            f"In-Reply-To: {answered.message_id}\nMessage-Id: <away@example.com>\n"
            "Subject: I am away\n\nBye"))
        self.assertIn("Bye", (order.message_ids - before).body)

    def test_sender_makes_no_more_requests_than_the_gateway_takes(self):
        self.env['ir.config_parameter'].set_param('mail.gateway.loop.threshold', 3)
        made = [len(self._receive('maria@example.com', number=number)) for number in range(6)]
        self.assertEqual(made, [1, 1, 1, 0, 0, 0])
        self.assertTrue(self._receive('guest@example.com', number=9), "Others may write")

    def test_answers_tell_machines_that_nobody_wrote_them(self):
        with self.mock_mail_gateway():
            self._receive('maria@example.com')
        answer = self._new_mails.filtered(lambda mail: "We have your request" in mail.subject)
        self.assertIn("'Auto-Submitted': 'auto-replied'", answer.headers)

    def test_same_mail_twice_makes_one_request(self):
        self._receive('"Maria" <maria@example.com>')
        self.assertFalse(self._receive('"Maria" <maria@example.com>'))

    def test_requests_of_the_staff_are_confirmed_to_nobody(self):
        self.assertFalse(self._messages(self._create_order(), "We have your request"))

    def test_rating_is_the_technicians(self):
        order = self._create_order()
        visit = self._plan(order, '2026-03-02 09:00:00')
        visit.action_start()
        self.assertEqual(order._rating_get_operator(), self.user_technician.partner_id)
        order.rating_apply(5, token=order._rating_get_access_token(), feedback="Friendly")
        self.assertEqual(order.rating_last_value, 5)
        self.assertEqual(self.team.rating_avg, 5)
        self.assertEqual(fields.Date.to_string(fields.Date.today()), '2026-03-02')

from datetime import datetime, timedelta
from unittest.mock import patch

from odoo import SUPERUSER_ID, fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, freeze_time, new_test_user, users
from odoo.tools.safe_eval import safe_eval

from .common import SIGNATURE, ServiceBaseCommon

#: Monday 2 March 2026, 10:00 in Riga
MONDAY = '2026-03-02 08:00:00'


def utc(text):
    return datetime.fromisoformat(text)


class SlaCommon(ServiceBaseCommon):
    """A team with an SLA in the company's week: Monday to Friday, 8 to 17 in Riga."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.sla = cls._create_sla({
            'response': {'limit_hours': 1}, 'arrival': {'limit_hours': 4},
            'completion': {'limit_hours': 9, 'warning_percent': 50, 'second_warning_percent': 90}})
        cls.team.write({'sla_id': cls.sla.id, 'resource_calendar_id': cls.calendar.id})
        cls.sla_reason = cls.env['service.reason']._get_default('sla')
        cls.sla_cancel_reason = cls.env['service.reason']._get_default('sla_cancel')

    @classmethod
    def _create_sla(cls, targets, name="Gold", **values):
        return cls.env['service.sla'].create({
            'name': name, 'company_id': cls.company.id, 'target_ids': [
                Command.create({'kind': kind, **terms}) for kind, terms in targets.items()],
            **values})

    def _status(self, order, kind='completion'):
        return order.sla_status_ids.filtered(
            lambda status: status.kind == kind and status.state != 'cancelled')

    def _call(self, at=MONDAY, **values):
        """Return an order that was called in at a moment in UTC; time stands still there."""
        with freeze_time(at):
            return self._create_order(date_order=utc(at), **values)

    def _hold(self, order, at):
        with freeze_time(at):
            order.write({'stage_id': self.stage_hold.id, 'stage_reason_id': self.reason.id})

    def _resume(self, order, at):
        with freeze_time(at):
            order.write({'stage_id': self.stage_first.id})

    def _watch(self, at):
        """Run the job at a moment, as it is woken then."""
        with freeze_time(at), self.enter_registry_test_mode():
            self.env.ref('service_management.ir_cron_watch_slas').method_direct_trigger()

    def _move_clock(self, order, operation, at, now, **values):
        with freeze_time(now):
            wizard = self.env['service.order.sla.clock'].with_context(
                default_order_id=order.id).create({
                    'operation': operation, 'date': utc(at), **values})
            wizard.action_apply()


class TestServiceSlaClock(SlaCommon):

    def test_table_of_deadlines(self):
        """Nine open hours from a call on, in Riga's week and its two changes of the clock."""
        holiday = self.env['resource.calendar.leaves'].create({
            'name': "Holiday", 'calendar_id': self.calendar.id, 'company_id': self.company.id,
            'date_from': utc('2026-05-03 21:00:00'), 'date_to': utc('2026-05-04 20:59:59')})
        self.assertFalse(holiday.resource_id)
        table = [
            ('2026-03-02 06:00:00', '2026-03-02 15:00:00', "a whole day ends when it closes"),
            ('2026-03-02 08:00:00', '2026-03-03 08:00:00', "over night"),
            ('2026-03-02 02:00:00', '2026-03-02 15:00:00', "before the opening"),
            ('2026-03-02 20:00:00', '2026-03-03 15:00:00', "after closing"),
            ('2026-03-06 14:00:00', '2026-03-09 14:00:00', "over the weekend"),
            ('2026-03-07 12:00:00', '2026-03-09 15:00:00', "called on Saturday"),
            ('2026-03-27 14:00:00', '2026-03-30 13:00:00', "clocks go forward on the weekend"),
            ('2026-10-23 13:00:00', '2026-10-26 14:00:00', "clocks go back on the weekend"),
            ('2026-05-01 13:00:00', '2026-05-05 13:00:00', "over a holiday"),
            ('2025-12-31 14:00:00', '2026-01-01 14:00:00', "over the year's end"),
            ('2028-02-29 14:00:00', '2028-03-01 14:00:00', "a leap day"),
        ]
        for called, deadline, label in table:
            with self.subTest(label):
                order = self._call(called)
                self.assertEqual(self._status(order).deadline, utc(deadline))

    def test_clock_is_the_slas_else_the_teams_else_always_open(self):
        night = self.calendar.copy({'name': "Night"})
        night.attendance_ids.write({'hour_from': 20, 'hour_to': 24})
        closed = self.calendar.copy({'name': "Never"})
        closed.attendance_ids.unlink()
        for own, teams, deadline in (
            (night, self.calendar, '2026-03-04 19:00:00'),
            (self.env['resource.calendar'], self.calendar, '2026-03-03 08:00:00'),
            (self.env['resource.calendar'], closed, '2026-03-02 17:00:00'),
            (self.env['resource.calendar'], closed.browse(), '2026-03-02 17:00:00'),
        ):
            with self.subTest(own=own.name, team=teams.name):
                self.sla.calendar_id = own
                self.team.resource_calendar_id = teams
                self.assertEqual(self._status(self._call()).deadline, utc(deadline))

    def test_sla_with_hours_that_are_never_open_is_refused(self):
        closed = self.calendar.copy({'name': "Never"})
        closed.attendance_ids.unlink()
        with self.assertRaisesRegex(ValidationError, "has no open hours"):
            self.sla.calendar_id = closed

    def test_clock_stands_still_in_stages_that_stop_it_and_the_deadline_moves_by_that(self):
        order = self._call()
        self._hold(order, '2026-03-02 10:00:00')  # two hours used
        status = self._status(order)
        self.assertRecordValues(status, [{'state': 'paused', 'deadline': False, 'elapsed_hours': 2}])
        self._resume(order, '2026-03-03 09:00:00')  # eight open hours later
        self.assertRecordValues(status, [{
            'state': 'running', 'deadline': utc('2026-03-04 07:00:00')}])
        self.assertEqual(
            [(span.kind, span.date_start, span.date_end) for span in status.interval_ids], [
                ('running', utc(MONDAY), utc('2026-03-02 10:00:00')),
                ('paused', utc('2026-03-02 10:00:00'), utc('2026-03-03 09:00:00')),
                ('running', utc('2026-03-03 09:00:00'), False)])
        self.assertEqual(status.interval_ids[1].reason_id, self.reason)

    def test_pause_over_closed_hours_moves_nothing(self):
        order = self._call()
        before = self._status(order).deadline
        self._hold(order, '2026-03-02 16:00:00')
        self._resume(order, '2026-03-03 05:00:00')
        self.assertEqual(self._status(order).deadline, before)

    def test_clock_is_stopped_and_started_by_hand_with_times_given(self):
        order = self._call()
        self._move_clock(order, 'stop', '2026-03-02 09:00:00', now='2026-03-02 12:00:00')
        self.assertRecordValues(self._status(order), [{'state': 'paused', 'elapsed_hours': 1}])
        self._move_clock(order, 'start', '2026-03-02 11:00:00', now='2026-03-02 12:00:00')
        self.assertEqual(self._status(order).deadline, utc('2026-03-03 10:00:00'))
        with self.assertRaisesRegex(UserError, "Enter a later time"):
            self._move_clock(order, 'stop', '2026-03-02 10:00:00', now='2026-03-02 12:00:00')
        with self.assertRaisesRegex(UserError, "cannot lie in the future"):
            self._move_clock(order, 'stop', '2026-03-02 13:00:00', now='2026-03-02 12:00:00')

    def test_stop_before_the_deadline_takes_a_breach_back(self):
        order = self._call()
        self._watch('2026-03-02 09:00:00')
        response = self._status(order, 'response')
        self.assertEqual(response.state, 'missed')
        self._move_clock(order, 'stop', '2026-03-02 08:30:00', now='2026-03-02 09:30:00')
        self.assertEqual(response.state, 'paused')
        self._move_clock(order, 'start', '2026-03-02 09:30:00', now='2026-03-02 09:30:00')
        self.assertRecordValues(response, [{
            'state': 'running', 'deadline': utc('2026-03-02 10:00:00')}])

    def test_compliance_is_the_part_of_the_limit_that_is_used(self):
        order = self._call()
        with freeze_time('2026-03-02 12:30:00'):
            self.assertAlmostEqual(self._status(order).compliance, 50)
            self.env.invalidate_all()
        with freeze_time('2026-03-03 09:00:00'):
            self.assertAlmostEqual(self._status(order).compliance, 100 * 10 / 9)


class TestServiceSlaTargets(SlaCommon):

    def test_corrected_time_of_the_call_moves_the_clock(self):
        order = self._call()
        with freeze_time('2026-03-02 08:30:00'):
            order.date_order = utc('2026-03-02 07:00:00')
        self.assertRecordValues(self._status(order), [{
            'date_start': utc('2026-03-02 07:00:00'), 'deadline': utc('2026-03-03 07:00:00')}])
        self._hold(order, '2026-03-02 09:00:00')
        self._resume(order, '2026-03-02 10:00:00')
        before = self._status(order).deadline
        order.date_order = utc('2026-03-02 06:00:00')
        self.assertEqual(self._status(order).deadline, before)

    def test_agreement_that_is_chosen_later_brings_its_sla(self):
        order = self._call()
        agreement = self.env['service.agreement'].create({
            'title': "Bronze", 'partner_id': self.customer.id, 'date_start': '2026-01-01',
            'sla_id': self._create_sla({'completion': {'limit_hours': 5}}, name="Bronze").id})
        agreement._activate()
        with freeze_time('2026-03-02 09:00:00'):
            order.agreement_id = agreement
        self.assertRecordValues(self._status(order), [{
            'limit_hours': 5, 'deadline': utc('2026-03-02 13:00:00')}])

    def test_target_of_the_orders_priority_comes_before_the_one_for_all(self):
        self.sla.target_ids = [Command.create({
            'kind': 'completion', 'priority': '3', 'limit_hours': 2})]
        self.assertEqual(self._status(self._call()).limit_hours, 9)
        self.assertEqual(self._status(self._call(priority='3')).limit_hours, 2)

    def test_terms_are_frozen_when_the_order_gets_them(self):
        order = self._call()
        self.sla.target_ids.write({'limit_hours': 1})
        self.sla.calendar_id = self.env['resource.calendar'].create({
            'name': "Other", 'company_id': self.company.id})
        self._hold(order, '2026-03-02 10:00:00')
        self._resume(order, '2026-03-02 11:00:00')
        self.assertRecordValues(self._status(order), [{
            'limit_hours': 9, 'calendar_id': self.calendar.id,
            'deadline': utc('2026-03-03 09:00:00')}])

    def test_higher_priority_moves_the_deadline_and_keeps_what_was_used(self):
        self.sla.target_ids = [Command.create({
            'kind': 'completion', 'priority': '3', 'limit_hours': 4})]
        order = self._call()
        with freeze_time('2026-03-02 09:00:00'):
            order.priority = '3'
        self.assertRecordValues(self._status(order), [{
            'limit_hours': 4, 'deadline': utc('2026-03-02 12:00:00'),
            'date_start': utc(MONDAY)}])

    def test_sla_without_a_target_measures_no_longer(self):
        order = self._call()
        order.sla_id = self._create_sla({'completion': {'limit_hours': 5}}, name="Bronze")
        self.assertEqual(
            {status.kind: status.state for status in order.sla_status_ids},
            {'response': 'cancelled', 'arrival': 'cancelled', 'completion': 'running'})
        self.assertEqual(self._status(order).limit_hours, 5)

    def test_response_is_the_first_contact_of_a_person(self):
        self.customer.email = 'hotel@example.com'
        order = self._call()
        with freeze_time('2026-03-02 08:30:00'):
            order.with_user(self.user_dispatcher).message_post(
                body="Note to us", message_type='comment', subtype_xmlid='mail.mt_note')
            order._send_team_mail('received')
            self.assertEqual(self._status(order, 'response').state, 'running')
            order.with_user(self.user_dispatcher).message_post(
                body="We come today", message_type='comment', subtype_xmlid='mail.mt_comment',
                partner_ids=self.customer.ids)
        self.assertRecordValues(self._status(order, 'response'), [{
            'state': 'reached', 'date_reached': utc('2026-03-02 08:30:00'), 'used_percent': 50}])

    def test_contact_by_phone_is_noted_with_a_button(self):
        order = self._call()
        with freeze_time('2026-03-02 08:15:00'):
            order.with_user(self.user_technician).action_contacted()
        self.assertEqual(self._status(order, 'response').state, 'reached')

    def test_arrival_is_the_start_of_work_and_not_of_the_way(self):
        order = self._call()
        visit = self._plan(order)
        with freeze_time('2026-03-02 09:00:00'):
            visit.action_travel()
            self.assertEqual(self._status(order, 'arrival').state, 'running')
            visit.action_start()
        self.assertRecordValues(self._status(order, 'arrival'), [{
            'state': 'reached', 'employee_id': self.technician.id}])
        self.assertEqual(self._status(order, 'response').state, 'reached')

    def test_completion_is_the_sign_off(self):
        order = self._call()
        self._plan(order)
        with freeze_time('2026-03-03 07:00:00'):
            self._sign(order)
        self.assertRecordValues(self._status(order), [{
            'state': 'reached', 'date_reached': utc('2026-03-03 07:00:00')}])
        self.assertEqual(self._status(order, 'arrival').state, 'missed')
        self.assertEqual(order.sla_state, 'missed')

    def test_late_sign_off_is_missed_without_the_job(self):
        order = self._call()
        self._plan(order)
        with freeze_time('2026-03-03 09:00:00'):
            self._sign(order)
        self.assertEqual(self._status(order).state, 'missed')

    def test_reopened_order_goes_on_with_what_was_used(self):
        order = self._call()
        self._plan(order)
        with freeze_time('2026-03-02 11:00:00'):
            self._sign(order)
        with freeze_time('2026-03-02 13:00:00'):
            order.write({'stage_id': self.stage_first.id, 'stage_note': "More work"})
        self.assertRecordValues(self._status(order), [{
            'state': 'running', 'elapsed_hours': 3, 'date_reached': False,
            'deadline': utc('2026-03-03 10:00:00')}])

    def test_request_of_a_customer_is_measured_and_a_draft_of_the_staff_is_not(self):
        request = self._call(stage_id=self.stage_request.id, channel='portal')
        draft = self._call(stage_id=self.stage_request.id)
        self.assertEqual(self._status(request, 'response').deadline, utc('2026-03-02 09:00:00'))
        self.assertFalse(draft.sla_status_ids)
        with freeze_time('2026-03-04 07:00:00'):
            draft.action_confirm()
        self.assertEqual(self._status(draft).date_start, utc('2026-03-04 07:00:00'))

    def test_cancelled_order_is_measured_no_longer_and_again_when_revoked(self):
        order = self._call()
        with freeze_time('2026-03-02 08:30:00'):
            order.write({'stage_id': self.stage_cancelled.id,
                         'stage_reason_id': self.cancel_reason.id})
        self.assertEqual(set(order.sla_status_ids.mapped('state')), {'cancelled'})
        with freeze_time('2026-03-02 10:00:00'):
            order.action_revoke()
        self.assertRecordValues(self._status(order), [{
            'state': 'running', 'elapsed_hours': 0.5, 'deadline': utc('2026-03-03 09:30:00')}])

    def test_archived_sla_is_not_chosen_and_goes_on_where_it_is(self):
        order = self._call()
        self.sla.active = False
        self._hold(order, '2026-03-02 09:00:00')
        self._resume(order, '2026-03-02 10:00:00')
        self.assertEqual(self._status(order).deadline, utc('2026-03-03 09:00:00'))
        self.assertFalse(self._call().sla_status_ids)

    def test_warnings_have_an_order(self):
        with self.assertRefused("Warnings come before the deadline"):
            self.sla.target_ids[0].write({'warning_percent': 90, 'second_warning_percent': 80})
        with self.assertRefused("A target needs some time"):
            self.sla.target_ids[0].limit_hours = 0


class TestServiceSlaHours(SlaCommon):
    """The hours that a manager can choose for an SLA."""

    def _offered(self, sla):
        """Return the calendars that the form offers for an SLA."""
        domain = sla._fields['calendar_id']._description_domain(sla.env)
        domain = safe_eval(domain, {
            'company_id': sla.company_id.id, 'allowed_company_ids': sla.env.companies.ids})
        return sla.env['resource.calendar'].search(domain)

    @users('service_manager')
    def test_hours_of_the_company_are_offered(self):
        form = Form(self.env['service.sla'])
        form.name = "Silver"
        sla = form.save()
        self.assertEqual(sla.company_id, self.company)
        self.assertIn(self.calendar, self._offered(sla))
        form.calendar_id = self.calendar
        self.assertEqual(form.save().calendar_id, self.calendar)

    def test_hours_of_a_fresh_company_are_offered_to_its_manager(self):
        other = self._create_company(name="Fresh")
        manager = self._create_user('manager', login='fresh')
        manager.write({'company_ids': [Command.set(other.ids)], 'company_id': other.id})
        form = Form(self.env['service.sla'].with_user(manager).with_company(other))
        form.name = "Silver"
        sla = form.save()
        offered = self._offered(sla)
        self.assertTrue(offered & other.resource_calendar_id)
        self.assertNotIn(self.calendar, offered)
        form.calendar_id = other.resource_calendar_id
        self.assertEqual(form.save().calendar_id, other.resource_calendar_id)

    def test_shared_sla_may_have_the_hours_of_a_company(self):
        sla = self._create_sla({}, company_id=False, calendar_id=self.calendar.id)
        self.assertIn(self.calendar, self._offered(sla))

    def test_manager_of_two_companies_chooses_hours_of_the_one_that_the_sla_is_of(self):
        other = self._create_company(name="Other")
        manager = self._create_user('manager', login='both')
        manager.company_ids |= other
        manager.group_ids |= self.env.ref('base.group_multi_company')
        both = self.env['service.sla'].with_user(manager).with_context(
            allowed_company_ids=(self.company | other).ids)
        hours = self.calendar | other.resource_calendar_id
        for company, offered in (
                (self.company, self.calendar), (other, other.resource_calendar_id),
                (self.env['res.company'], hours)):
            form = Form(both)
            form.name = f"SLA of {company.name}"
            form.company_id = company
            sla = form.save()
            self.assertEqual(self._offered(sla) & hours, offered)
            form.calendar_id = offered[0]
            self.assertEqual(form.save().calendar_id, offered[0])

    def test_hours_of_another_company_are_refused(self):
        other = self._create_company(name="Other")
        sla = self._create_sla({}, company_id=False, calendar_id=self.calendar.id)
        with self.assertRaisesRegex(ValidationError, "Choose hours of Other"):
            sla.company_id = other


class TestServiceSlaJob(SlaCommon):

    def _get_mails(self):
        return self.env['mail.mail'].sudo().search([
            ('model', 'in', ('service.order.sla', 'service.order'))])

    def _trigger_times(self):
        return self.env['ir.cron.trigger'].search([
            ('cron_id', '=', self.env.ref('service_management.ir_cron_watch_slas').id),
        ]).mapped('call_at')

    def test_job_is_woken_at_each_warning_and_deadline(self):
        order = self._call()
        self.assertIn(utc('2026-03-02 08:45:00'), self._trigger_times())  # 75 % of one hour
        self.assertIn(utc('2026-03-02 11:00:00'), self._trigger_times())  # 75 % of four
        self.assertIn(utc('2026-03-02 12:30:00'), self._trigger_times())  # 50 % of nine
        self._watch('2026-03-02 12:30:00')
        self.assertEqual(self._status(order).next_event_on, utc('2026-03-03 07:06:00'))  # 90 %
        self.assertIn(utc('2026-03-03 07:06:00'), self._trigger_times())

    def test_breach_is_recorded_without_anybody_opening_the_order(self):
        order = self._call()
        self._watch('2026-03-03 07:59:59')
        self.assertEqual(self._status(order).state, 'running')
        self._watch('2026-03-03 08:00:00')
        self.assertRecordValues(self._status(order), [{'state': 'missed', 'used_percent': 100}])
        self.assertIn(order, self.env['service.order'].search([('sla_state', '=', 'missed')]))

    def test_event_is_one_to_do_and_one_mail_to_each_who_has_to_know(self):
        leader, boss = (self._create_user('manager', login=login, email=f'{login}@example.com')
                        for login in ('leader', 'boss'))
        self.user_dispatcher.email = 'dispatcher@example.com'
        self.team.user_id = leader
        self.sla.escalation_user_id = boss
        self.sla.target_ids.filtered(lambda target: target.kind != 'completion').unlink()
        order = self._call(user_id=self.user_dispatcher.id)
        told = self.user_dispatcher | leader
        dispatcher, nobody = self.user_dispatcher, self.env['res.users']
        for at, users_told, doers in (
            ('2026-03-02 12:30:00', told, dispatcher),
            ('2026-03-02 12:40:00', nobody, nobody),
            ('2026-03-03 07:06:00', told, dispatcher),
            ('2026-03-03 08:00:00', told | boss, boss),
            ('2026-03-03 09:00:00', nobody, nobody),
        ):
            with self.subTest(at):
                before, todos = self._get_mails(), order.activity_ids
                with patch.object(type(self.env['mail.mail']), 'unlink', lambda mails: True):
                    self._watch(at)
                mails = self._get_mails() - before
                self.assertEqual(mails.recipient_ids, users_told.partner_id)
                self.assertEqual(len(mails), len(users_told), "one to each")
                for mail in mails:
                    self.assertIn("3/3/26, 10:00", mail.subject, "the time is the reader's")
                self.assertEqual((order.activity_ids - todos).mapped('user_id'), doers)
                self.assertEqual(len(order.activity_ids - todos), len(doers))
        self.assertEqual(order.sla_state, 'missed')

    def test_breach_that_was_escalated_to_who_cannot_act_is_done_by_the_responsible(self):
        boss = new_test_user(
            self.env, login='boss', groups='base.group_user', company_id=self.company.id)
        self.sla.escalation_user_id = boss
        order = self._call(user_id=self.user_dispatcher.id)
        self._watch('2026-03-03 08:00:00')
        self.assertEqual(order.activity_ids.user_id, self.user_dispatcher)
        status = self._status(order)
        self.assertIn(boss, status._get_told_users('missed')[status])

    def test_board_says_at_risk_after_the_first_warning(self):
        order = self._call()
        self.assertEqual(order.sla_state, 'on_track')
        self._watch('2026-03-02 08:45:00')
        self.assertEqual(order.sla_state, 'at_risk')

    def test_run_twice_the_job_does_nothing_twice(self):
        order = self._call()
        self._watch('2026-03-03 08:00:00')
        activities = order.activity_ids
        self._watch('2026-03-03 08:00:00')
        self.assertEqual(order.activity_ids, activities)

    def test_mail_that_cannot_be_sent_does_not_undo_the_breach(self):
        order = self._call(user_id=self.user_dispatcher.id)
        other = self._call()
        model = type(self.env['service.order.sla'])
        with patch.object(model, '_send_mails', side_effect=ValueError("no server")), \
                self.assertLogs('odoo.addons.service_management.models.sla.escalation', 'WARNING'):
            self._watch('2026-03-03 08:00:00')
        self.assertEqual((order | other).mapped('sla_state'), ['missed', 'missed'])

    def test_a_clock_that_cannot_be_watched_is_told_once_and_the_others_go_on(self):
        bad, good = self._call(user_id=self.user_manager.id), self._call()
        model = type(bad.sla_status_ids)
        watch = model._watch

        def watch_or_fail(statuses, now):
            if bad.sla_status_ids & statuses:
                raise ValueError("no such calendar")
            return watch(statuses, now)

        with patch.object(model, '_watch', watch_or_fail), \
                self.assertLogs('odoo.addons.service_management', 'WARNING'):
            self._watch('2026-03-05 08:00:00')
            self._watch('2026-03-05 09:00:00')
        self.env.invalidate_all()
        self.assertEqual(set(good.sla_status_ids.mapped('state')), {'missed'})
        self.assertEqual(set(bad.sla_status_ids.mapped('state')), {'running'})
        self.assertRecordValues(bad.activity_ids, [{
            'user_id': self.user_manager.id,
            'summary': "The service level could not be watched"}])
        self._watch('2026-03-05 10:00:00')
        self.env.invalidate_all()
        self.assertEqual(set(bad.sla_status_ids.mapped('state')), {'missed'})

    def test_every_batch_is_worked_off_in_one_run(self):
        orders = self.env['service.order'].union(*(self._call() for _number in range(5)))
        job = self.env.ref('service_management.ir_cron_watch_slas')
        job.code = 'model._cron_watch(batch_size=2)'
        self._watch('2026-03-05 08:00:00')
        self.assertEqual(set(orders.sla_status_ids.mapped('state')), {'missed'})

    def test_many_deadlines_take_a_constant_number_of_queries(self):
        def count(number):
            vals_list = [{
                'title': "Call", 'partner_id': self.customer.id, 'team_id': self.team.id,
                'date_order': utc(MONDAY) + timedelta(minutes=index)} for index in range(number)]
            orders = self.env['service.order'].create(vals_list)
            statuses = self.env['service.order.sla'].sudo().browse(orders.sla_status_ids.ids)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            statuses._schedule()
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        count(1)
        with freeze_time(MONDAY):
            self.assertLessEqual(count(60), count(10) + 4)  # rows are written 100 at a time

    def test_telling_of_deadlines_that_pass_takes_a_constant_number_of_queries(self):
        """However many pass at once: queries go by who is told, not by what he is told of."""
        self.sla.target_ids.filtered(lambda target: target.kind != 'completion').unlink()
        self.user_dispatcher.email = 'dispatcher@example.com'
        self.sla.escalation_user_id = self.user_manager

        def count(number, at):
            with freeze_time(MONDAY):
                orders = self.env['service.order'].create([{
                    'title': "Call", 'partner_id': self.customer.id, 'team_id': self.team.id,
                    'user_id': index % 2 and self.user_dispatcher.id, 'date_order': utc(MONDAY),
                } for index in range(number)])
            statuses = self.env['service.order.sla'].with_user(SUPERUSER_ID).browse(
                orders.sla_status_ids.ids)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            with freeze_time(at):
                statuses._watch_batch(statuses.ids)
            self.env.flush_all()
            queries = self.env.cr.sql_log_count - before
            state = 'missed' if at > '2026-03-03' else 'running'
            self.assertEqual(set(orders.sla_status_ids.mapped('state')), {state})
            self.assertEqual(len(orders.activity_ids), number)
            return queries

        for at in ('2026-03-02 12:40:00', '2026-03-03 08:00:00'):  # at risk, missed
            with self.subTest(at):
                count(2, at)
                few, many = count(6, at), count(36, at)
                self.assertLessEqual(many, few + 6, "rows are written some at a time")

    def test_two_clocks_of_one_order_that_end_together_are_each_told(self):
        self.sla.target_ids.filtered(lambda target: target.kind == 'arrival').limit_hours = 9
        order = self._call(user_id=self.user_dispatcher.id)
        before = order.activity_ids
        self._watch('2026-03-03 08:00:00')
        ended = {'arrival', 'completion', 'response'}
        self.assertEqual(
            set(order.sla_status_ids.filtered(lambda status: status.state == 'missed').mapped('kind')),
            ended)
        self.assertEqual(len(order.activity_ids - before), 3)
        text = ' '.join(order.message_ids.mapped('body'))
        for word in ("Arrival", "Completion"):
            self.assertIn(word, text)


class TestServiceSlaReasons(SlaCommon):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.service_sla_reason_exceeded = True

    def test_stopping_stage_needs_the_reason_when_the_limit_is_exceeded(self):
        order = self._call().with_user(self.user_dispatcher)
        values = {'stage_id': self.stage_hold.id, 'stage_reason_id': self.reason.id}
        with freeze_time('2026-03-02 10:00:00'):
            with self.assertRaisesRegex(UserError, "was missed.*say why"):
                order.write(values)
            self.assertTrue(order.get_stage_move_action(self.stage_hold.id))
            order.write({**values, 'sla_reason_id': self.sla_reason.id})
        self.assertEqual(self._status(order, 'response').reason_id, self.sla_reason)

    def test_stopping_in_time_needs_no_reason(self):
        order = self._call()
        self._hold(order, '2026-03-02 08:30:00')
        self.assertEqual(order.sla_state, 'paused')

    def test_sign_off_needs_the_reason_when_the_limit_is_exceeded(self):
        order = self._call()
        visit = self._plan(order)
        with freeze_time('2026-03-04 08:00:00'):
            visit.action_start()
            visit.action_done()
            action = order.with_user(self.user_technician).action_sign_off()
            wizard = Form(self.env['service.order.change.stage'].with_user(
                self.user_technician).with_context(**action['context']))
            self.assertTrue(wizard.needs_sla_reason)
            with self.assertRaisesRegex(UserError, "say why"):
                self._sign(order)
            wizard.sla_reason_id = self.sla_reason
            wizard.signed_by = "Guest"
            wizard.signature = SIGNATURE
            wizard.save().action_apply()
        self.assertEqual(order.state, 'signed_off')
        self.assertEqual(set(order.sla_status_ids.mapped('reason_id')), {self.sla_reason})

    def test_customer_who_signs_is_not_asked_why_we_were_late(self):
        guest = self._create_portal_user('guest', self.customer)
        order = self._call()
        visit = self._plan(order)
        order.stage_id.can_sign_off = True
        with freeze_time('2026-03-04 08:00:00'):
            visit.action_start()
            visit.action_done()
            order.with_user(guest).sudo()._sign_by_customer("Guest", SIGNATURE)
        self.assertEqual(order.state, 'signed_off')

    def test_stop_by_hand_needs_the_reason_when_the_limit_is_exceeded(self):
        order = self._call()
        at = '2026-03-04 08:00:00'
        with self.assertRaisesRegex(UserError, "Say why"):
            self._move_clock(order, 'stop', at, now=at)
        self._move_clock(order, 'stop', at, now=at, reason_id=self.sla_reason.id)
        self.assertRecordValues(self._status(order), [{
            'state': 'missed', 'reason_id': self.sla_reason.id, 'running_since': False}])

    def test_cancelling_needs_a_reason_unless_the_company_says_otherwise(self):
        order = self._call()
        with self.assertRaisesRegex(UserError, "Say why"):
            self._move_clock(order, 'cancel', MONDAY, now=MONDAY)
        self._move_clock(order, 'cancel', MONDAY, now=MONDAY, reason_id=self.sla_cancel_reason.id)
        self.assertEqual(set(order.sla_status_ids.mapped('state')), {'cancelled'})
        self.company.service_sla_reason_cancel = False
        other = self._call()
        self._move_clock(other, 'cancel', MONDAY, now=MONDAY)
        self.assertFalse(other.sla_state)

    @users('service_technician')
    def test_technician_moves_no_clock_by_hand(self):
        order = self._call().with_user(self.env.user)
        with self.assertRaisesRegex(AccessError, "Only dispatchers"):
            order.action_sla_clock()
        with self.assertRaises(AccessError):
            self.env['service.order.sla.clock'].create({'order_id': order.id})
        for record, values in (
            (order.sla_status_ids[0], {'state': 'reached'}),
            (order.sla_status_ids.interval_ids[0], {'date_end': fields.Datetime.now()}),
            (self.sla.with_user(self.env.user), {'name': "Silver"}),
        ):
            with self.subTest(record._name), self.assertRaises(AccessError):
                record.write(values)

    def test_who_only_looks_does_not_say_that_we_have_answered(self):
        order = self._call()
        accountant = new_test_user(
            self.env, login='service_accountant', company_id=self.company.id,
            groups='base.group_user,account.group_account_invoice')
        for user in (self._create_portal_user('guest', self.customer), accountant):
            with self.subTest(user.login), self.assertRaises(AccessError):
                order.with_user(user).action_contacted()

    @users('service_manager')
    def test_nobody_writes_a_clock_by_hand(self):
        status = self._call().with_user(self.env.user).sla_status_ids[0]
        for values in ({'state': 'reached'}, {'deadline': False}):
            with self.subTest(values), self.assertRaises(AccessError):
                status.write(values)
        with self.assertRaises(AccessError):
            status.unlink()

    @users('service_dispatcher')
    def test_clock_dialog_needs_a_target(self):
        order = self._call().with_user(self.env.user)
        for operation, verb in (('stop', "stop"), ('start', "start"), ('cancel', "cancel")):
            with self.subTest(operation), self.assertRefusedWith(
                    UserError, f"No target was chosen. Choose what to {verb}",
                    order.sla_status_ids):
                self._move_clock(
                    order, operation, MONDAY, now=MONDAY, status_ids=False,
                    reason_id=self.sla_cancel_reason.id)

    @users('service_manager')
    def test_what_was_promised_is_kept(self):
        """Also where a company lets its managers delete it."""
        status = self._call().sla_status_ids[0].with_user(self.env.user)
        with self.assertRefusedWith(AccessError, "not allowed to delete", status):
            status.unlink()
        self._let('manager', 'service.order.sla', perm_unlink=True)
        with self.assertRefusedWith(UserError, "What was promised is kept", status):
            status.unlink()


class TestServiceSlaReport(SlaCommon):

    def test_statement_counts_what_was_kept_in_the_period(self):
        for at, signed in (
            (MONDAY, '2026-03-02 12:30:00'), ('2026-03-04 08:00:00', '2026-03-06 08:00:00')):
            order = self._call(at)
            self._plan(order)
            with freeze_time(signed):
                self._sign(order)
        self._call('2026-04-01 08:00:00')
        self._call(partner_id=self.other_customer.id)
        wizard = self.env['service.sla.statement'].with_user(self.user_manager).create({
            'partner_id': self.customer.id, 'date_from': '2026-03-01', 'date_to': '2026-03-31'})
        rows = {row['label']: row for row in wizard._summarize(wizard._get_statuses())}
        self.assertEqual(
            {key: rows["Completion"][key] for key in ('count', 'reached', 'missed')},
            {'count': 2, 'reached': 1, 'missed': 1})
        self.assertAlmostEqual(rows["Completion"]['average'], (50 + 200) / 2)
        self.assertEqual(rows["Completion"]['kept'], 50)
        mail = wizard.action_send()
        self.assertEqual(mail['context']['default_partner_ids'], self.customer.ids)
        self.assertEqual(len(mail['context']['default_attachment_ids']), 1)
        action = wizard.action_print()
        html = self.env['ir.actions.report']._render_qweb_html(
            action['report_name'], wizard.ids)[0].decode()
        self.assertIn("Average Use", html)
        self.assertIn(self.customer.name, html)

    def test_statement_is_of_the_last_month_of_this_one_or_of_other_days(self):
        with freeze_time('2026-03-17'):
            wizard = self.env['service.sla.statement'].create({'partner_id': self.customer.id})
            self.assertEqual((str(wizard.date_from), str(wizard.date_to)), ('2026-02-01', '2026-02-28'))
            wizard.period = 'this_month'
            self.assertEqual((str(wizard.date_from), str(wizard.date_to)), ('2026-03-01', '2026-03-31'))
            wizard.write({'period': 'days', 'date_from': '2026-01-05'})
            self.assertEqual(str(wizard.date_from), '2026-01-05')

    def test_empty_statement_says_so(self):
        wizard = self.env['service.sla.statement'].create({
            'partner_id': self.customer.id, 'date_from': '2020-03-01', 'date_to': '2020-03-31'})
        with self.assertRaisesRegex(UserError, "Nothing was measured"):
            wizard.action_print()
        wizard.date_to = '2020-02-01'
        with self.assertRaisesRegex(UserError, "ends before it begins"):
            wizard.action_print()

    def test_companies_see_their_own_clocks(self):
        other = self.env['res.company'].create({'name': "Second"})
        status = self._status(self._call())
        stranger = self._create_user('manager', login='stranger')
        stranger.write({'company_ids': [Command.set(other.ids)], 'company_id': other.id})
        found = self.env['service.order.sla'].with_user(stranger).search([])
        self.assertNotIn(status, found)

from datetime import datetime
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form, freeze_time, tagged, users
from odoo.tools.translate import code_translations

from odoo.addons.mail.tests.common import MailCommon

from .common import ServiceBaseCommon


@freeze_time('2026-03-03 07:10:00')
@tagged('post_install', '-at_install')
class TestServiceBoard(ServiceBaseCommon, MailCommon):
    """Nothing is planned for another day, and nobody is told, without a question."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer.email = 'hotel@example.com'
        cls.order = cls._create_order()
        cls.visit = cls.order.visit_ids

    def _be_away(self, start, end):
        self.env['resource.calendar.leaves'].sudo().create({
            'name': "Ill", 'resource_id': self.technician.resource_id.id,
            'calendar_id': self.calendar.id, 'date_from': start, 'date_to': end})

    def _drop(self, **context):
        return self.visit.with_user(self.user_dispatcher).with_context(
            **context).get_drop_proposal(self.technician.id)

    # ------------------------------------------------------------ another day

    def test_drop_on_who_is_on_leave_asks_before_another_day(self):
        self._be_away(datetime(2026, 3, 3), datetime(2026, 3, 3, 21))
        proposal = self._drop()
        self.assertEqual(proposal['values']['date_start'], '2026-03-04 06:00:00')
        self.assertIn("Anna is on leave on Tuesday, 3 March", proposal['warnings'][0])
        self.assertIn("3/4/26", proposal['warnings'][0])

    def test_drop_on_a_full_day_asks_before_another_day(self):
        self._plan(self._create_order(), '2026-03-03 06:00:00', hours=9)
        self.assertIn(
            "Anna has no free time that is long enough on Tuesday", self._drop()['warnings'][0])

    @freeze_time('2026-03-03 18:00:00')
    def test_drop_in_the_evening_asks_before_another_day(self):
        self.assertIn("does not work any more on Tuesday", self._drop()['warnings'][0])

    def test_preferred_time_on_another_day_asks(self):
        self.order.date_preferred = datetime(2026, 3, 5, 11)
        self.assertIn("The customer would like another day", self._drop()['warnings'][0])
        self.assertFalse(self._drop(service_board_offset=2)['warnings'])
        self.assertFalse(self._drop(service_board_week=1)['warnings'])

    # ------------------------------------------------------------ the form asks, too

    def test_form_says_who_is_told(self):
        self._plan(self.order, '2026-03-03 10:00:00')
        visit = self.visit.with_user(self.user_dispatcher)
        values = {'date_start': '2026-03-03 11:00:00'}
        self.assertEqual(visit.get_change_questions(values), [])
        self.visit.action_dispatch()
        self.assertEqual(visit.get_change_questions(values), [
            "Anna is told of the new time.", "Harbour Hotel gets a mail with the new time."])
        questions = visit.get_change_questions({'date_start': '2026-03-03 00:00:00'})
        self.assertIn("does not work at this time", questions[0])
        self.assertIn("is taken away", visit.get_change_questions(
            {'employee_id': self.colleague.id})[0])
        with self.assertRaises(AccessError):
            self.visit.with_user(self.user_customer_service).get_change_questions(values)

    # ------------------------------------------------------------ the dialog proposes, too

    @users('service_dispatcher')
    def test_technician_who_is_chosen_brings_his_first_free_time(self):
        self._plan(self._create_order(), '2026-03-03 07:00:00', hours=2)
        action = self.order.with_user(self.env.user).action_plan_visit()
        visit = self.visit.with_user(self.env.user).with_context(**action['context'])
        with Form(visit, view='service_management.service_visit_view_form_quick_create') as form:
            form.employee_id = self.technician
            self.assertEqual(form.date_start, datetime(2026, 3, 3, 9))
        self.assertEqual(visit.date_start, datetime(2026, 3, 3, 9))
        with Form(visit) as form:  # who comes instead comes at the same time
            form.employee_id = self.colleague
        self.assertEqual(visit.date_start, datetime(2026, 3, 3, 9))

    @users('service_dispatcher')
    def test_time_that_the_customer_prefers_is_proposed_first(self):
        self.order.date_preferred = datetime(2026, 3, 5, 11)
        with Form(self.env['service.visit'].with_context(default_order_id=self.order.id)) as form:
            form.employee_id = self.technician
            self.assertEqual(form.date_start, datetime(2026, 3, 5, 11))

    # ------------------------------------------------------------ taken back

    @users('service_dispatcher')
    def test_undone_planning_brings_the_order_back_to_its_stage(self):
        visit, first = self.visit.with_user(self.env.user), self.order.stage_id
        proposal = visit.get_drop_proposal(self.technician.id)
        visit.write(proposal['values'])
        self.assertEqual(self.order.stage_id.event, 'planned')
        visit.write(proposal['undo'])
        self.assertEqual(self.order.stage_id, first)
        visit.write(proposal['values'])
        self.assertEqual(self.order.stage_id.event, 'planned')
        visit.write({'employee_id': False})
        self.assertEqual(self.order.stage_id, first, "Whoever drags it back, too")

    @users('service_dispatcher')
    def test_order_stays_planned_while_another_visit_is(self):
        first = self._plan(self.order, '2026-03-03 10:00:00').with_user(self.env.user)
        second = self._plan(self.order, '2026-03-04 10:00:00').with_user(self.env.user)
        planned = self.order.stage_id
        first.write({'employee_id': False})
        self.assertEqual(self.order.stage_id, planned)
        self.env['service.visit.cancel'].create({
            'visit_ids': second.ids, 'reason_id': self.visit_reason.id}).action_apply()
        self.assertEqual(self.order.stage_id, self.stage_first, "Somebody else has to come")

    @users('service_dispatcher')
    def test_stage_that_was_chosen_by_hand_stays(self):
        self._plan(self.order, '2026-03-03 10:00:00')
        self.order.write({'stage_id': self.stage_hold.id, 'stage_reason_id': self.reason.id})
        self.visit.with_user(self.env.user).write({'employee_id': False})
        self.assertEqual(self.order.stage_id, self.stage_hold)

    # ------------------------------------------------------------ many at once

    @users('service_dispatcher')
    def test_bulk_dispatch_shows_what_it_does(self):
        ready = self._plan(self.order, '2026-03-03 10:00:00')
        silent = self._plan(
            self._create_order(partner_id=self.other_customer.id), '2026-03-03 00:00:00')
        waiting = self._create_order().visit_ids
        done = self._plan(self._create_order(), '2026-03-03 12:00:00')
        done.action_dispatch()
        visits = (ready | silent | waiting | done).with_user(self.env.user)
        action = visits.action_dispatch_many()
        dialog = self.env[action['res_model']].with_context(**action['context']).create({})
        self.assertRecordValues(dialog, [{
            'ready_count': 2, 'technician_count': 1, 'mail_count': 1}])
        self.assertIn("1 are dispatched or over already.", dialog.left_text)
        self.assertIn("1 have no technician or no time yet.", dialog.left_text)
        self.assertIn("does not work at this time", dialog.warning_text)
        params = dialog.action_apply()['params']
        self.assertEqual(sorted(visit_id for ids in params['batches'] for visit_id in ids), sorted((ready | silent).ids))
        self.assertEqual(ready.state, 'planned', "The browser does it, some at a time")
        visits.action_bulk_step(params['verb'])
        self.assertEqual((ready.state, silent.state, waiting.state), ('dispatched', 'dispatched', 'planned'))

    @users('service_dispatcher')
    def test_bulk_dispatch_of_nothing_says_what_is_missing(self):
        dialog = self.env['service.visit.dispatch'].create({
            'visit_ids': [Command.set(self.visit.ids)]})
        with self.assertRaisesRegex(UserError, "None of these visits"):
            dialog.action_apply()

    @users('service_technician')
    def test_technicians_do_not_dispatch_many(self):
        with self.assertRaises(AccessError):
            self.visit.with_user(self.env.user).action_dispatch_many()

    # ------------------------------------------------------------ nights, words, links

    def test_end_of_a_night_shift_is_not_midnight(self):
        self.calendar.attendance_ids = [Command.clear()] + [
            Command.create({
                'name': "Night", 'dayofweek': str(day), 'hour_from': start, 'hour_to': end,
                'day_period': 'morning'})
            for day in range(7) for start, end in ((0, 6), (22, 24))]
        visit = self._plan(self.order, '2026-03-02 19:00:00', hours=20)
        visit.sudo().write({
            'timer_kind': 'work', 'timer_start': '2026-03-02 21:00:00', 'state': 'under_way'})
        self.assertEqual(visit._propose_end(), datetime(2026, 3, 3, 4))

    def test_unassigned_is_said_in_the_language_of_the_reader(self):
        self.env['res.lang']._activate_lang('sv_SE')
        words = {'service_management': {"Unassigned": "Otilldelad"}}
        with patch.object(
                code_translations, 'get_python_translations',
                lambda module, lang: words.get(module, {})):
            described = self.env['service.visit'].with_context(lang='sv_SE').fields_get(
                ['employee_id'])
        self.assertEqual(described['employee_id']['falsy_value_label'], "Otilldelad")

    def test_route_is_a_link_with_the_whole_address(self):
        self.order.site_street = "Straße 1 & 2"
        url = self.order.action_navigate()['url']
        self.assertIn('destination=Stra%C3%9Fe+1+%26+2', url)

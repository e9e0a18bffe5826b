from datetime import datetime, timedelta

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, freeze_time, users

from .common import SIGNATURE, ServiceBaseCommon


class TestServiceVisit(ServiceBaseCommon):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.order = cls._create_order()
        cls.visit = cls.order.visit_ids

    # ------------------------------------------------------------ planning

    def test_moved_start_keeps_the_duration(self):
        self._plan(self.order, hours=2.5)
        self.visit.date_start = datetime(2026, 3, 4, 10)
        self.assertEqual(self.visit.date_end, datetime(2026, 3, 4, 12, 30))
        self.visit.date_end = datetime(2026, 3, 4, 11)
        self.assertEqual(self.visit.duration_hours, 1)

    def test_duration_comes_from_the_tasks_else_from_the_company(self):
        self.company.service_visit_hours = 1.5
        task = self.env['service.task'].create({'name': "Clean", 'duration_hours': 3})
        self.assertEqual(self._create_order().visit_ids.duration_hours, 1.5)
        order = self._create_order(task_ids=[Command.create({'task_id': task.id})])
        self.assertEqual(order.visit_ids.duration_hours, 3)

    def test_new_visit_proposes_its_duration_and_its_end(self):
        self.company.service_visit_hours = 1.5
        with Form(self.env['service.visit'].with_context(default_order_id=self.order.id)) as form:
            self.assertEqual(form.duration_hours, 1.5)
            form.employee_id = self.technician
            form.date_start = datetime(2026, 3, 3, 8)
            self.assertEqual(form.date_end, datetime(2026, 3, 3, 9, 30))
            form.date_end = datetime(2026, 3, 3, 11)
            self.assertEqual(form.duration_hours, 3)
            form.duration_hours = 2
            self.assertEqual(form.date_end, datetime(2026, 3, 3, 10))

    def test_visit_that_ends_before_it_starts_is_refused(self):
        self._plan(self.order)
        with self.assertRefused("has to end after it starts"):
            self.visit.date_end = datetime(2026, 3, 1)

    def test_employee_without_a_team_is_no_technician(self):
        clerk = self.env['hr.employee'].create({
            'name': "Clerk", 'company_id': self.company.id})
        with self.assertRaisesRegex(ValidationError, "is in no service team"):
            self._plan(self.order, employee=clerk)

    def test_visit_planned_on_the_calendar_takes_the_place_of_the_waiting_one(self):
        planned = self.env['service.visit'].with_user(self.user_dispatcher).create({
            'order_id': self.order.id, 'employee_id': self.technician.id,
            'date_start': datetime(2026, 3, 3, 8)})
        self.assertEqual(self.order.visit_ids, planned)
        self.assertFalse(self.order.has_unassigned_visit)

    def test_second_technician_gets_a_visit_beside_the_first(self):
        first = self._plan(self.order)
        second = self.env['service.visit'].create({
            'order_id': self.order.id, 'employee_id': self.colleague.id,
            'date_start': datetime(2026, 3, 3, 8)})
        self.assertEqual(self.order.visit_ids, first | second)

    def test_closed_order_takes_no_more_visits(self):
        order = self._worked_order()
        with self.assertRaisesRegex(UserError, "is closed"):
            self.env['service.visit'].create({'order_id': order.id})

    def test_idle_technicians_have_a_column_on_the_board(self):
        groups = self.env['service.visit'].with_context(read_group_expand=True).web_read_group(
            [('order_id', '=', self.order.id)], ['employee_id'], ['__count'])['groups']
        names = [group['employee_id'] and group['employee_id'][0] for group in groups]
        self.assertIn(self.technician.id, names)
        self.assertIn(self.colleague.id, names)
        self.assertIn(False, names, "the unassigned column")

    # ------------------------------------------------------------ warnings

    def _warnings(self, start, employee=None, hours=1):
        begin = datetime.fromisoformat(start)
        return self.visit.get_planning_warnings({
            'employee_id': (employee or self.technician).id,
            'date_start': begin, 'date_end': begin + timedelta(hours=hours)})

    def test_overlap_is_warned_of_on_the_whole_span(self):
        other = self._plan(self._create_order(), '2026-03-03 08:00:00', hours=2)
        cases = [  # (start, hours, overlaps)
            ('2026-03-03 07:00:00', 1, False), ('2026-03-03 07:30:00', 1, True),
            ('2026-03-03 08:30:00', 1, True), ('2026-03-03 07:00:00', 4, True),
            ('2026-03-03 09:59:00', 1, True), ('2026-03-03 10:00:00', 1, False),
        ]
        for start, hours, overlaps in cases:
            with self.subTest(start=start, hours=hours):
                found = any(other.order_id.name in text for text in self._warnings(
                    start, hours=hours))
                self.assertEqual(found, overlaps)

    def test_overlap_with_cancelled_visits_is_no_warning(self):
        other = self._plan(self._create_order())
        other._cancel(self.visit_reason)
        self.assertEqual(self._warnings('2026-03-03 08:00:00'), [])

    def test_overlap_counts_where_the_planner_may_not_see_the_order(self):
        other_company = self.env['res.company'].create({'name': "Elsewhere"})
        self._plan(self._create_order())
        warnings = self.visit.with_user(self.user_dispatcher).with_context(
            allowed_company_ids=[self.company.id]).get_planning_warnings({
                'employee_id': self.technician.id, 'date_start': datetime(2026, 3, 3, 8)})
        self.assertTrue(other_company)
        self.assertRegex(warnings[0], "Anna has SRV/")

    def test_closed_hours_are_those_of_the_technicians_time_zone(self):
        cases = [  # UTC; Riga opens 08:00 = 06:00 UTC in winter, 05:00 UTC in summer
            ('2026-03-03 06:00:00', False), ('2026-03-03 05:00:00', True),
            ('2026-04-01 05:00:00', False), ('2026-04-01 04:00:00', True),
            ('2026-03-03 14:00:00', False), ('2026-03-03 14:30:00', True),
            ('2026-03-07 08:00:00', True),  # Saturday
        ]
        for start, closed in cases:
            with self.subTest(start=start):
                found = any("does not work at this time" in text for text in self._warnings(start))
                self.assertEqual(found, closed)

    def test_leave_is_warned_of_when_the_visit_lies_inside_it(self):
        self.env['resource.calendar.leaves'].sudo().create({
            'name': "Holiday", 'resource_id': self.technician.resource_id.id,
            'calendar_id': self.calendar.id,
            'date_from': datetime(2026, 3, 2, 0), 'date_to': datetime(2026, 3, 6, 23)})
        self.assertRegex(self._warnings('2026-03-03 08:00:00')[0], "Anna is on leave")
        self.assertEqual(self._warnings('2026-03-03 08:00:00', self.colleague), [])

    def test_closed_company_day_is_leave_for_everybody(self):
        self.env['resource.calendar.leaves'].sudo().create({
            'name': "Independence Day", 'calendar_id': self.calendar.id,
            'date_from': datetime(2026, 3, 3, 0), 'date_to': datetime(2026, 3, 3, 23)})
        for employee in self.technician | self.colleague:
            self.assertRegex(self._warnings('2026-03-03 08:00:00', employee)[0], "is on leave")

    def _require_skill(self):
        skill_type = self.env['hr.skill.type'].create({
            'name': "Gas", 'skill_ids': [Command.create({'name': "Burners"})],
            'skill_level_ids': [
                Command.create({'name': "Beginner", 'level_progress': 20, 'default_level': True}),
                Command.create({'name': "Expert", 'level_progress': 100})]})
        beginner, expert = skill_type.skill_level_ids.sorted('level_progress')
        task = self.env['service.task'].create({
            'name': "Burner", 'skill_ids': [Command.create({
                'skill_id': skill_type.skill_ids.id, 'skill_level_id': expert.id})]})
        self.order.task_ids = [Command.create({'task_id': task.id})]
        return skill_type, beginner, expert

    def _give_skill(self, skill_type, level, **values):
        self.env['hr.employee.skill'].create({
            'employee_id': self.technician.id, 'skill_type_id': skill_type.id,
            'skill_id': skill_type.skill_ids.id, 'skill_level_id': level.id,
            'valid_from': '2026-01-01', **values})

    def test_missing_skill_is_warned_of(self):
        self._require_skill()
        self.assertEqual(
            self._warnings('2026-03-03 08:00:00'), ["Anna lacks the skill Burners."])

    def test_skill_below_the_level_is_warned_of(self):
        skill_type, beginner, _expert = self._require_skill()
        self._give_skill(skill_type, beginner)
        self.assertEqual(self._warnings('2026-03-03 08:00:00'),
                         ["Anna has Burners below the level Expert."])

    def test_held_skill_is_no_warning(self):
        skill_type, _beginner, expert = self._require_skill()
        self._give_skill(skill_type, expert)
        self.assertEqual(self._warnings('2026-03-03 08:00:00'), [])

    def test_skill_that_has_run_out_on_the_day_is_warned_of(self):
        skill_type, _beginner, expert = self._require_skill()
        self._give_skill(skill_type, expert, valid_to='2026-03-02')
        self.assertEqual(self._warnings('2026-03-03 08:00:00'), [
            "Burners of Anna has run out: it was valid to 03/02/2026."])

    def test_arrival_outside_of_the_promised_window_is_warned_of(self):
        self.order.write({'arrival_from': datetime(2026, 3, 3, 9),
                          'arrival_to': datetime(2026, 3, 3, 11)})
        promised = "The customer was promised another arrival time."
        self.assertEqual(self._warnings('2026-03-03 08:00:00'), [promised])
        self.assertEqual(self._warnings('2026-03-03 11:00:00'), [])
        self.assertEqual(self._warnings('2026-03-03 11:30:00'), [promised])

    def test_zone_the_technician_does_not_work_in_is_warned_of(self):
        near, far = self.env['service.zone'].create([{'name': "Near"}, {'name': "Far"}])
        self.order.zone_id = far
        self.technician.service_zone_ids = near
        self.assertEqual(self._warnings('2026-03-03 08:00:00'),
                         ["Anna does not work in zone Far."])

    def test_warning_never_forbids(self):
        self._plan(self._create_order())
        visit = self._plan(self.order)
        self.assertRegex(visit.planning_warning, "Anna has SRV/")
        self.assertEqual(visit.employee_id, self.technician)

    def test_warnings_of_many_visits_take_a_constant_number_of_queries(self):
        def create(count):
            orders = self.env['service.order'].create([{
                'title': f"Call {i}", 'partner_id': self.customer.id, 'team_id': self.team.id,
            } for i in range(count)])
            for i, visit in enumerate(orders.visit_ids):
                visit.write({'employee_id': (self.technician | self.colleague)[i % 2].id,
                             'date_start': datetime(2026, 3, 3, 6) + timedelta(minutes=20 * i)})
            return self.env['service.visit'].browse(orders.visit_ids.ids)

        def count_queries(visits):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            visits.mapped('planning_warning')
            return self.env.cr.sql_log_count - before

        few, many = create(4), create(40)
        count_queries(few)  # warm
        self.assertLessEqual(count_queries(many), count_queries(few) + 1)

    # ------------------------------------------------------------ dropping on the board

    @freeze_time('2026-03-03 07:10:00')
    def test_undated_visit_gets_the_first_free_time_of_the_technician(self):
        self._plan(self._create_order(), '2026-03-03 07:00:00', hours=1)  # until 08:00
        self.visit.duration_hours = 2
        proposal = self.visit.get_drop_proposal(self.technician.id)
        self.assertEqual(proposal['values'], {
            'employee_id': self.technician.id, 'date_start': '2026-03-03 08:00:00'})
        self.assertEqual(proposal['warnings'], [])
        self.assertRegex(proposal['message'], "Anna")

    @freeze_time('2026-03-03 07:10:00')
    def test_board_of_tomorrow_proposes_a_time_tomorrow(self):
        proposal = self.visit.with_context(service_board_offset=1).get_drop_proposal(
            self.technician.id)
        self.assertEqual(proposal['values']['date_start'], '2026-03-04 06:00:00')

    @freeze_time('2026-03-03 07:10:00')
    def test_preferred_time_of_the_customer_comes_first(self):
        self.order.date_preferred = datetime(2026, 3, 5, 11)
        proposal = self.visit.get_drop_proposal(self.technician.id)
        self.assertEqual(proposal['values']['date_start'], '2026-03-05 11:00:00')

    @freeze_time('2026-03-03 07:10:00')
    def test_preferred_time_that_has_passed_is_not_proposed(self):
        self.order.date_preferred = datetime(2026, 3, 2, 11)
        proposal = self.visit.get_drop_proposal(self.technician.id)
        self.assertEqual(proposal['values']['date_start'], '2026-03-03 07:15:00')

    @freeze_time('2026-03-03 07:10:00')
    def test_technician_without_free_time_is_said_to_have_none(self):
        self.env['resource.calendar.leaves'].sudo().create({
            'name': "Sabbatical", 'resource_id': self.technician.resource_id.id,
            'calendar_id': self.calendar.id,
            'date_from': datetime(2026, 3, 1), 'date_to': datetime(2026, 6, 1)})
        proposal = self.visit.get_drop_proposal(self.technician.id)
        self.assertNotIn('date_start', proposal['values'])
        self.assertRegex(proposal['warnings'][0], "no free time in the next two weeks")

    def test_dated_visit_keeps_its_time_when_it_changes_hands(self):
        self._plan(self.order)
        proposal = self.visit.get_drop_proposal(self.colleague.id)
        self.assertEqual(proposal['values'], {'employee_id': self.colleague.id})

    def test_visit_dropped_on_the_unassigned_column_has_no_technician(self):
        self._plan(self.order)
        proposal = self.visit.get_drop_proposal(False)
        self.assertEqual(proposal, {
            'values': {'employee_id': False}, 'warnings': [], 'message': False,
            'undo': self.visit._prepare_undo()})
        before = self.visit.read(['employee_id', 'date_start', 'date_end', 'state'])
        self.visit.write(proposal['values'])
        self.visit.write(proposal['undo'])
        self.assertEqual(self.visit.read(['employee_id', 'date_start', 'date_end', 'state']), before)

    def test_drop_of_a_finished_visit_is_refused_and_says_why(self):
        self._plan(self.order)
        self.visit.action_start()
        self.visit.action_done()
        with self.assertRaisesRegex(UserError, "is done and cannot be planned again"):
            self.visit.get_drop_proposal(self.colleague.id)

    def test_drop_of_a_visit_under_way_is_refused(self):
        self._plan(self.order)
        self.visit.action_start()
        with self.assertRaisesRegex(UserError, "is under way and cannot be planned again"):
            self.visit.employee_id = self.colleague

    # ------------------------------------------------------------ dispatch

    def test_dispatch_gives_the_technician_an_activity_and_a_message(self):
        self._plan(self.order)
        self.visit.with_user(self.user_dispatcher).action_dispatch()
        self.assertEqual(self.visit.state, 'dispatched')
        self.assertRecordValues(self.visit.activity_ids, [{
            'user_id': self.user_technician.id, 'summary': self.order.title,
            'date_deadline': datetime(2026, 3, 3).date()}])
        message = self.env['mail.message'].sudo().search([
            ('model', '=', 'service.visit'), ('res_id', '=', self.visit.id),
            ('partner_ids', 'in', self.user_technician.partner_id.ids)])
        self.assertTrue(any("You have a new visit." in body for body in message.mapped('body')))

    def test_unplanned_visit_cannot_be_dispatched(self):
        with self.assertRaisesRegex(UserError, "needs a technician and a time"):
            self.visit.action_dispatch()

    def test_visit_of_a_request_cannot_be_dispatched(self):
        order = self._create_order(stage_id=self.stage_request.id)
        visit = self._plan(order)
        with self.assertRaisesRegex(UserError, "confirm the order"):
            visit.action_dispatch()

    def test_reassigning_keeps_the_old_visit_as_cancelled_with_a_reason(self):
        self._plan(self.order)
        self.visit.action_dispatch()
        self.visit.employee_id = self.colleague
        old = self.order.visit_ids - self.visit
        self.assertRecordValues(old, [{
            'employee_id': self.technician.id, 'state': 'cancelled',
            'reason_id': self.visit_reason.id, 'date_start': datetime(2026, 3, 3, 8)}])
        self.assertRecordValues(self.visit, [{
            'employee_id': self.colleague.id, 'state': 'planned'}])
        self.assertFalse(self.visit.activity_ids)

    def test_plan_nobody_was_told_of_changes_hands_without_a_trace(self):
        self._plan(self.order)
        self.visit.employee_id = self.colleague
        self.assertEqual(self.order.visit_ids, self.visit)

    def test_dispatched_technician_is_told_of_another_time(self):
        self._plan(self.order)
        self.visit.action_dispatch()
        self.visit.date_start = datetime(2026, 3, 4, 9)
        self.assertEqual(self.visit.state, 'dispatched')
        message = self.env['mail.message'].sudo().search([
            ('model', '=', 'service.visit'), ('res_id', '=', self.visit.id)], limit=1)
        self.assertIn("another time", message.body)

    # ------------------------------------------------------------ work

    def test_start_and_stop_book_an_hour_line_with_the_actual_times(self):
        self._plan(self.order)
        visit = self.visit.with_user(self.user_technician)
        with freeze_time('2026-03-03 08:05:00'):
            visit.action_start()
        with freeze_time('2026-03-03 09:50:00'):
            visit.action_stop()
        self.assertRecordValues(self.order.line_ids, [{
            'kind': 'hour', 'is_travel': False, 'employee_id': self.technician.id,
            'visit_id': self.visit.id, 'date_start': datetime(2026, 3, 3, 8, 5),
            'date_end': datetime(2026, 3, 3, 9, 50), 'quantity': 1.75,
            'price_subtotal': 140}])
        self.assertEqual(self.order.stage_id.event, 'under_way')

    def test_travel_is_booked_apart_from_work(self):
        self._plan(self.order)
        with freeze_time('2026-03-03 07:30:00'):
            self.visit.action_travel()
        with freeze_time('2026-03-03 08:00:00'):
            self.visit.action_start()
        with freeze_time('2026-03-03 09:00:00'):
            self.visit.action_stop()
        self.assertRecordValues(self.order.line_ids, [
            {'is_travel': True, 'quantity': 0.5, 'product_id': self.travel.id},
            {'is_travel': False, 'quantity': 1, 'product_id': self.hours.id}])
        self.assertEqual((self.visit.travel_hours, self.visit.worked_hours), (0.5, 1))

    def test_work_is_booked_on_the_planned_line_for_it(self):
        planned = self._create_line(self.order, quantity_planned=2)
        self._plan(self.order)
        with freeze_time('2026-03-03 08:00:00'):
            self.visit.action_start()
        with freeze_time('2026-03-03 09:30:00'):
            self.visit.action_stop()
        self.assertEqual(self.order.line_ids, planned)
        self.assertRecordValues(planned, [{
            'quantity_planned': 2, 'quantity': 1.5, 'employee_id': self.technician.id}])

    def test_work_can_pause_and_resume(self):
        self._plan(self.order)
        for start, stop in (('08:00', '09:00'), ('10:00', '10:30')):
            with freeze_time(f'2026-03-03 {start}:00'):
                self.visit.action_start()
            with freeze_time(f'2026-03-03 {stop}:00'):
                self.visit.action_stop()
        self.assertEqual(self.order.line_ids.mapped('quantity'), [1, 0.5])
        self.assertEqual(self.visit.state, 'under_way')

    def test_stop_without_start_is_refused(self):
        self._plan(self.order)
        with self.assertRaisesRegex(UserError, "has not been started"):
            self.visit.action_stop()

    def test_nobody_works_in_two_places_at_once(self):
        self._plan(self.order)
        other = self._plan(self._create_order(), '2026-03-03 10:00:00')
        self.visit.action_start()
        with self.assertRaisesRegex(UserError, "clock of Anna still runs"):
            other.action_start()

    def test_done_stops_a_running_clock_and_books_it(self):
        self._plan(self.order)
        with freeze_time('2026-03-03 08:00:00'):
            self.visit.action_start()
        with freeze_time('2026-03-03 09:00:00'):
            self.visit.action_done()
        self.assertEqual(self.order.line_ids.quantity, 1)
        self.assertRecordValues(self.visit, [{'state': 'done', 'timer_start': False}])

    def test_work_on_a_closed_order_is_refused(self):
        self._plan(self.order)
        second = self._plan(self.order, '2026-03-04 08:00:00')
        self.visit.action_start()
        self.visit.action_stop()
        self._sign(self.order)
        with self.assertRaisesRegex(UserError, "is over"):
            second.action_start()

    def test_unplanned_visit_cannot_be_started(self):
        with self.assertRaisesRegex(UserError, "no technician and time yet"):
            self.visit.action_start()

    def test_visit_with_work_is_not_deleted(self):
        self._plan(self.order)
        self.visit.action_start()
        self.visit.action_done()
        with self.assertRaisesRegex(UserError, "Work was done"):
            self.visit.unlink()

    # ------------------------------------------------------------ cancel

    def test_cancelled_visit_keeps_its_reason_and_another_one_waits(self):
        self._plan(self.order)
        action = self.visit.with_user(self.user_dispatcher).action_cancel()
        wizard = self.env[action['res_model']].with_user(self.user_dispatcher).with_context(**action['context']).create({'reason_id': self.visit_reason.id, 'note': "Flu"})
        wizard.action_apply()
        self.assertRecordValues(self.visit, [{
            'state': 'cancelled', 'reason_id': self.visit_reason.id, 'note': "Flu"}])
        self.assertTrue((self.order.visit_ids - self.visit).is_unassigned)

    # ------------------------------------------------------------ sign-off

    def _work(self):
        self._plan(self.order)
        with freeze_time('2026-03-03 08:00:00'):
            self.visit.action_start()
        with freeze_time('2026-03-03 09:00:00'):
            self.visit.action_stop()

    def test_customer_signs_on_the_technicians_device(self):
        self._work()
        action = self.visit.with_user(self.user_technician).action_sign()
        wizard = Form(self.env[action['res_model']].with_user(self.user_technician).with_context(**action['context']))
        self.assertFalse(wizard.signed_by, "Who signs says who he is")
        wizard.signed_by = "Ms Berg"
        wizard.signature = SIGNATURE
        wizard.save().action_apply()
        self.assertRecordValues(self.order, [{
            'state': 'signed_off', 'signed_by': "Ms Berg", 'stage_id': self.stage_signed_off.id}])
        self.assertTrue(self.order.signature and self.order.signed_on)
        self.assertEqual(self.visit.state, 'done')

    def test_signed_work_is_locked(self):
        self._work()
        self._sign(self.order)
        line = self.order.line_ids.with_user(self.user_technician)
        for values in ({'quantity': 9}, {'price_unit': 1}, {'name': "Other"}):
            with self.subTest(values=values), self.assertRaisesRegex(
                    UserError, "cannot be changed in stage “Signed Off”"):
                line.write(values)
        with self.assertRaisesRegex(UserError, "cannot be changed in stage"):
            self._create_line(self.order.with_user(self.user_technician))

    def test_manager_still_decides_the_billing_of_signed_work(self):
        self._work()
        self._sign(self.order)
        line = self.order.line_ids.with_user(self.user_manager)
        line.discount = 10
        self.assertEqual(line.price_subtotal, 72)
        with self.assertRaisesRegex(UserError, "cannot be changed in stage"):
            line.quantity = 9

    def test_sign_off_without_a_signature_is_refused(self):
        self._work()
        with self.assertRaisesRegex(UserError, "is not signed"):
            self.order.stage_id = self.stage_signed_off

    def test_sign_off_without_a_signature_where_the_company_allows(self):
        self.company.service_require_signature = False
        self._work()
        self.order.stage_id = self.stage_signed_off
        self.assertEqual(self.order.state, 'signed_off')
        self.assertTrue(self.order.signed_on)

    def test_signature_without_a_name_is_refused(self):
        self._work()
        wizard = self.env['service.order.change.stage'].create({
            'order_ids': self.order.ids, 'stage_id': self.stage_signed_off.id,
            'signature': SIGNATURE, 'signed_by': ' '})
        with self.assertRaisesRegex(UserError, "Enter the name"):
            wizard.action_apply()

    def test_sign_off_while_a_clock_runs_is_refused(self):
        self._plan(self.order)
        self.visit.action_start()
        with self.assertRaisesRegex(UserError, "clock of Anna runs"):
            self._sign(self.order)

    def test_signing_cancels_visits_that_did_not_happen(self):
        self._work()
        second = self._plan(self.order, '2026-03-05 08:00:00')
        self._sign(self.order)
        self.assertEqual((self.visit.state, second.state), ('done', 'cancelled'))

    # ------------------------------------------------------------ roles

    @users('service_technician')
    def test_technician_does_not_plan(self):
        self._plan(self.order)
        visit = self.visit.with_user(self.env.user)
        for values in ({'date_start': datetime(2026, 3, 9, 8)}, {'duration_hours': 8},
                       {'employee_id': self.colleague.id}):
            with self.subTest(values=values), self.assertRaisesRegex(
                    AccessError, "Only dispatchers plan"):
                visit.write(values)
        with self.assertRaises(AccessError):
            self.env['service.visit'].create({'order_id': self.order.id})

    @users('colleague')
    def test_technician_does_not_work_on_a_colleagues_visit(self):
        self._plan(self.order)
        visit = self.visit.with_user(self.env.user)
        self.assertFalse(visit.can_work, "The form shows no buttons for it.")
        self.assertTrue(self.visit.with_user(self.user_technician).can_work)
        self.assertTrue(self.visit.with_user(self.user_dispatcher).can_work)
        with self.assertRaises(AccessError):
            visit.action_start()

    @users('service_technician')
    def test_state_and_clock_of_a_visit_are_not_written_by_hand(self):
        self._plan(self.order)
        visit = self.visit.with_user(self.env.user)
        for values in ({'state': 'done'}, {'timer_start': datetime(2026, 3, 3)}):
            with self.subTest(values=values), self.assertRaisesRegex(
                    AccessError, "by its actions only"):
                visit.write(values)

    def test_business_hours_shade_the_calendar(self):
        hours = self.env['service.visit'].get_business_hours()
        self.assertEqual(len(hours), 5)
        self.assertEqual(hours[0], {'daysOfWeek': [1], 'startTime': '08:00', 'endTime': '17:00'})

    def test_closed_days_are_unusual(self):
        days = self.env['service.visit'].get_unusual_days(
            '2026-03-06 00:00:00', '2026-03-09 23:00:00')
        self.assertEqual([day for day, closed in sorted(days.items()) if closed],
                         ['2026-03-07', '2026-03-08'])

    # ------------------------------------------------------------ refusals

    @users('service_technician')
    def test_work_on_a_request_is_refused(self):
        request = self._create_order(stage_id=self.stage_request.id)
        visit = self._plan(request).with_user(self.env.user)
        with self.assertRefusedWith(UserError, "no work can be booked on it", visit, request):
            visit.action_start()

    @users('service_technician')
    def test_visit_is_done_once(self):
        visit = self._plan(self.order).with_user(self.env.user)
        visit.action_done()
        with self.assertRefusedWith(UserError, r"The visit .* is over", visit):
            visit.action_done()

    @users('service_dispatcher')
    def test_unplanned_visit_cannot_be_done(self):
        visit = self.order.visit_ids.with_user(self.env.user)
        with self.assertRefusedWith(UserError, "has no technician and time yet", visit):
            visit.action_done()

    @users('service_dispatcher')
    def test_visit_that_is_over_is_not_cancelled(self):
        visit = self._plan(self.order)
        visit.action_done()
        wizard = self.env['service.visit.cancel'].create({
            'visit_ids': visit.ids, 'reason_id': self.visit_reason.id})
        with self.assertRefusedWith(UserError, r"The visit .* is over", visit, self.order):
            wizard.action_apply()

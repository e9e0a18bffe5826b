from datetime import datetime

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import Form, freeze_time, users

from ..models.dispatch.schedule import seconds_of
from .test_service_agreement import AgreementCommon

TIME = datetime(2026, 3, 3, 8)


@freeze_time('2026-03-02 08:00:00')
class TestServiceHardRules(AgreementCommon):
    """What the company forbids is refused, whoever plans and wherever; of all else planning warns."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        skill_type = cls.env['hr.skill.type'].create({
            'name': "Licences", 'is_certification': True,
            'skill_ids': [Command.create({'name': "Gas"})],
            'skill_level_ids': [
                Command.create({'name': "Helper", 'level_progress': 20, 'default_level': True}),
                Command.create({'name': "Master", 'level_progress': 100})]})
        cls.skill = skill_type.skill_ids
        cls.helper, cls.master = skill_type.skill_level_ids.sorted('level_progress')
        cls.task.skill_ids = [Command.create({
            'skill_id': cls.skill.id, 'skill_level_id': cls.master.id})]
        cls._license(cls.colleague)

    @classmethod
    def _license(cls, employee, level=None, valid_from='2025-03-03', valid_to='2027-03-02'):
        return cls.env['hr.employee.skill'].create({
            'employee_id': employee.id, 'skill_type_id': cls.skill.skill_type_id.id,
            'skill_id': cls.skill.id, 'skill_level_id': (level or cls.master).id,
            'valid_from': valid_from, 'valid_to': valid_to})

    def _break(self, rule):
        """Return a visit that waits, and that Anna may not do at the time by a rule of the company."""
        getattr(self, f'_break_{rule}')()
        self.company[f'service_forbids_{rule}'] = True
        order = self._create_order(task_ids=[Command.create({'task_id': self.task.id})])
        order.zone_id = self.env['service.zone'].search([('name', '=', "Far")])
        return order.visit_ids

    def _break_expired(self):
        self._license(self.technician, valid_to='2026-03-02')

    def _break_unskilled(self):
        self._license(self.technician, self.helper)

    def _break_leave(self):
        self._license(self.technician)
        self.env['resource.calendar.leaves'].sudo().create({
            'name': "Holiday", 'resource_id': self.technician.resource_id.id,
            'calendar_id': self.calendar.id,
            'date_from': datetime(2026, 3, 2, 22), 'date_to': datetime(2026, 3, 3, 22)})

    def _break_closed(self):
        self._license(self.technician)
        self.calendar.attendance_ids.filtered(lambda day: day.dayofweek == '1').unlink()

    def _break_zone(self):
        self._license(self.technician)
        near, _far = self.env['service.zone'].create([{'name': "Near"}, {'name': "Far"}])
        self.technician.service_zone_ids = near

    # ------------------------------------------------------------ doors

    def _plan_by_write(self, visit):
        visit.write({'employee_id': self.technician.id, 'date_start': TIME})

    def _plan_by_creation(self, visit):
        self.env['service.visit'].create({
            'order_id': visit.order_id.id, 'employee_id': self.technician.id, 'date_start': TIME})

    def _plan_in_two_steps(self, visit):
        visit.employee_id = self.technician
        visit.date_start = TIME

    def _plan_in_the_form(self, visit):
        with Form(visit) as form:
            form.employee_id = self.technician
            form.date_start = TIME

    def _plan_in_the_order(self, visit):
        visit.order_id.write({'visit_ids': [
            Command.create({'employee_id': self.technician.id, 'date_start': TIME})]})

    def _plan_after_the_question_of_the_form(self, visit):
        visit.get_change_questions({'employee_id': self.technician.id, 'date_start': TIME})

    def _plan_in_the_calendar(self, visit):
        visit.get_planning_warnings({'employee_id': self.technician.id, 'date_start': TIME})

    def _plan_on_a_column(self, visit):
        visit.date_start = TIME
        visit.get_drop_proposal(self.technician.id)

    def _plan_on_the_board(self, visit):
        for is_confirmed in (False, True):
            answer = visit.move_on_schedule([{
                'id': visit.id, 'row': self.technician.id, 'start': seconds_of(TIME), 'end': False,
            }], is_confirmed=is_confirmed)
            self.assertFalse(visit.employee_id)
        if problems := answer.get('problems'):
            raise UserError(problems[0])

    def _plan_by_import(self, visit):
        answer = self.env['service.visit'].load(
            ['.id', 'employee_id/.id', 'date_start'],
            [[str(visit.id), str(self.technician.id), str(TIME)]])
        if not answer['ids']:
            raise UserError(answer['messages'][0]['message'])

    def _plan_and_give_to_who_may_not(self, visit):
        visit.write({'employee_id': self.colleague.id, 'date_start': datetime(2026, 3, 11, 8)})
        visit.action_dispatch()
        visit.write({'employee_id': self.technician.id, 'date_start': TIME})

    def _plan_into_a_crew(self, visit):
        visit.write({'employee_id': self.colleague.id, 'date_start': datetime(2026, 3, 11, 8)})
        visit.action_add_to_crew(self.technician.id)
        visit.date_start = TIME

    DOORS = (
        '_plan_by_write', '_plan_by_creation', '_plan_in_two_steps', '_plan_in_the_form',
        '_plan_in_the_order', '_plan_after_the_question_of_the_form', '_plan_in_the_calendar',
        '_plan_on_a_column', '_plan_on_the_board', '_plan_by_import', '_plan_and_give_to_who_may_not',
        '_plan_into_a_crew')

    def _assert_no_door_plans(self, rule, words):
        visit = self._break(rule)
        for user in (self.user_dispatcher, self.user_manager):
            for door in self.DOORS:
                with self.subTest(rule=rule, door=door, user=user.login):
                    with self.assertRaisesRegex(UserError, words), self.env.cr.savepoint():
                        self._as(user, door, visit)
                    self.env.invalidate_all()
                    self.assertFalse(self.env['service.visit'].search([
                        ('order_id', '=', visit.order_id.id),
                        ('employee_id', '=', self.technician.id)]))

    def _as(self, user, door, visit):
        env = self.env
        try:
            self.env = env(user=user)
            getattr(self, door)(visit.with_user(user))
        finally:
            self.env = env

    def test_no_door_plans_whose_certificate_has_run_out(self):
        self._assert_no_door_plans('expired', "Gas of Anna has run out: it was valid to 03/02/2026")

    def test_no_door_plans_who_has_not_learned_it(self):
        self._assert_no_door_plans('unskilled', "Anna has Gas below the level Master")

    def test_no_door_plans_who_is_on_leave(self):
        self._assert_no_door_plans('leave', "Anna is on leave")

    def test_no_door_plans_who_does_not_work_then(self):
        self._assert_no_door_plans('closed', "does not work at this time")

    def test_no_door_plans_who_does_not_work_there(self):
        self._assert_no_door_plans('zone', "Anna does not work in zone Far")

    @users('service_dispatcher')
    def test_what_is_no_hard_rule_warns_and_nothing_more(self):
        for rule in ('expired', 'unskilled', 'leave', 'closed', 'zone'):
            with self.subTest(rule=rule), self.env.cr.savepoint() as savepoint:
                visit = self._as_company(rule)
                self.assertTrue(visit.get_planning_warnings({
                    'employee_id': self.technician.id, 'date_start': TIME}))
                visit.write({'employee_id': self.technician.id, 'date_start': TIME})
                self.assertEqual(visit.employee_id.id, self.technician.id)
                savepoint.rollback()
                self.env.invalidate_all()

    def _as_company(self, rule):
        env = self.env
        self.env = env(user=self.company.env.user)
        visit = self._break(rule)
        self.company[f'service_forbids_{rule}'] = False
        self.env = env
        return visit.with_env(env)

    # ------------------------------------------------------------ until when

    def _plan_for(self, employee, start, hours=1):
        order = self._create_order(task_ids=[Command.create({'task_id': self.task.id})])
        return self._plan(order, start, employee, hours)

    def test_certificate_counts_on_its_last_day_in_the_technicians_time_zone(self):
        self.company.service_forbids_expired = True
        held = self._license(self.technician, valid_to='2026-03-03')
        self.assertTrue(self._plan_for(self.technician, '2026-03-03 14:00:00').employee_id)
        held.valid_to = '2026-03-04'
        self.technician.tz = 'Pacific/Auckland'  # it is Thursday there
        with self.assertRaisesRegex(UserError, "Gas of Anna has run out"):
            self._plan_for(self.technician, '2026-03-04 11:30:00')

    def test_certificate_that_runs_out_during_the_work_has_run_out(self):
        self._license(self.technician, valid_to='2026-03-04')
        visit = self._plan_for(self.technician, '2026-03-03 06:00:00', hours=30)
        self.assertEqual(visit.planning_warning, (
            "Gas of Anna has run out: it was valid to 03/04/2026."))
        self._license(self.technician, valid_from='2026-03-05')
        visit.invalidate_recordset()
        self.assertFalse(visit.planning_warning)

    def test_certificate_that_is_to_come_is_missing(self):
        self._license(self.technician, valid_from='2026-03-04')
        visit = self._plan_for(self.technician, '2026-03-03 06:00:00')
        self.assertEqual(visit.planning_warning, "Anna lacks the skill Gas.")

    # ------------------------------------------------------------ what is planned already

    def test_bars_and_visits_say_what_is_forbidden(self):
        self._license(self.technician, valid_to='2026-03-02')
        visit = self._plan_for(self.technician, TIME)
        self.company.service_forbids_expired = True
        text = "Forbidden: Gas of Anna has run out: it was valid to 03/02/2026."
        self.assertEqual(visit.planning_warning, text)
        details = visit.with_user(self.user_dispatcher).get_schedule_details(visit.ids)
        self.assertEqual(details['findings'][visit.id], [
            {'code': 'skill_expired', 'text': text, 'is_forbidden': True}])

    @users('service_dispatcher')
    def test_what_has_become_forbidden_is_not_dispatched(self):
        visit = self._plan_for(self.technician, TIME).with_env(self.env)
        self.company.service_forbids_unskilled = True
        with self.assertRaisesRegex(UserError, "Anna lacks the skill Gas"):
            visit.action_dispatch()
        dialog = self.env['service.visit.dispatch'].create({'visit_ids': visit.ids})
        self.assertEqual(dialog.ready_count, 0)
        self.assertIn("1 are planned against a hard rule", dialog.left_text)
        self.assertEqual(visit.state, 'planned')

    @users('service_dispatcher')
    def test_what_is_forbidden_can_be_given_back_and_to_who_may(self):
        visit = self._plan_for(self.technician, TIME).with_env(self.env)
        self.company.service_forbids_unskilled = True
        visit.note = "Ring twice"
        visit.write({'employee_id': self.colleague.id})
        visit.write({'employee_id': False})
        self.assertTrue(visit.is_unassigned)

    def test_the_past_is_entered_as_it_was(self):
        self.company.service_forbids_unskilled = True
        visit = self._create_order(
            task_ids=[Command.create({'task_id': self.task.id})]).visit_ids
        visit.with_user(self.user_dispatcher).write({
            'employee_id': self.technician.id, 'date_start': datetime(2026, 2, 24, 8)})
        self.assertEqual(visit.employee_id, self.technician)

    # ------------------------------------------------------------ who is proposed

    def test_who_may_not_is_no_candidate_and_is_counted(self):
        visit = self._break('expired')
        self.company.service_forbids_unskilled = True
        visit.order_id.write({'arrival_from': TIME, 'arrival_to': datetime(2026, 3, 3, 12)})
        found = visit.with_user(self.user_dispatcher).get_candidates()
        self.assertEqual([each['name'] for each in found['candidates']], ["Boris"])
        self.assertIn(
            {'text': "Forbidden: Certificate or Skill Has Run Out", 'count': 1}, found['others'])

    def test_who_may_not_is_given_nothing(self):
        visit = self._break('unskilled')
        other = self._create_order(task_ids=[Command.create({'task_id': self.task.id})]).visit_ids
        self._plan(other.order_id, TIME, self.colleague)
        found = visit.with_user(self.user_dispatcher).get_assignments((visit | other).ids)
        self.assertEqual({each['id']: each['row'] for each in found}, {
            visit.id: self.colleague.id, other.id: False})

    def test_generated_work_of_who_may_not_waits_with_the_reason(self):
        self.company.service_forbids_expired = True
        self._license(self.technician, valid_to='2026-03-10')
        agreement = self._create_agreement(
            {'start': '2026-03-03', 'every': (1, 'week'), 'task_id': self.task.id},
            preferred_employee_id=self.technician.id)
        visits = self._generate(agreement, '2026-03-03', '2026-03-17').visit_ids.sorted('date_start')
        self.assertEqual(
            [bool(visit.employee_id) for visit in visits], [True, True, False])
        self.assertEqual(
            visits[2].release_reason, "Gas of Anna has run out: it was valid to 03/10/2026.")
        self.assertTrue(visits[2].is_unassigned)

    def test_checks_of_many_visits_take_a_constant_number_of_queries(self):
        self.company.service_forbids_expired = True

        def count(number):
            visits = self.env['service.visit'].union(*(
                self._plan_for(self.colleague, TIME) for _number in range(number)))
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            visits._filter_allowed()
            return self.env.cr.sql_log_count - before

        count(2)
        self.assertLessEqual(count(12), count(2) + 1)

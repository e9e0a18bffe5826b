import random
from datetime import datetime, timedelta

from odoo.exceptions import AccessError, UserError
from odoo.tests import freeze_time, tagged, users

from ..models.dispatch.schedule import moment_of, seconds_of
from .common import ServiceBaseCommon

DAY = 24 * 3600


@freeze_time('2026-03-03 07:10:00')
@tagged('post_install', '-at_install')
class TestServiceSchedule(ServiceBaseCommon):
    """The board shows a window of time, and what is moved on it is where it was seen."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Visit = cls.env['service.visit'].with_user(cls.user_dispatcher)
        cls.start = seconds_of(datetime(2026, 3, 2, 22))  # midnight in Riga
        cls.order = cls._create_order()
        cls.visit = cls._plan(cls.order)  # Anna, Tuesday 10 to 11 in Riga
        cls.waiting = cls._create_order(title="Waits").visit_ids

    def _show(self, days=1, domain=(), start=None):
        start = self.start if start is None else start
        return self.Visit.get_schedule(start, start + days * DAY, domain)

    def _get_bar(self, visit):
        [bar] = self.Visit.get_schedule_bars(visit.ids)
        return bar

    def _move(self, visit, employee=None, hour=None, end=None, known=None, **options):
        bar = self._get_bar(visit)
        moment = seconds_of(datetime(2026, 3, 3, hour)) if hour else False
        return self.Visit.move_on_schedule([{
            'id': visit.id, 'row': employee.id if employee else False, 'start': moment,
            'end': end or False,
            'known': known or {name: bar[name] for name in ('row', 'start', 'end')}}], **options)

    def _take_back(self, moved):
        return self.Visit.move_on_schedule(
            [{'id': move['id'], **move['before'], 'known': move['after']} for move in moved],
            is_confirmed=True)

    # ------------------------------------------------------------ what is shown

    def test_everybody_has_a_row_and_hours_in_which_he_is_there(self):
        self.env['resource.calendar.leaves'].sudo().create({
            'name': "Ill", 'resource_id': self.colleague.resource_id.id,
            'calendar_id': self.calendar.id, 'date_from': datetime(2026, 3, 3, 10),
            'date_to': datetime(2026, 3, 3, 21)})
        rows = {row['id']: row for row in self._show()['rows']}
        anna, boris = rows[self.technician.id], rows[self.colleague.id]
        day = [[seconds_of(datetime(2026, 3, 3, 6)), seconds_of(datetime(2026, 3, 3, 15))]]
        self.assertEqual((anna['open'], anna['present']), (day, day))
        self.assertEqual(boris['open'], day)
        self.assertEqual(
            boris['present'],
            [[seconds_of(datetime(2026, 3, 3, 6)), seconds_of(datetime(2026, 3, 3, 10))]])
        self.assertEqual(anna['team'], {'id': self.team.id, 'name': "North"})

    def test_window_holds_what_touches_it_and_nothing_else(self):
        night = self._plan(self._create_order(), '2026-03-02 21:00:00')
        night.date_end = datetime(2026, 3, 2, 23)
        tomorrow = self._plan(self._create_order(), '2026-03-03 22:00:00')
        shown = {bar['id'] for bar in self._show()['bars']}
        self.assertLessEqual({self.visit.id, night.id}, shown)
        self.assertFalse({tomorrow.id, self.waiting.id} & shown)

    def test_who_has_left_keeps_a_row_while_he_has_visits(self):
        self.visit.sudo().state = 'done'
        self.technician.active = False
        self.assertIn(self.technician.id, [row['id'] for row in self._show()['rows']])
        self.assertNotIn(
            self.technician.id, [row['id'] for row in self._show(start=self.start + 7 * DAY)['rows']])

    def test_search_finds_bars_and_hides_none(self):
        other = self._plan(self._create_order(title="Smell of gas"), '2026-03-03 10:00:00')
        bars = self._show(domain=[('order_id.title', 'ilike', "gas")])['bars']
        self.assertEqual(
            {bar['id']: bar['is_found'] for bar in bars}, {other.id: True, self.visit.id: False})

    def test_windows_take_as_many_queries_for_one_as_for_many(self):
        def count():
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            shown = self._show(days=7)
            self.Visit.get_schedule_details([bar['id'] for bar in shown['bars']])
            return self.env.cr.sql_log_count - before
        count()
        few = count()
        for number in range(8):
            person = self._create_technician(f"Nr {number}")
            for hour in (8, 9, 10, 11):
                self._plan(self._create_order(), f'2026-03-05 {hour:02d}:00:00', person)
        self.assertLessEqual(count(), few + 1)

    @users('service_dispatcher')
    def test_windows_that_are_none_are_refused(self):
        for start, end in ((self.start, self.start), (self.start, self.start + 44 * DAY), ('x', 2),
                           (-1, 5), (2 ** 40, 2 ** 40 + 5)):
            with self.assertRaises(UserError):
                self.env['service.visit'].get_schedule(start, end)

    @users('service_technician')
    def test_board_is_for_the_office(self):
        Visit = self.env['service.visit']
        for call in (lambda: Visit.get_schedule(0, DAY), lambda: Visit.get_schedule_bars([]),
                     lambda: Visit.get_schedule_details([]), Visit.get_schedule_waiting,
                     lambda: Visit.move_on_schedule([]),
                     self.visit.with_env(self.env).action_lock):
            with self.assertRaises(AccessError):
                call()

    @users('service_customer_service')
    def test_customer_service_looks_and_does_not_plan(self):
        shown = self.env['service.visit'].get_schedule(self.start, self.start + DAY)
        self.assertFalse(shown['can_plan'])
        with self.assertRaises(AccessError):
            self.env['service.visit'].move_on_schedule([])

    def test_what_speaks_against_a_plan_and_the_way_there_come_with_it(self):
        other = self._plan(self._create_order(), '2026-03-03 08:30:00')
        for visit, place in ((self.visit, (56.95, 24.11)), (other, (56.65, 23.71))):
            visit.order_id.partner_id = self.env['res.partner'].create({
                'name': f"At {place}", 'partner_latitude': place[0], 'partner_longitude': place[1]})
        other.date_start = datetime(2026, 3, 3, 9, 10)
        details = self.Visit.get_schedule_details((self.visit | other).ids)
        [finding] = details['findings'][other.id]
        self.assertEqual(finding['code'], 'travel_from')
        self.assertGreater(details['travel'][other.id]['minutes'], 30)
        self.assertIsNone(details['travel'][self.visit.id]['minutes'])
        self.assertTrue(details['travel'][self.visit.id]['text'])

    # ------------------------------------------------------------ what waits

    def test_what_is_due_first_waits_on_top(self):
        late = self._create_order(title="Late", arrival_to=datetime(2026, 3, 3, 9)).visit_ids
        soon = self._create_order(title="Soon", date_preferred=datetime(2026, 3, 3, 11)).visit_ids
        page = self.Visit.get_schedule_waiting()
        self.assertEqual([bar['id'] for bar in page['bars']], [late.id, soon.id, self.waiting.id])
        self.assertEqual(page['count'], 3)
        self.assertEqual(self.Visit.get_schedule_waiting(offset=2)['bars'][0]['id'], self.waiting.id)
        found = self.Visit.get_schedule_waiting([('order_id.title', 'ilike', "soon")])
        self.assertEqual([bar['id'] for bar in found['bars']], [soon.id])

    def test_what_was_taken_away_says_why_it_waits(self):
        self.visit.sudo()._release("Ill")
        bars = {bar['id']: bar for bar in self.Visit.get_schedule_waiting()['bars']}
        self.assertEqual(bars[self.visit.id]['reason'], "Ill")

    # ------------------------------------------------------------ moving

    def test_drop_plans_for_as_long_as_the_work_takes(self):
        answer = self._move(self.waiting, self.technician, 12)
        [moved] = answer['moved']
        self.assertEqual(moved['before'], {
            'row': False, 'start': False, 'end': False, 'hours': 1, 'part_of': False, 'lead': False})
        self.assertEqual(self.waiting.date_start, datetime(2026, 3, 3, 12))
        self.assertEqual(self.waiting.date_end, datetime(2026, 3, 3, 13))
        self.assertEqual(self.waiting.order_id.stage_id.name, "Planned")

    def test_work_of_several_days_ends_in_working_hours(self):
        self.waiting.duration_hours = 16
        self._move(self.waiting, self.technician, 12, is_confirmed=True)
        # Three hours on Tuesday, nine on Wednesday, four on Thursday morning
        self.assertEqual(self.waiting.date_end, datetime(2026, 3, 5, 10))

    def test_what_speaks_against_a_move_is_asked_before_anything_is_written(self):
        answer = self._move(self.waiting, self.technician, 8)
        self.assertIn("Anna has", answer['questions'][0])
        self.assertFalse(self.waiting.date_start)
        self.assertIn('moved', self._move(self.waiting, self.technician, 8, is_confirmed=True))
        self.assertTrue(self.waiting.date_start)

    def test_who_was_told_is_asked_about(self):
        self.visit.with_user(self.user_dispatcher).action_dispatch()
        answer = self._move(self.visit, self.colleague, 8)
        self.assertIn("Anna is told that the visit is taken away", answer['questions'][0])
        self.assertEqual(self.visit.employee_id, self.technician)

    def test_ends_are_drawn_out(self):
        self._move(self.visit, self.technician, 8, end=seconds_of(datetime(2026, 3, 3, 10, 30)))
        self.assertEqual(self.visit.duration_hours, 2.5)

    def test_whoever_was_quicker_is_not_overwritten(self):
        known = {name: self._get_bar(self.visit)[name] for name in ('row', 'start', 'end')}
        self.visit.with_user(self.user_manager).date_start = datetime(2026, 3, 3, 11)
        answer = self._move(self.visit, self.colleague, 9, known=known)
        self.assertIn("was moved by", answer['problems'][0])
        self.assertEqual(self.visit.employee_id, self.technician)

    def test_the_same_drop_twice_is_one_visit(self):
        known = {name: self._get_bar(self.waiting)[name] for name in ('row', 'start', 'end')}
        for _drop in range(3):
            answer = self._move(self.waiting, self.technician, 12, known=known)
            self.assertIn('moved', answer)
        self.assertEqual(len(self.waiting.order_id.visit_ids), 1)

    def test_of_several_moves_all_are_made_or_none(self):
        self.visit.with_user(self.user_dispatcher).action_lock()
        moves = [{**{name: self._get_bar(visit)[name] for name in ('id', 'row')}, 'end': False,
                  'start': seconds_of(datetime(2026, 3, 3, 13)), 'row': self.colleague.id}
                 for visit in self.visit | self.waiting]
        self.assertIn("is locked", self.Visit.move_on_schedule(moves)['problems'][0])
        self.assertFalse(self.waiting.date_start)

    def test_what_has_begun_stays(self):
        self.visit.sudo().state = 'under_way'
        self.assertIn("cannot be planned", self._move(self.visit, self.colleague, 9)['problems'][0])

    def test_moves_that_are_none_are_refused(self):
        for moves in ([{}], [{'id': 'x'}], [{'id': 1, 'row': 1, 'start': False, 'end': 5}],
                      [{'id': 1, 'row': None, 'start': 0}], [{'id': n} for n in range(501)]):
            with self.assertRaises(UserError):
                self.Visit.move_on_schedule(moves)

    def test_technicians_of_another_company_are_not_planned(self):
        other = self.env['res.company'].create({'name': "Other"})
        stranger = self.env['hr.employee'].create({'name': "Stranger", 'company_id': other.id})
        with self.assertRaises(AccessError):
            self._move(self.waiting, stranger, 12)

    # ------------------------------------------------------------ locked

    def test_locked_visits_stay_until_they_are_unlocked(self):
        visit = self.visit.with_user(self.user_dispatcher)
        visit.action_lock()
        with self.assertRaises(UserError):
            visit.date_start = datetime(2026, 3, 3, 12)
        visit.note = "Key is with the porter"
        visit.action_lock(False)
        visit.date_start = datetime(2026, 3, 3, 12)
        with self.assertRaises(UserError):
            self.waiting.with_user(self.user_dispatcher).action_lock()

    def test_locks_hold_nobody_who_has_left(self):
        self.visit.with_user(self.user_dispatcher).action_lock()
        self.technician.active = False
        self.assertFalse(self.visit.employee_id)
        self.assertFalse(self.visit.is_locked)

    # ------------------------------------------------------------ undo

    def test_random_moves_are_taken_back_to_where_they_began(self):
        chance = random.Random(15)
        visits = self.visit | self.waiting | self._plan(self._create_order(), '2026-03-03 11:00:00')
        for visit in visits:
            visit.duration_hours = chance.choice((0.5, 1, 2.25, 12))
        began = {visit: self._get_bar(visit) for visit in visits}
        steps = []
        for _step in range(25):
            visit = chance.choice(visits)
            employee = chance.choice((self.technician, self.colleague, None))
            end = False
            hour = chance.randrange(6, 15)
            if employee and chance.random() < .3:
                end = seconds_of(datetime(2026, 3, 3, hour) + timedelta(hours=chance.choice((1, 3, 30))))
            answer = self._move(visit, employee, hour if employee else None, end, is_confirmed=True)
            steps.append(answer['moved'])
        for moved in reversed(steps):
            self.assertNotIn('problems', self._take_back(moved))
        for visit in visits:
            bar = self._get_bar(visit)
            self.assertEqual(
                {name: bar[name] for name in ('row', 'start', 'end', 'hours')},
                {name: began[visit][name] for name in ('row', 'start', 'end', 'hours')})

    # ------------------------------------------------------------ live

    def test_boards_hear_once_of_what_changes_and_nothing_of_what_is_in_it(self):
        self.env.cr.precommit.run()
        Bus = self.env['bus.bus'].sudo()
        Bus.search([]).unlink()
        with self.subTest("one transaction, one message"):
            self.visit.write({'date_start': datetime(2026, 3, 3, 12)})
            self.visit.order_id.visit_ids.note = "Not on the board"
            self.waiting.write({'employee_id': self.technician.id})
            self.env.cr.precommit.run()
            told = Bus.search([('message', 'like', 'service_schedule')])
            self.assertEqual(len(told), 1)
            for text in (str(self.visit.id), str(self.waiting.id)):
                self.assertIn(text, told.message)
            self.assertNotIn(self.customer.name, told.message)
        with self.subTest("what no board shows is not told"):
            self.visit.note = "Ring twice"
            self.env.cr.precommit.run()
            self.assertEqual(Bus.search_count([('message', 'like', 'service_schedule')]), 1)

    def test_moments_are_whole_seconds(self):
        moment = datetime(2026, 3, 29, 1, 30)
        self.assertEqual(moment_of(seconds_of(moment)), moment)
        self.assertFalse(seconds_of(False))

    def test_boards_hear_of_leave_of_technicians_and_of_everybody(self):
        Bus = self.env['bus.bus'].sudo()
        clerk = self.env['hr.employee'].create({'name': "Clerk", 'company_id': self.company.id})
        values = {'name': "Ill", 'calendar_id': self.calendar.id,
                  'date_from': datetime(2026, 3, 3, 10), 'date_to': datetime(2026, 3, 3, 21)}
        Leave = self.env['resource.calendar.leaves'].sudo()
        mine = Leave.create({**values, 'resource_id': self.technician.resource_id.id})
        for verb, is_told in (
                (lambda: Leave.create({**values, 'resource_id': self.colleague.resource_id.id}), True),
                (lambda: Leave.create({**values, 'resource_id': clerk.resource_id.id}), False),
                (lambda: Leave.create({**values, 'name': "Feast"}), True),
                (lambda: mine.write({'date_to': datetime(2026, 3, 3, 12)}), True),
                (lambda: mine.write({'name': "Flu"}), False), (mine.unlink, True)):
            self.env.cr.precommit.run()
            Bus.search([]).unlink()
            verb()
            self.env.cr.precommit.run()
            told = Bus.search([('message', 'like', 'service_schedule')])
            with self.subTest(is_told=is_told):
                self.assertEqual(len(told), is_told)
                self.assertNotIn("Ill", str(told.mapped('message')))

    # ------------------------------------------------------------ who can come first?

    def _find(self, visit=None):
        return (visit or self.waiting).with_user(self.user_dispatcher).get_candidates()

    def test_whoever_is_free_first_comes_first(self):
        self._plan(self._create_order(), '2026-03-03 07:00:00', self.technician, hours=8)
        first, second = self._find()['candidates']
        self.assertEqual((first['row'], second['row']), (self.colleague.id, self.technician.id))
        self.assertEqual(moment_of(first['start']), datetime(2026, 3, 3, 7, 15))
        self.assertEqual(moment_of(second['start']), datetime(2026, 3, 4, 6))
        self.assertEqual((first['booked'], first['available']), (1, 9))
        self.assertFalse(self.waiting.date_start)

    def test_whom_the_customer_prefers_comes_before_who_is_there_earlier(self):
        self._plan(self._create_order(), '2026-03-03 07:00:00', self.technician, hours=3)
        self.waiting.order_id.preferred_employee_id = self.technician
        first = self._find()['candidates'][0]
        self.assertEqual(first['row'], self.technician.id)
        self.assertTrue(first['is_preferred'])

    def test_promises_come_before_wishes(self):
        self._plan(self._create_order(), '2026-03-03 07:00:00', self.technician, hours=8)
        self.waiting.order_id.write({
            'preferred_employee_id': self.technician.id, 'arrival_to': datetime(2026, 3, 3, 9)})
        first, second = self._find()['candidates']
        self.assertEqual(first['row'], self.colleague.id)
        self.assertEqual(first['margin'], 1.75)
        self.assertLess(second['margin'], 0)

    def test_who_lacks_a_skill_comes_last_and_says_so(self):
        kind = self.env['hr.skill.type'].sudo().create({
            'name': "Trade", 'skill_ids': [(0, 0, {'name': "Gas"})],
            'skill_level_ids': [(0, 0, {'name': "Able", 'level_progress': 100})]})
        self.env['hr.employee.skill'].sudo().create({
            'employee_id': self.colleague.id, 'skill_type_id': kind.id,
            'skill_id': kind.skill_ids.id, 'skill_level_id': kind.skill_level_ids.id,
            'valid_from': '2026-01-01'})
        self.waiting.order_id.type_id = self.env['service.order.type'].create({
            'name': "Gas", 'skill_ids': kind.skill_ids.ids})
        self.waiting.order_id.preferred_employee_id = self.technician
        first, second = self._find()['candidates']
        self.assertEqual((first['row'], first['findings']), (self.colleague.id, []))
        self.assertIn("Anna lacks the skill Gas.", second['findings'])

    def test_drives_are_what_the_detour_takes(self):
        riga, jelgava = (self.env['res.partner'].create({
            'name': name, 'partner_latitude': north, 'partner_longitude': east})
            for name, north, east in (("Riga", 56.95, 24.11), ("Jelgava", 56.65, 23.71)))
        self.waiting.order_id.write({'partner_id': riga.id, 'site_id': riga.id})
        found = {row['row']: row['extra'] for row in self._find()['candidates']}
        self.assertEqual(set(found.values()), {None})  # nobody knows where the day starts
        (self.technician | self.colleague).sudo().address_id = jelgava
        self.order.write({'partner_id': riga.id, 'site_id': riga.id})
        found = {row['row']: row['extra'] for row in self._find()['candidates']}
        self.assertEqual(found[self.technician.id], 0)  # he is there already
        self.assertGreater(found[self.colleague.id], 60)

    def test_others_are_counted_with_why(self):
        self.colleague.resource_calendar_id = self.calendar.copy({'attendance_ids': [(5, 0)]})
        for number in range(12):
            self._create_technician(f"Nr {number}")
        answer = self._find()
        self.assertEqual(len(answer['candidates']), 10)
        self.assertIn(
            {'text': "No free time that is long enough within two weeks", 'count': 1},
            answer['others'])

    def test_looking_takes_as_many_queries_for_one_as_for_many(self):
        def count():
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self._find()
            return self.env.cr.sql_log_count - before
        count()
        few = count()
        for number in range(12):
            self._plan(self._create_order(), '2026-03-04 08:00:00', self._create_technician(f"{number}"))
        self.assertLessEqual(count(), few + 2)

    @users('service_customer_service')
    def test_only_dispatchers_look_for_somebody(self):
        with self.assertRaises(AccessError):
            self.waiting.with_env(self.env).get_candidates()

    # ------------------------------------------------------------ away

    def _be_away(self, **options):
        return self.Visit.record_absence(
            self.technician.id, self.start, self.start + DAY, **options)

    def test_who_is_away_leaves_his_day_to_be_planned_again(self):
        tomorrow = self._plan(self._create_order(), '2026-03-04 08:00:00')
        self.visit.with_user(self.user_dispatcher).action_lock()
        question = self._be_away()['questions'][0]
        self.assertIn("Anna is away on Tuesday, 3 March", question)
        self.assertEqual(self.visit.employee_id, self.technician)
        answer = self._be_away(is_confirmed=True)
        self.assertEqual([move['id'] for move in answer['moved']], self.visit.ids)
        self.assertTrue(self.visit.is_unassigned)
        self.assertEqual(self.visit.release_reason, "Anna is away.")
        self.assertEqual(tomorrow.employee_id, self.technician)
        [row] = [row for row in self._show()['rows'] if row['id'] == self.technician.id]
        self.assertTrue(row['open'])
        self.assertFalse(row['present'])

    def test_absence_is_taken_back_by_whoever_recorded_it(self):
        answer = self._be_away(is_confirmed=True)
        with self.assertRaises(UserError):
            self.Visit.with_user(self.user_manager).end_absence(answer['leave_id'])
        self.Visit.end_absence(answer['leave_id'])
        self._take_back(answer['moved'])
        self.assertEqual(self.visit.employee_id, self.technician)
        self.assertEqual(self.visit.date_start, datetime(2026, 3, 3, 8))
        [row] = [row for row in self._show()['rows'] if row['id'] == self.technician.id]
        self.assertEqual(row['open'], row['present'])

    @users('service_customer_service')
    def test_only_dispatchers_record_absences(self):
        Visit = self.env['service.visit']
        with self.assertRaises(AccessError):
            Visit.record_absence(self.technician.id, self.start, self.start + DAY)
        with self.assertRaises(AccessError):
            Visit.end_absence(1)

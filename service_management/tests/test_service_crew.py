import random
from datetime import datetime, timedelta

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import freeze_time, tagged, users

from ..models.dispatch.schedule import moment_of, seconds_of
from .common import ServiceBaseCommon

HOUR = timedelta(hours=1)


def at(hour, day=3, minute=0):
    return seconds_of(datetime(2026, 3, day, hour, minute))


class CrewCommon(ServiceBaseCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.helper = cls._create_technician("Clara")
        cls.Visit = cls.env['service.visit'].with_user(cls.user_dispatcher)
        cls.order = cls._create_order()
        cls.visit = cls._plan(cls.order)  # Anna, Tuesday 10 to 11 in Riga: 8 to 9 in UTC
        cls.planned = cls.visit.with_user(cls.user_dispatcher)

    def _add(self, employee=None):
        self.env.flush_all()
        self.env.invalidate_all()  # as in a request of its own
        return self.Visit.browse(self.planned.action_add_to_crew((employee or self.colleague).id))

    def _move(self, *moves, **options):
        self.env.flush_all()
        self.env.invalidate_all()
        return self.Visit.move_on_schedule(list(moves), **{'is_confirmed': True, **options})

    def _get_move(self, visit, **values):
        place = visit._get_place()
        return {'id': visit.id, 'row': place['row'], 'start': place['start'], 'end': False, **values}


@freeze_time('2026-03-03 05:10:00')
@tagged('post_install', '-at_install')
class TestServiceCrew(CrewCommon):
    """Several technicians do a job together: they arrive together, and the customer hears of it once."""

    def _assert_together(self, *visits):
        self.assertEqual(len({(visit.date_start, visit.duration_hours) for visit in visits}), 1)

    def test_who_comes_along_has_a_visit_at_the_same_time(self):
        member = self._add()
        self.assertEqual(member.employee_id, self.colleague)
        self._assert_together(self.visit, member)
        self.assertEqual((self.visit.crew_names, member.crew_names), ("Boris", "Anna"))
        self.assertEqual(member.lead_visit_id, self.visit)

    def test_what_waits_for_the_order_goes_on_waiting(self):
        waiting = self.env['service.visit'].create({'order_id': self.order.id})
        self._add()
        self.assertTrue(waiting.exists())

    def test_whoever_of_a_crew_is_moved_all_arrive_together(self):
        member, third = self._add(), self._add(self.helper)
        for visit in (self.planned, member, third):
            with self.subTest(visit.employee_id.name):
                start = visit.date_start + HOUR
                visit.date_start = start
                self._assert_together(self.visit, member, third)
                visit.duration_hours += .5
                self._assert_together(self.visit, member, third)
                self.assertEqual(third.date_start, start)

    def test_on_the_board_a_crew_is_moved_and_taken_back_as_one_step(self):
        member = self._add()
        answer = self._move(self._get_move(member, start=at(11)))
        self.assertEqual({move['id'] for move in answer['moved']}, {self.visit.id, member.id})
        self._assert_together(self.visit, member)
        self.assertEqual(self.visit.employee_id, self.technician)
        self._move(*({'id': move['id'], **move['before'], 'known': move['after']}
                     for move in answer['moved']))
        self.assertEqual((self.visit.date_start, member.date_start), (datetime(2026, 3, 3, 8),) * 2)

    def test_what_speaks_against_any_of_a_crew_is_asked(self):
        member = self._add()
        self._plan(self._create_order(title="Other"), '2026-03-03 11:00:00', self.colleague)
        answer = self._move(self._get_move(self.planned, start=at(11)), is_confirmed=False)
        self.assertIn("Boris has", answer['questions'][0])
        self.assertEqual(member.date_start, datetime(2026, 3, 3, 8))

    def test_a_locked_member_holds_the_crew(self):
        self._add().action_lock()
        self.assertIn("is locked", self._move(self._get_move(self.planned, start=at(11)))['problems'][0])
        with self.assertRaises(UserError):
            self.planned.date_start = datetime(2026, 3, 3, 11)

    def test_who_is_given_away_changes_and_the_others_stay(self):
        member = self._add()
        self._move(self._get_move(member, row=self.helper.id))
        self.assertEqual((member.employee_id, self.visit.employee_id), (self.helper, self.technician))
        self._assert_together(self.visit, member)

    def test_a_member_who_is_away_is_replaced_at_the_time_of_the_crew(self):
        member = self._add()
        member.sudo()._release("Ill")
        self._assert_together(self.visit, member)
        answer = self._move(self._get_move(member, row=self.helper.id, start=at(13)))
        self.assertNotIn('problems', answer)
        self.assertEqual(member.employee_id, self.helper)
        self._assert_together(self.visit, member)
        self.assertEqual(self.visit.date_start, datetime(2026, 3, 3, 8))

    def test_what_has_begun_stays_where_it_was(self):
        member = self._add()
        member.sudo().state = 'under_way'
        self.planned.date_start = datetime(2026, 3, 3, 11)
        self.assertEqual(member.date_start, datetime(2026, 3, 3, 8))

    def test_another_one_leads_when_the_leading_visit_does_not_take_place(self):
        member, third = self._add(), self._add(self.helper)
        self.planned._cancel(self.env['service.reason'])
        self.assertFalse(member.lead_visit_id)
        self.assertEqual(third.lead_visit_id, member)
        member.sudo().unlink()
        self.assertFalse(third.lead_visit_id)

    def test_customers_are_told_once_of_a_crew(self):
        member = self._add()
        crew = self.planned | member
        self.customer.email = 'desk@hotel.example.com'
        self.assertEqual(crew._filter_mailed('planned'), self.visit)
        crew.action_dispatch()
        self.assertEqual((self.visit.invitation_sequence, member.invitation_sequence), (1, 0))
        member.date_start = datetime(2026, 3, 3, 11)
        self.assertEqual((self.visit.invitation_sequence, member.invitation_sequence), (2, 0))
        self.planned._cancel(self.env['service.reason'])
        self.assertEqual((self.visit.invitation_sequence, member.invitation_sequence), (3, 1))

    def test_an_order_that_is_cancelled_tells_its_customer_once(self):
        crew = self.planned | self._add()
        crew.action_dispatch()
        self.order._on_cancelled()
        self.assertEqual(sum(crew.mapped('invitation_sequence')), 2)

    def test_the_first_who_drives_is_announced(self):
        crew = self.planned | self._add()
        crew.action_dispatch()
        self.company.service_mail_delay_minutes = 0
        announced = []
        self.patch(type(self.env['service.order']), '_send_team_mail',
                   lambda order, event, attachments: announced.append(event))
        for visit in crew[1] | crew[0]:
            visit.sudo()._start_timer('travel')
        self.assertEqual(announced.count('on_way'), 1)

    @users('service_technician')
    def test_technicians_read_with_whom_they_come_and_plan_no_crew(self):
        member = self._add()
        self.assertEqual(self.visit.with_env(self.env).crew_names, "Boris")
        with self.assertRaises(AccessError):
            self.visit.with_env(self.env).action_add_to_crew(self.helper.id)
        self.assertTrue(member)

    @users('service_dispatcher')
    def test_nobody_comes_twice_or_without_a_time(self):
        visit = self.visit.with_env(self.env)
        with self.assertRaisesRegex(UserError, "comes already"):
            visit.action_add_to_crew(self.technician.id)
        waiting = self._create_order().visit_ids.with_env(self.env)
        with self.assertRaisesRegex(UserError, "arrives together"):
            waiting.action_add_to_crew(self.technician.id)

    @users('service_dispatcher')
    def test_crews_are_of_one_order_and_have_one_lead(self):
        member, third = self._add(), self._add(self.helper)
        other = self._create_order().visit_ids.with_env(self.env)
        for visit, lead, reason in (
                (other, self.visit, "of two"), (third, member, "leads no crew"),
                (self.planned, self.visit, "leads no crew")):
            with self.subTest(reason), self.assertRaisesRegex(ValidationError, reason), \
                    self.env.cr.savepoint():
                visit.lead_visit_id = lead

    def test_orders_that_are_merged_bring_their_crews(self):
        member = self._add()
        kept = self._create_order()
        self.order._move_work_to(kept)
        self.assertEqual((self.visit.order_id, member.order_id), (kept, kept))
        self.assertEqual(member.lead_visit_id, self.visit)


@freeze_time('2026-03-03 05:10:00')
@tagged('post_install', '-at_install')
class TestServiceParts(CrewCommon):
    """Work is divided and copied on the board, and what was made is taken back like a move."""

    def _split(self, visit=None, hours=False, **options):
        visit = visit or self.planned
        return visit.split_on_schedule(hours, **{'is_confirmed': True, **options})

    def _get_parts(self):
        parts = self.order.visit_ids.sorted('date_start')
        return [(part.date_start, part.date_end, part.duration_hours) for part in parts]

    def test_work_of_several_days_is_a_part_a_day_of_one_visit(self):
        self.planned.write({'date_start': datetime(2026, 3, 3, 12), 'duration_hours': 20})
        self._split()
        self.assertEqual(self._get_parts(), [
            (datetime(2026, 3, 3, 12), datetime(2026, 3, 3, 15), 3),
            (datetime(2026, 3, 4, 6), datetime(2026, 3, 4, 15), 9),
            (datetime(2026, 3, 5, 6), datetime(2026, 3, 5, 14), 8)])
        self.assertEqual(self.order.visit_ids.part_of_id, self.visit)
        bars = self.Visit.get_schedule_bars(self.order.visit_ids.ids)
        self.assertEqual(sorted(bar['part'] for bar in bars), [[1, 3], [2, 3], [3, 3]])

    def test_a_visit_is_divided_by_hours(self):
        self.planned.duration_hours = 3
        answer = self._split(hours=1.25)
        self.assertNotIn('questions', answer)
        self.assertEqual(self._get_parts(), [
            (datetime(2026, 3, 3, 8), datetime(2026, 3, 3, 9, 15), 1.25),
            (datetime(2026, 3, 3, 9, 15), datetime(2026, 3, 3, 11), 1.75)])

    def test_what_is_left_of_a_full_day_goes_on_with_the_next_one(self):
        self.planned.write({'date_start': datetime(2026, 3, 3, 12), 'duration_hours': 5})
        self._split(hours=3)
        self.assertEqual(self._get_parts()[1], (datetime(2026, 3, 4, 6), datetime(2026, 3, 4, 8), 2))

    def test_dividing_asks_nothing_where_nothing_is_in_the_way(self):
        self.planned.write({'date_start': datetime(2026, 3, 3, 12), 'duration_hours': 20})
        self.assertIn('moved', self.planned.split_on_schedule())

    def test_findings_of_every_kind_are_asked_before_a_move(self):
        kind = self.env['hr.skill.type'].sudo().create({
            'name': "Trade", 'skill_ids': [(0, 0, {'name': "Gas"})],
            'skill_level_ids': [(0, 0, {'name': "Able", 'level_progress': 100, 'default_level': True})]})
        self.order.write({
            'type_id': self.env['service.order.type'].create({
                'name': "Gas", 'skill_ids': kind.skill_ids.ids}).id,
            'arrival_to': datetime(2026, 3, 3, 7)})
        self._plan(self._create_order(), '2026-03-03 18:00:00')
        copy = {'from': self.visit.id, 'row': self.technician.id, 'start': at(18), 'hours': 1}
        for move in (self._get_move(self.planned, start=at(18)), copy):
            asked = ' '.join(self._move(move, is_confirmed=False)['questions'])
            for reason in ("lacks the skill", "another arrival", "Anna has", "does not work at this time"):
                self.assertIn(reason, asked)

    def test_taking_back_a_division_asks_nothing(self):
        self.planned.duration_hours = 3
        moved = self._split(hours=1)['moved']
        answer = self._move(*(
            {'id': move['id'], 'is_gone': True, 'known': move['after']} if not move['before'] else
            {'id': move['id'], **move['before'], 'known': move['after']} for move in moved),
            is_confirmed=False)
        self.assertIn('moved', answer)
        self.assertEqual(self.planned.duration_hours, 3)

    def test_what_is_in_the_way_of_a_part_is_asked_before_anything_is_written(self):
        self.planned.write({'date_start': datetime(2026, 3, 3, 12), 'duration_hours': 12})
        self._plan(self._create_order(), '2026-03-04 07:00:00')
        self.assertIn("Anna has", self.planned.split_on_schedule()['questions'][0])
        self.assertEqual(len(self.order.visit_ids), 1)

    @users('service_dispatcher')
    def test_what_cannot_be_divided_says_why(self):
        visit = self.visit.with_env(self.env)
        for hours, reason in ((False, "one working day"), (1, "has to be shorter"), (-1, "shorter")):
            with self.assertRaisesRegex(UserError, reason):
                visit.split_on_schedule(hours)
        with self.assertRaisesRegex(UserError, "Plan .* before"):
            self._create_order().visit_ids.with_env(self.env).split_on_schedule(1)
        self._add()
        with self.assertRaisesRegex(UserError, "crew"):
            visit.split_on_schedule(.5)

    @users('service_customer_service')
    def test_who_does_not_plan_divides_nothing(self):
        with self.assertRaises(AccessError):
            self.visit.with_env(self.env).split_on_schedule(.5)

    def test_a_copy_does_the_work_of_the_same_order(self):
        waiting = self.env['service.visit'].create({'order_id': self.order.id})
        move = {'from': self.visit.id, 'row': self.colleague.id, 'start': at(12), 'hours': 2}
        [made] = self._move(move)['moved']
        copy = self.Visit.browse(made['id'])
        self.assertEqual((copy.order_id, copy.employee_id), (self.order, self.colleague))
        self.assertEqual((copy.date_start, copy.duration_hours), (datetime(2026, 3, 3, 12), 2))
        self.assertTrue(waiting.exists())

    def test_the_same_copy_twice_is_one_visit(self):
        move = {'from': self.visit.id, 'row': self.colleague.id, 'start': at(12), 'hours': 2}
        made = {self._move(move)['moved'][0]['id'] for _time in range(20)}
        self.assertEqual(len(made), 1)

    def test_only_what_nobody_was_told_of_is_removed(self):
        move = {'from': self.visit.id, 'row': self.colleague.id, 'start': at(12), 'hours': 2}
        [made] = self._move(move)['moved']
        copy = self.Visit.browse(made['id'])
        copy.action_dispatch()
        gone = {'id': copy.id, 'is_gone': True, 'known': made['after']}
        self.assertIn("was dispatched", self._move(gone)['problems'][0])
        self.assertTrue(copy.exists())

    def test_the_same_removal_twice_is_one(self):
        move = {'from': self.visit.id, 'row': self.colleague.id, 'start': at(12), 'hours': 2}
        [made] = self._move(move)['moved']
        gone = {'id': made['id'], 'is_gone': True, 'known': made['after']}
        self.assertEqual(len(self._move(gone)['moved']), 1)
        self.assertEqual(self._move(gone)['moved'], [])
        self.assertIn("not there any more", self._move({**gone, 'is_gone': False, 'row': self.helper.id,
                                                        'start': at(12)})['problems'][0])

    def test_moves_of_one_go_are_looked_at_together(self):
        later = self._plan(self._create_order(), '2026-03-03 09:00:00').with_user(self.user_dispatcher)
        answer = self._move(*(
            self._get_move(visit, start=seconds_of(visit.date_start) + 3600)
            for visit in (self.planned, later)), is_confirmed=False)
        self.assertIn('moved', answer)
        answer = self._move(*(
            self._get_move(visit, start=at(13)) for visit in (self.planned, later)),
            is_confirmed=False)
        self.assertEqual(len(answer['questions']), 2)

    @users('service_dispatcher')
    def test_what_makes_no_visit_is_refused(self):
        move = {'from': self.visit.id, 'row': self.colleague.id, 'start': at(12), 'hours': 2}
        for values in ({'from': 'x'}, {'row': False}, {'start': False}, {'hours': 0}, {'hours': 'x'},
                       {'lead': 'x'}, {'part_of': 1.5}):
            with self.subTest(values), self.assertRaises(UserError):
                self.env['service.visit'].move_on_schedule([{**move, **values}])

    def test_random_lives_of_visits_are_taken_back_step_by_step(self):
        """What is made, divided, moved and given away is as it was after as many steps back."""
        chance = random.Random(41)
        people = self.technician | self.colleague | self.helper

        def see():
            return sorted(
                (visit.employee_id.name or '', str(visit.date_start), str(visit.date_end),
                 visit.duration_hours, visit.part_of_id.id, bool(visit.lead_visit_id))
                for visit in self.order.visit_ids if visit.state != 'cancelled')
        seen, steps = [see()], []
        for _step in range(40):
            visit = chance.choice(self.order.visit_ids).with_user(self.user_dispatcher)
            act = chance.choice(('move', 'copy', 'split', 'crew', 'back'))
            start = at(chance.randrange(5, 15), chance.randrange(3, 6))
            row = chance.choice(people).id
            try:
                if act == 'move':
                    answer = self._move(self._get_move(
                        visit, row=row, start=start, hours=chance.choice((1, 4, 11.5))))
                elif act == 'copy':
                    answer = self._move({'from': visit.id, 'row': row, 'start': start, 'hours': 2})
                elif act == 'crew':
                    place = visit._get_place()
                    if not (place['start'] and place['row']) or row == place['row']:
                        continue
                    answer = self._move({
                        'from': visit.id, 'row': row, 'start': place['start'],
                        'hours': place['hours'], 'lead': place['lead'] or visit.id})
                elif act == 'split':
                    answer = self._split(visit, chance.choice((False, .5, 1.5)))
                else:
                    answer = self._move(self._get_move(visit, row=False, start=False))
            except UserError:
                continue
            if answer.get('moved') and see() != seen[-1]:
                steps.append(answer['moved'])
                seen.append(see())
        self.assertGreater(len(steps), 15)
        while steps:
            self.assertEqual(see(), seen.pop())
            answer = self._move(*(
                {'id': move['id'], 'is_gone': True, 'known': move['after']} if not move['before'] else
                {'id': move['id'], **move['before'], 'known': move['after']} for move in steps.pop()))
            self.assertNotIn('problems', answer)
        self.assertEqual(see(), seen.pop())

    def _assign(self, visits):
        return {offer['id']: offer for offer in self.Visit.get_assignments(visits.ids)}

    def test_a_sick_technicians_visits_go_to_who_is_free_at_their_time(self):
        later = self._plan(self._create_order(title="Later"), '2026-03-03 08:30:00')
        self._plan(self._create_order(title="Busy"), '2026-03-03 08:00:00', self.helper, hours=4)
        visits = self.visit | later
        self.technician.active = False
        offers = self._assign(visits)
        self.assertEqual(
            [offers[visit.id]['start'] for visit in visits], [at(8), at(9)])
        self.assertNotIn(self.helper.id, {offer['row'] for offer in offers.values()})
        self.assertEqual(visits.employee_id.ids, [])

    def test_what_one_gets_is_taken_for_the_others(self):
        (self.colleague | self.helper).active = False
        visits = self._create_order().visit_ids | self._create_order().visit_ids
        spans = sorted(
            (offer['start'], offer['end']) for offer in self._assign(visits).values())
        self.assertLessEqual(spans[0][1], spans[1][0])

    def test_the_earliest_promise_chooses_first(self):
        (self.colleague | self.helper).active = False
        easy = self._create_order().visit_ids
        urgent = self._create_order(arrival_to=datetime(2026, 3, 3, 7)).visit_ids
        offers = self._assign(easy | urgent)
        self.assertLess(offers[urgent.id]['start'], offers[easy.id]['start'])
        self.assertEqual(offers[urgent.id]['findings'], [])

    def test_what_nobody_can_do_says_so(self):
        kind = self.env['hr.skill.type'].sudo().create({
            'name': "Trade", 'skill_ids': [(0, 0, {'name': "Gas"})],
            'skill_level_ids': [(0, 0, {'name': "Good", 'level_progress': 100, 'default_level': True})]})
        order_type = self.env['service.order.type'].create({
            'name': "Gas", 'skill_ids': kind.skill_ids.ids})
        [offer] = self._assign(self._create_order(type_id=order_type.id).visit_ids).values()
        self.assertEqual((offer['row'], offer['start']), (False, False))

    @users('service_customer_service')
    def test_only_dispatchers_give_work_away(self):
        with self.assertRaises(AccessError):
            self.env['service.visit'].get_assignments(self.visit.ids)

    @users('service_dispatcher')
    def test_what_is_locked_or_over_is_not_given_away(self):
        self.planned.action_lock()
        with self.assertRaisesRegex(UserError, "is locked"):
            self.env['service.visit'].get_assignments(self.visit.ids)

    def test_moments_of_parts_are_those_of_the_board(self):
        self.planned.duration_hours = 3
        moved = self._split(hours=1)['moved']
        self.assertEqual(
            [moment_of(move['after']['start']) for move in moved],
            [datetime(2026, 3, 3, 8), datetime(2026, 3, 3, 9)])

    @users('service_dispatcher')
    def test_somebody_is_looked_for_from_an_order_and_from_a_visit(self):
        waiting = self._create_order().visit_ids.with_env(self.env)
        for asked in (waiting, waiting.order_id):
            action = asked.action_find_technician()
            self.assertEqual((action['tag'], action['params']['id']), ('service_candidates', waiting.id))
        with self.assertRaisesRegex(UserError, "Nothing of"):
            self.visit.order_id.with_env(self.env).action_find_technician()

    @users('service_customer_service')
    def test_who_does_not_plan_looks_for_nobody(self):
        waiting = self._create_order().visit_ids.with_env(self.env)
        for asked in (waiting, waiting.order_id):
            with self.assertRaises(AccessError):
                asked.action_find_technician()

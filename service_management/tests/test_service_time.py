"""Time that people are there: nights, midnight, flexible hours, and what it costs."""
from datetime import datetime, timedelta
from itertools import permutations
from unittest.mock import patch

from odoo import models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, freeze_time

from .common import ServiceBaseCommon

#: {model: why its dates need no bounds}
UNBOUNDED = {
    'service.agreement.generate.preview': "rows that a dialog shows",
    'service.subscription.bill.preview': "rows that a dialog shows",
    'service.subscription.fee.create.preview': "rows that a dialog shows",
}


class TimeCommon(ServiceBaseCommon):
    """Anna in Riga, two hours ahead of UTC in March."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.order = cls._create_order()
        cls.visit = cls.order.visit_ids

    @classmethod
    def _work(cls, *spans, days=range(7), **values):
        """Give Anna a calendar of her own with spans of hours on days of the week."""
        cls.technician.resource_calendar_id = cls.env['resource.calendar'].create({
            'name': "Anna's Week", 'company_id': cls.company.id, 'tz': 'Europe/Riga',
            'attendance_ids': [Command.clear()] + [
                Command.create({
                    'name': "Shift", 'dayofweek': str(day), 'hour_from': start, 'hour_to': end,
                    'day_period': 'morning',
                }) for day in days for start, end in spans],
            **values})

    @classmethod
    def _work_flexibly(cls):
        cls._work((8, 16), days=range(5), flexible_hours=True, hours_per_day=8,
                  full_time_required_hours=40, hours_per_week=40)

    def _warnings(self, start, hours):
        begin = datetime.fromisoformat(start)
        return self.visit.get_planning_warnings({
            'employee_id': self.technician.id,
            'date_start': begin, 'date_end': begin + timedelta(hours=hours)})


class TestServiceMidnight(TimeCommon):

    def test_round_the_clock_is_open_at_midnight(self):
        self._work((0, 24))
        for start, hours in (
            ('2026-03-03 21:00:00', 2), ('2026-03-03 22:00:00', 1), ('2026-03-02 06:00:00', 120),
            ('2026-03-28 21:00:00', 30), ('2026-10-24 20:00:00', 30),  # the clock changes
        ):
            with self.subTest(start=start):
                self.assertEqual(self._warnings(start, hours), [])

    def test_shift_until_midnight_is_open_until_midnight(self):
        self._work((15, 24), days=range(5))
        for start, hours, count in (
            ('2026-03-03 20:00:00', 2, 0),
            ('2026-03-03 20:00:00', 2.25, 1),
            ('2026-03-06 20:00:00', 2, 0),  # Friday
        ):
            with self.subTest(start=start, hours=hours):
                self.assertEqual(len(self._warnings(start, hours)), count)

    def test_night_shift_in_two_parts_is_one(self):
        self._work((0, 6), (22, 24))
        self.assertEqual(self._warnings('2026-03-03 20:00:00', 8), [])

    def test_leave_that_ends_a_second_before_midnight_leaves_no_second(self):
        self._work((0, 24))
        self.env['resource.calendar.leaves'].sudo().create({
            'name': "Leave", 'calendar_id': self.technician.resource_calendar_id.id,
            'company_id': self.company.id, 'resource_id': self.technician.resource_id.id,
            'date_from': '2026-03-02 22:00:00', 'date_to': '2026-03-03 21:59:59'})
        spans = self.technician.sudo()._get_working_spans(
            datetime(2026, 3, 2, 20), datetime(2026, 3, 4, 20))[1][self.technician.id]
        self.assertEqual(
            [(start.isoformat(), end.isoformat()) for start, end in spans],
            [('2026-03-02T22:00:00+02:00', '2026-03-03T00:00:00+02:00'),
             ('2026-03-04T00:00:00+02:00', '2026-03-04T22:00:00+02:00')])

    @freeze_time('2026-03-03 07:10:00')
    def test_job_of_a_whole_day_finds_time(self):
        self._work((0, 24))
        self.visit.duration_hours = 24
        proposal = self.visit.get_drop_proposal(self.technician.id)
        self.assertEqual(proposal['values']['date_start'], '2026-03-03 07:15:00')
        self.assertEqual(proposal['warnings'], [])

    @freeze_time('2026-03-03 20:30:00')
    def test_job_over_midnight_begins_before_it(self):
        self._work((0, 24))
        self.visit.duration_hours = 3
        proposal = self.visit.get_drop_proposal(self.technician.id)
        self.assertEqual(proposal['values']['date_start'], '2026-03-03 20:30:00')

    def test_clock_of_a_promise_does_not_stop_at_midnight(self):
        self._work((0, 24))
        calendar = self.technician.resource_calendar_id
        start = datetime(2026, 3, 2, 8)
        clock = calendar._get_open_hours(start, start, 72)
        self.assertEqual(clock.add(start, 72), start + timedelta(hours=72))
        self.assertEqual(clock.opening(datetime(2026, 3, 2, 22)), datetime(2026, 3, 2, 22))

    def test_utilization_counts_whole_days(self):
        self._work((0, 24))
        wizard = self.env['service.utilization'].create({
            'date_from': '2026-03-02', 'date_to': '2026-03-03'})
        self.assertEqual(
            list(wizard._get_available_hours(self.technician)[self.technician.id].values()), [24, 24])


class TestServiceLongWork(TimeCommon):
    """Work that one day is too short for goes on the next; times are UTC, two hours before Riga."""

    def _plan_long(self, start, hours, employee=None, **values):
        return self.env['service.visit'].create({
            'order_id': self._create_order().id, 'date_start': start, 'duration_hours': hours,
            'employee_id': (self.technician if employee is None else employee).id, **values})

    def assertEnds(self, visit, end):
        self.assertEqual(str(visit.date_end), end)

    def test_work_goes_on_the_next_working_day(self):
        for spans, start, hours, end in (
            ([(8, 17)], '2026-03-02 07:00:00', 16, '2026-03-03 14:00:00'),
            ([(8, 17)], '2026-03-06 07:00:00', 16, '2026-03-09 14:00:00'),  # Friday
            ([(8, 12), (13, 17)], '2026-03-02 07:00:00', 15, '2026-03-03 15:00:00'),
            ([(8, 12), (13, 17)], '2026-03-02 07:00:00', 6, '2026-03-02 14:00:00'),
            ([(8, 17)], '2026-03-02 14:00:00', 2, '2026-03-02 16:00:00'),  # overtime
            ([(8, 17)], '2026-03-02 14:00:00', 4, '2026-03-03 09:00:00'),
            ([(8, 17)], '2026-03-07 07:00:00', 3, '2026-03-07 10:00:00'),  # Saturday
        ):
            with self.subTest(spans=spans, start=start, hours=hours):
                self._work(*spans, days=range(5))
                visit = self._plan_long(start, hours)
                self.assertEnds(visit, end)
                self.assertEqual(visit.duration_hours, hours)

    def test_work_goes_on_when_there_are_no_closing_hours(self):
        self._work((0, 24))
        self.assertEnds(self._plan_long('2026-03-02 07:00:00', 16), '2026-03-02 23:00:00')
        self._work_flexibly()
        self.assertEnds(self._plan_long('2026-03-02 07:00:00', 16), '2026-03-02 23:00:00')

    def test_work_of_nobody_takes_the_hours_of_the_company(self):
        visit = self._plan_long('2026-03-02 07:00:00', 16, self.env['hr.employee'])
        self.assertEnds(visit, '2026-03-03 14:00:00')

    def test_work_spans_a_holiday(self):
        self._work((8, 17), days=range(5))
        self.env['resource.calendar.leaves'].sudo().create({
            'name': "Leave", 'calendar_id': self.technician.resource_calendar_id.id,
            'company_id': self.company.id, 'resource_id': self.technician.resource_id.id,
            'date_from': '2026-03-02 22:00:00', 'date_to': '2026-03-03 22:00:00'})
        visit = self._plan_long('2026-03-02 07:00:00', 16)
        self.assertEnds(visit, '2026-03-04 14:00:00')
        self.assertFalse(visit.planning_warning)

    def test_night_between_is_no_closed_hour(self):
        self._work((8, 17), days=range(5))
        self.assertFalse(self._plan_long('2026-03-02 07:00:00', 16).planning_warning)
        self.assertIn("does not work", self._plan_long('2026-03-09 14:00:00', 2).planning_warning)

    def test_leave_within_long_work_is_told(self):
        self._work((8, 17), days=range(5))
        visit = self._plan_long('2026-03-02 07:00:00', 16)
        self.env['resource.calendar.leaves'].sudo().create({
            'name': "Leave", 'calendar_id': self.technician.resource_calendar_id.id,
            'company_id': self.company.id, 'resource_id': self.technician.resource_id.id,
            'date_from': '2026-03-02 22:00:00', 'date_to': '2026-03-03 22:00:00'})
        self.env.invalidate_all()
        self.assertIn("is on leave", visit.planning_warning)
        self.assertEnds(visit, '2026-03-03 14:00:00')

    def test_given_end_stays(self):
        self._work((8, 17), days=range(5))
        visit = self._plan_long('2026-03-02 07:00:00', 16)
        visit.date_end = '2026-03-02 23:00:00'
        self.assertEqual(visit.duration_hours, 16)
        self._work((7, 16), days=range(5))
        visit.employee_id = self.colleague
        self.assertEnds(visit, '2026-03-02 23:00:00')
        self.assertIn("does not work", visit.planning_warning)

    def test_given_end_within_hours_is_of_their_length(self):
        self._work((8, 12), (13, 17), days=range(5))
        visit = self._plan_long('2026-03-02 07:00:00', 2)
        visit.date_end = '2026-03-03 09:00:00'
        self.assertEqual(visit.duration_hours, 10)

    def test_moved_work_keeps_its_length(self):
        self._work((8, 17), days=range(5))
        visit = self._plan_long('2026-03-02 07:00:00', 16)
        visit.date_start = '2026-03-05 12:00:00'
        self.assertEnds(visit, '2026-03-09 10:00:00')
        self.assertEqual(visit.duration_hours, 16)

    def test_work_moved_in_the_calendar_keeps_its_length(self):
        """The calendar moves start and end alike, whatever nights lie between."""
        self._work((8, 17), days=range(5))
        visit = self._plan_long('2026-03-02 07:00:00', 16)
        moved = {'date_start': '2026-03-06 07:00:00', 'date_end': '2026-03-07 14:00:00'}
        self.assertEqual(visit.get_planning_warnings(moved), [])
        visit.write(moved)
        self.assertEnds(visit, '2026-03-09 14:00:00')
        self.assertEqual(visit.duration_hours, 16)

    def test_work_that_changes_hands_goes_by_the_hours_of_the_new_one(self):
        self._work((0, 24))
        visit = self._plan_long('2026-03-02 07:00:00', 16)
        self.assertEnds(visit, '2026-03-02 23:00:00')
        self.assertEqual(visit.get_planning_warnings({'employee_id': self.colleague.id}), [])
        visit.employee_id = self.colleague
        self.assertEnds(visit, '2026-03-03 14:00:00')
        self.assertEqual(visit.duration_hours, 16)

    def test_form_shows_the_end_that_is_saved(self):
        self._work((8, 17), days=range(5))
        order = self._create_order()
        with Form(self.env['service.visit'].with_user(self.user_dispatcher)) as form:
            form.order_id = order
            form.employee_id = self.technician
            form.duration_hours = 16
            form.date_start = datetime(2026, 3, 2, 7)
            self.assertEqual(str(form.date_end), '2026-03-03 14:00:00')
        self.assertEnds(form.record, '2026-03-03 14:00:00')

    @freeze_time('2026-03-02 07:10:00')
    def test_free_time_is_found_for_work_of_days(self):
        self._work((8, 12), (13, 17), days=range(5))
        self.visit.duration_hours = 16
        self._plan_long('2026-03-03 08:00:00', 1)
        proposal = self.visit.get_drop_proposal(self.technician.id)
        self.assertEqual(proposal['values']['date_start'], '2026-03-03 09:00:00')
        self.assertIn("It would be planned for 3/3/26", proposal['warnings'][0])
        proposal = self.visit.with_context(service_board_week=1).get_drop_proposal(self.technician.id)
        self.assertEqual(proposal['warnings'], [], "The board shows that day, too")
        self.visit.write(proposal['values'])
        self.assertEnds(self.visit, '2026-03-05 09:00:00')
        self.assertFalse(self.visit.planning_warning)

    def test_long_work_is_in_the_way_until_it_ends(self):
        self._work((8, 17), days=range(5))
        self._plan_long('2026-03-02 07:00:00', 16)
        self.assertEqual(len(self._warnings('2026-03-03 10:00:00', 1)), 1)
        self.assertEqual(self._warnings('2026-03-03 14:00:00', 1), [])

    def test_card_names_the_day_of_the_end(self):
        self._work((8, 17), days=range(5))
        visit = self._plan_long('2026-03-02 07:00:00', 16).with_context(tz='Europe/Riga')
        self.assertRegex(visit.time_span, "Mon 2 Mar.*9:00.*–.*Tue 3 Mar.*4:00")

    def test_day_is_as_full_as_its_part_of_long_work(self):
        self._work((8, 17), days=range(5))
        self._plan_long('2026-03-02 07:00:00', 16)
        for moment, hours in (
                ('2026-03-02 10:00:00', 8), ('2026-03-03 10:00:00', 8), ('2026-03-04 10:00:00', 0)):
            with freeze_time(moment):
                [anna] = [row for row in self.env['service.dashboard'].with_context(
                    tz='Europe/Riga')._get_technicians() if row['id'] == self.technician.id]
                self.assertEqual((anna['hours'], anna['available']), (hours, 9))


class TestServiceOvertime(TimeCommon):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env['service.price.rule'].create({
            'name': "Overtime", 'kind': 'overtime', 'percent': 50, 'company_id': cls.company.id})

    def _book(self, start, end, order=None):
        return self._create_line(
            order or self.order, employee_id=self.technician.id, date_start=start, date_end=end,
            quantity_planned=0)

    def _price(self, start, end):
        """Return [(hours, price)] of work, in the order of time."""
        order = self._create_order()
        self._book(start, end, order)
        order.action_apply_price_rules()
        return [(line.quantity, line.price_unit) for line in order.line_ids.sorted('date_start')]

    def test_work_over_midnight_makes_no_line_of_nothing(self):
        self._work((15, 24))
        for start, end, expected in (
            ('2026-03-03 20:00:00', '2026-03-03 23:00:00', [(2, 80), (1, 120)]),
            ('2026-03-03 20:00:00', '2026-03-03 22:00:00', [(2, 80)]),
            ('2026-03-03 20:00:00', '2026-03-03 22:00:15', [(2, 80)]),
        ):
            with self.subTest(end=end):
                self.assertEqual(self._price(start, end), expected)

    def test_round_the_clock_is_never_overtime(self):
        self._work((0, 24))
        self.assertEqual(self._price('2026-03-03 20:00:00', '2026-03-04 02:00:00'), [(6, 80)])

    def test_parts_of_work_make_its_hours(self):
        for start, end in (
            ('2026-03-03 14:00:10', '2026-03-03 16:00:00'),
            ('2026-03-03 14:59:50', '2026-03-03 16:00:00'),
            ('2026-03-03 13:40:00', '2026-03-03 16:20:00'),
            ('2026-03-03 05:20:00', '2026-03-03 15:20:20'),
            ('2026-03-06 21:59:55', '2026-03-06 22:00:12'),
        ):
            with self.subTest(start=start, end=end):
                whole = self._book(start, end, self._create_order()).quantity
                parts = self._price(start, end)
                self.assertAlmostEqual(sum(hours for hours, _price in parts), whole)
                if whole:
                    self.assertTrue(all(hours for hours, _price in parts))

    def test_flexible_hours_have_no_overtime_by_the_clock(self):
        self._work_flexibly()
        for start, end in (
            ('2026-03-03 05:00:00', '2026-03-03 06:00:00'),  # Tuesday, 7 in Riga
            ('2026-03-03 18:00:00', '2026-03-03 21:00:00'),
            ('2026-03-07 07:00:00', '2026-03-07 08:00:00'),  # Saturday
        ):
            with self.subTest(start=start):
                self.assertEqual([price for _hours, price in self._price(start, end)], [80])
                self.assertEqual(self._warnings(start, 1)[1:], [])

    def test_flexible_hours_above_those_of_the_day_are_overtime(self):
        self._work_flexibly()
        self.assertEqual(
            self._price('2026-03-03 05:00:00', '2026-03-03 15:00:00'), [(8, 80), (2, 120)])
        self.assertEqual(self._price('2026-03-03 15:00:00', '2026-03-03 16:00:00'), [(1, 120)])

    def test_flexible_hours_above_those_of_the_week_are_overtime(self):
        self._work_flexibly()
        for day in (2, 3, 4, 5):
            self._book(f'2026-03-0{day} 05:00:00', f'2026-03-0{day} 13:00:00', self._create_order())
        self._book('2026-03-06 05:00:00', '2026-03-06 12:00:00', self._create_order())
        self.assertEqual(
            self._price('2026-03-07 07:00:00', '2026-03-07 09:00:00'), [(1, 80), (1, 120)])
        self.assertEqual(
            self._price('2026-03-09 07:00:00', '2026-03-09 09:00:00'), [(2, 80)], "A new week")

    def test_work_costs_the_same_whatever_is_priced_with_it(self):
        for work in (self._work_flexibly, lambda: self._work((8, 17), days=range(5))):
            work()
            lines = self.env['service.order.line'].union(*(
                self._book(f'2026-03-0{day} {start}:00:00', f'2026-03-0{day} {end}:00:00')
                for day, start, end in (
                    (2, '05', '14'), (3, '05', '06'), (5, '12', '20'), (7, '07', '08'))))
            alone = {line: line._get_price_rules().get(line) for line in lines}
            for some in permutations(lines, 2):
                some = self.env['service.order.line'].union(*some)
                found = some._get_price_rules()
                self.assertEqual(
                    {line: found.get(line) for line in some}, {line: alone[line] for line in some})

    def test_flexible_technicians_are_available_for_the_hours_of_the_week(self):
        self._work_flexibly()
        for first, last, expected in (
            ('2026-03-02', '2026-03-08', [8, 8, 8, 8, 8, 0, 0]),
            ('2026-03-06', '2026-03-08', [8, 0, 0]),
        ):
            wizard = self.env['service.utilization'].create({'date_from': first, 'date_to': last})
            found = wizard._get_available_hours(self.technician)[self.technician.id]
            self.assertEqual(list(found.values()), expected)


class TestServiceLongClock(TimeCommon):
    """Anna starts at 16:00 in Riga, and thinks of it the next morning at 8:30."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._plan(cls.order, '2026-03-03 13:00:00', hours=2)
        cls.order.user_id = cls.user_dispatcher
        cls.visit.action_dispatch()

    def _start(self):
        with freeze_time('2026-03-03 14:00:00'):
            self.visit.with_user(self.user_technician).action_start()

    def _open(self, action):
        """Return the dialog of an action, as the technician's browser opens it."""
        self.assertEqual(action['res_model'], 'service.visit.stop')
        return Form(self.env['service.visit.stop'].with_user(self.user_technician).with_context(
            **action['context']))

    def test_clock_over_the_limit_asks_for_the_real_end_and_books_nothing(self):
        self._start()
        for name in ('action_stop', 'action_done', 'action_sign', 'action_travel'):
            with self.subTest(action=name), freeze_time('2026-03-04 06:30:00'):
                action = getattr(self.visit.with_user(self.user_technician), name)()
                self.assertEqual(self._open(action).date_end, datetime(2026, 3, 3, 15))
                self.assertFalse(self.order.line_ids)
                self.assertTrue(self.visit.timer_start)
                self.assertEqual(self.visit.state, 'under_way')

    def test_answer_is_booked(self):
        self._start()
        with freeze_time('2026-03-04 06:30:00'):
            form = self._open(self.visit.with_user(self.user_technician).action_stop())
            form.date_end = datetime(2026, 3, 3, 16, 30)
            form.save().action_apply()
        self.assertRecordValues(self.order.line_ids, [{
            'quantity': 2.5, 'date_start': datetime(2026, 3, 3, 14),
            'date_end': datetime(2026, 3, 3, 16, 30)}])
        self.assertRecordValues(self.visit, [{
            'timer_start': False, 'work_end': datetime(2026, 3, 3, 16, 30)}])

    def test_answer_lies_between_the_start_and_now(self):
        self._start()
        with freeze_time('2026-03-04 06:30:00'):
            action = self.visit.with_user(self.user_technician).action_stop()
            for moment, message in (
                (datetime(2026, 3, 3, 13), "Enter a later time"),
                (datetime(2026, 3, 4, 7), "cannot lie in the future"),
            ):
                form = self._open(action)
                form.date_end = moment
                with self.assertRefusedWith(UserError, message, self.visit):
                    form.save().action_apply()

    def test_end_of_the_working_day_is_proposed_after_the_planned_end(self):
        with freeze_time('2026-03-03 14:30:00'):
            self.visit.with_user(self.user_technician).action_start()
        with freeze_time('2026-03-04 06:30:00'):
            self.assertEqual(self.visit._propose_end(), datetime(2026, 3, 3, 15))
            self.visit.sudo().timer_start = datetime(2026, 3, 3, 16)
            self.assertEqual(self.visit._propose_end(), datetime(2026, 3, 4, 4), "the limit")

    def test_end_of_the_day_is_proposed_when_the_visit_was_begun_early(self):
        with freeze_time('2026-03-02 10:00:00'):
            self.visit.with_user(self.user_technician).action_start()
        with freeze_time('2026-03-04 06:30:00'):
            self.assertEqual(self.visit._propose_end(), datetime(2026, 3, 2, 15))

    def test_no_way_round_the_question(self):
        self._start()
        with freeze_time('2026-03-04 06:30:00'), self.assertRefusedWith(
                UserError, "say when the work really ended", self.visit):
            self.visit._finish()
        self.assertFalse(self.order.line_ids)

    def test_company_without_a_limit_books_what_the_clock_says(self):
        self.company.service_clock_hours = 0
        self._start()
        with freeze_time('2026-03-04 06:30:00'):
            self.assertTrue(self.visit.with_user(self.user_technician).action_stop())
        self.assertEqual(self.order.line_ids.quantity, 16.5)

    def test_clock_up_to_the_limit_is_booked(self):
        self._start()
        with freeze_time('2026-03-04 02:00:00'):
            self.visit.with_user(self.user_technician).action_stop()
        self.assertEqual(self.order.line_ids.quantity, 12)

    def test_colleague_does_not_answer(self):
        self._start()
        with freeze_time('2026-03-04 06:30:00'), self.assertRaises(AccessError):
            self.env['service.visit.stop'].with_user(self.user_colleague).create({
                'visit_id': self.visit.id, 'date_end': '2026-03-03 15:00:00'}).action_apply()
        self.assertFalse(self.order.line_ids)

    def test_dispatcher_is_told_once_when_a_clock_runs_on(self):
        self._start()
        cron = self.env.ref('service_management.ir_cron_watch_clocks')
        self.assertIn(datetime(2026, 3, 4, 2), self.env['ir.cron.trigger'].sudo().search(
            [('cron_id', '=', cron.id)]).mapped('call_at'))
        for moment, count in (
            ('2026-03-04 01:00:00', 0), ('2026-03-04 02:00:01', 1), ('2026-03-04 03:00:00', 1)):
            self._watch(moment)
            told = self._get_told()
            self.assertEqual(len(told), count)
        self.assertEqual(told.user_id, self.user_dispatcher)
        self.assertIn("Anna has run since", told.summary)
        with freeze_time('2026-03-04 06:30:00'):
            self._open(self.visit.with_user(self.user_technician).action_stop()
                       ).save().action_apply()
        self.assertFalse(self._get_told())

    def test_somebody_is_told_where_nobody_is_responsible(self):
        self.order.user_id = False
        self._start()
        self._watch('2026-03-04 06:30:00')
        self.assertTrue(self._get_told().user_id.has_group(
            'service_management.service_management_group_dispatcher'))

    def _watch(self, at):
        with freeze_time(at), self.enter_registry_test_mode():
            self.env.ref('service_management.ir_cron_watch_clocks').method_direct_trigger()

    def _get_told(self):
        return self.visit.activity_ids.filtered(lambda activity: (
            activity.activity_type_id == self.env.ref(
                'service_management.mail_activity_type_clock')))


class TestServiceFarDates(TimeCommon):

    def test_dates_out_of_reach_are_refused(self):
        """Every date that is written on a document of ours."""
        walked = 0
        for name, model in self.env.registry.items():
            if model._abstract or not hasattr(model, '_date_years'):
                continue
            record = self.env[name].sudo()  # guards of role pass: dates do not
            for field in record._fields.values():
                if field.type not in ('date', 'datetime') or field.name in models.MAGIC_COLUMNS:
                    continue
                for year in (1026, 2226, 9999):
                    with self.subTest(model=name, field=field.name, year=year), \
                            self.assertRaisesRegex(ValidationError, "out of reach"):
                        record.create({field.name: f'{year}-03-03'})
                walked += 1
        self.assertGreater(walked, 30)

    def test_visit_out_of_reach_is_refused_and_keeps_its_time(self):
        visit = self._plan(self.order)
        for start in ('2226-03-03 08:00:00', '9999-12-31 23:59:00', '1026-03-03 08:00:00'):
            with self.assertRefusedWith(
                    ValidationError, "Enter a date between", visit):
                visit.with_user(self.user_dispatcher).date_start = start

    def test_visit_lasts_a_year_at_most(self):
        visit = self._plan(self.order)
        for hours in (24 * 400, 1e9, 1e300):
            with self.assertRefusedWith(ValidationError, "a year at most|is no number", visit):
                visit.with_user(self.user_dispatcher).duration_hours = hours
        with self.assertRefused("a year at most"):
            visit.date_end = visit.date_start + timedelta(days=400)

    def test_tasks_of_centuries_make_a_visit_of_a_year(self):
        task = self.env['service.task'].create({'name': "Never done", 'duration_hours': 1e9})
        order = self._create_order(task_ids=[Command.create({'task_id': task.id})])
        self.assertEqual(order.visit_ids.duration_hours, 366 * 24)

    def test_dates_that_people_enter_are_bounded(self):
        """Every date of ours, on whatever model, that somebody has the rights to write."""
        writable = set(self.env['ir.model.access'].sudo().search([
            '|', ('perm_write', '=', True), ('perm_create', '=', True)]).model_id.mapped('model'))
        unbounded = {
            name for name, model in self.env.registry.items() for field in model._fields.values()
            if field.type in ('date', 'datetime') and not field.readonly
            and (field._module or '').startswith('service_management') and name in writable
            and not hasattr(model, '_ensure_dates_in_reach')}
        self.assertEqual(unbounded, set(UNBOUNDED))

    def test_forms_answer_dates_out_of_reach(self):
        self._work((8, 17), days=range(5))
        form = Form(self.visit.with_user(self.user_dispatcher))
        form.employee_id = self.technician
        for year in (2226, 9999):
            with self.assertRaisesRegex(ValidationError, "out of reach"):
                form.date_start = datetime(year, 12, 31, 23)
        for hours in (1e9, 1e300):
            form = Form(self.visit.with_user(self.user_dispatcher))
            with self.assertRaisesRegex(ValidationError, "a year at most|is no number"):
                form.duration_hours = hours
        for model, name in (
                ('service.agreement.generate', 'date_to'),
                ('service.subscription.bill', 'date_until')):
            form = Form(self.env[model])
            with self.subTest(model=model), self.assertRaisesRegex(ValidationError, "out of reach"):
                setattr(form, name, '9999-12-31')

    def test_lines_within_forms_answer_dates_out_of_reach(self):
        with self.assertRaisesRegex(ValidationError, "out of reach"):
            self.order.onchange(
                {'visit_ids': [Command.update(self.visit.id, {'date_start': '9999-12-31 23:00:00'})]},
                ['visit_ids'], {'visit_ids': {'fields': {'date_start': {}}}})

    def test_one_visit_far_away_does_not_make_others_slow(self):
        """What was entered before dates were bounded stays: calendars are expanded about it only."""
        self._work((8, 17), days=range(5))
        visits = self.env['service.visit'].union(*(
            self._plan(self._create_order(), '2026-03-03 14:00:00') for _number in range(3)))
        self.env.flush_all()
        for visit, year in zip(visits[1:], (2226, 9999), strict=True):
            self.env.cr.execute(
                "UPDATE service_visit SET date_start = %s, date_end = %s WHERE id = %s",
                (f'{year}-12-31 20:00:00', f'{year}-12-31 23:00:00', visit.id))
        self.env.invalidate_all()
        Employee, expanded = type(self.env['hr.employee']), []
        get_working_spans = Employee._get_working_spans

        def count(employees, start, end):
            expanded.append(end - start)
            return get_working_spans(employees, start, end)

        with patch.object(Employee, '_get_working_spans', count):
            warnings = visits.mapped('planning_warning')
        self.assertLess(sum(expanded, timedelta()), timedelta(days=10))
        self.assertFalse(warnings[0])
        self.assertIn("does not work", warnings[1])
        visits.employee_id = self.colleague
        self.env.flush_all()
        self.assertEqual([end.year for end in visits.mapped('date_end')], [2026, 2226, 9999])

    def test_service_level_of_centuries_is_refused(self):
        with self.assertRefused("ten years at most"):
            self.env['service.sla'].create({
                'name': "Never", 'target_ids': [Command.create({'limit_hours': 1e6})]})

"""Technicians' utilization, counted for all of them at once, against counting tick by tick."""
import random
from collections import defaultdict
from contextlib import suppress
from datetime import date, datetime, timedelta

import pytz

from odoo import fields
from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Command
from odoo.tests import freeze_time

from ..tools.clock import by_days
from .common import ServiceBaseCommon

#: What hours and leave begin and end on
TICK = timedelta(minutes=30)
#: Clocks change in both zones between these.
FIRST, LAST = date(2026, 3, 1), date(2026, 4, 12)
ZONES = 'Europe/Riga', 'America/New_York', 'Asia/Kolkata'
SHIFTS = [(8, 12), (13, 17)], [(8, 17)], [(0, 6), (18, 24)], [(0, 24)], [(6.5, 14.5), (16, 22)]


@freeze_time('2026-03-03 09:00:00')
class TestServiceUtilization(ServiceBaseCommon):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other_company = cls.setup_other_company()['company']
        cls.other_team = cls.env['service.team'].create({
            'name': "Theirs", 'company_id': cls.other_company.id})

    def _make_calendar(self, chance, company, **values):
        is_two_weeks = chance.random() < 0.3 and not values
        weeks = ('0', '1') if is_two_weeks else (False,)
        return self.env['resource.calendar'].create({
            'name': "Some Week", 'company_id': company.id, 'tz': chance.choice(ZONES),
            'two_weeks_calendar': is_two_weeks,
            'attendance_ids': [Command.clear()] + [
                Command.create({
                    'name': "Shift", 'dayofweek': str(day), 'hour_from': start, 'hour_to': end,
                    'day_period': 'morning', 'week_type': week})
                for week in weeks for day in chance.sample(range(7), 5)
                for start, end in chance.choice(SHIFTS)],
            **values})

    def _make_leave(self, chance, company, calendar, employee=None):
        start = datetime(2026, 2, 26) + TICK * chance.randrange(48 * 47)
        end = start + TICK * chance.choice((1, 5, 16, 47, 48, 49, 100, 400))
        values = {
            'name': "Leave", 'company_id': company.id, 'calendar_id': calendar and calendar.id,
            'resource_id': employee and employee.resource_id.id, 'date_from': start,
            # Most leave ends a second before it does.
            'date_to': end - timedelta(seconds=chance.choice((0, 1))),
            'time_type': chance.choice(('leave', 'leave', 'leave', 'other'))}
        # Where Time Off is installed it refuses holidays of everybody that overlap.
        with suppress(ValidationError), self.env.cr.savepoint():
            self.env['resource.calendar.leaves'].sudo().create(values)

    def _make_people(self, chance):
        """Make calendars, technicians and leave in two companies; return the technicians."""
        technicians = self.technician | self.colleague
        for company, team in ((self.company, self.team), (self.other_company, self.other_team)):
            calendars = self.env['resource.calendar'].union(
                *(self._make_calendar(chance, company) for _number in range(3)),
                self._make_calendar(
                    chance, company, flexible_hours=True, hours_per_day=8,
                    full_time_required_hours=36, hours_per_week=36))
            added = self.env['hr.employee'].union(*(self._create_technician(
                f"{company.name} {number}", company_id=company.id, service_team_id=team.id,
                resource_calendar_id=chance.choice(calendars).id, tz=chance.choice(ZONES),
            ) for number in range(8)))
            added[-1].resource_calendar_id = False  # whenever there is work
            for calendar in (False, False, *calendars):
                self._make_leave(chance, company, calendar)
            for employee in added:
                for _number in range(chance.randrange(4)):
                    self._make_leave(chance, company, employee.resource_calendar_id, employee)
            technicians |= added
        return technicians

    def _is_open(self, calendar, local):
        """Tell whether a calendar is open at a local time, leave aside."""
        if calendar.flexible_hours:
            return True
        week = self.env['resource.calendar.attendance'].get_week_type(local.date())
        hour = local.hour + local.minute / 60
        return any(
            slot.hour_from <= hour < slot.hour_to for slot in calendar.attendance_ids
            if slot.dayofweek == str(local.weekday())
            and (not calendar.two_weeks_calendar or slot.week_type == str(week)))

    def _count(self, employee):
        """Return {day: hours} that a technician could work, looked at tick by tick."""
        calendar, zone = employee.resource_calendar_id, pytz.timezone(employee.tz)
        if not calendar:
            return {}
        leaves = [
            (leave.date_from, leave.date_to + timedelta(seconds=leave.date_to.second and 1))
            for leave in self.env['resource.calendar.leaves'].search([
                ('time_type', '=', 'leave'), ('calendar_id', 'in', (False, calendar.id)),
                ('company_id', '=', employee.company_id.id),
                ('resource_id', 'in', (False, employee.resource_id.id))])]
        hours = defaultdict(float)
        moment = datetime.combine(FIRST, datetime.min.time()) - timedelta(days=1)
        while moment.date() <= LAST + timedelta(days=1):
            local = pytz.utc.localize(moment).astimezone(zone)
            if FIRST <= local.date() <= LAST and self._is_open(calendar, local) and not any(
                    start <= moment < end for start, end in leaves):
                hours[local.date()] += 0.5
            moment += TICK
        if not calendar.flexible_hours:
            return dict(hours)
        lengths = {}
        for day in hours:
            begin, end = (
                pytz.timezone(calendar.tz).localize(datetime.combine(day + timedelta(days=days), datetime.min.time()))
                for days in (0, 1))
            lengths[day] = (end - begin).total_seconds() / 3600
        return {
            day: min(8, max(0, 36 - 8 * day.weekday())) * min(1, found / lengths[day])
            for day, found in hours.items()}

    def _book(self, chance, technicians):
        """Book hours on many days; return {(technician, day): what was booked}."""
        booked = defaultdict(lambda: [0.0, 0.0, 0.0])
        for company in (self.company, self.other_company):
            order = self.env['service.order'].with_company(company).create({
                'title': "Long Work", 'partner_id': self.customer.id, 'company_id': company.id,
                'team_id': (self.team if company == self.company else self.other_team).id})
            own = technicians.grouped('company_id')[company]
            for _number in range(25):
                employee, travel = chance.choice(own), chance.random() < 0.3
                day = FIRST + timedelta(days=chance.randrange(-3, 45))
                hours, is_free = chance.randrange(1, 16) / 4, chance.random() < 0.3
                self.env['service.order.line'].with_company(company).create({
                    'order_id': order.id, 'kind': 'hour', 'employee_id': employee.id, 'date': day,
                    'quantity_planned': 0, 'quantity': hours, 'is_travel': travel, 'name': "Work",
                    **({'billing_override': 'not_chargeable', 'billing_note': "Near"} if is_free else {})})
                if FIRST <= day <= LAST:
                    sums = booked[employee, day]
                    sums[travel] += hours
                    sums[2] += 0 if is_free else hours
        return booked

    def _get_lines(self, company):
        wizard = self.env['service.utilization'].create({
            'date_from': FIRST, 'date_to': LAST, 'company_id': company.id})
        return self.env['service.utilization.line'].search(wizard.action_apply()['domain'])

    def test_figures_are_those_of_counting_tick_by_tick(self):
        for seed in range(3):
            chance = random.Random(seed)
            with self.subTest(seed=seed), self.env.cr.savepoint() as savepoint:
                technicians = self._make_people(chance)
                booked = self._book(chance, technicians)
                found, expected = {}, {}
                for line in self._get_lines(self.company) | self._get_lines(self.other_company):
                    found[line.employee_id, line.date] = (
                        line.hours_available, line.hours_worked, line.hours_travelled,
                        line.hours_charged, line.utilization_percent, line.charged_percent)
                free = {employee: self._count(employee) for employee in technicians}
                for key in {*booked, *((who, day) for who, days in free.items() for day in days)}:
                    employee, day = key
                    available = free[employee].get(day, 0)
                    worked, travelled, charged = booked.get(key, (0, 0, 0))
                    expected[key] = (
                        available, worked, travelled, charged,
                        100 * (worked + travelled) / available if available else 0,
                        100 * charged / available if available else 0)
                self.assertGreater(len(expected), 400)
                self._assert_figures(found, expected)
                self._assert_as_one_by_one(technicians)
                savepoint.rollback()
                self.env.invalidate_all()

    def _assert_figures(self, found, expected):
        """Compare figures to a second: leave that ends a second early leaves it."""
        for key in {*found, *expected}:
            values = found.get(key, (0,) * 6)
            for value, wanted in zip(values, expected.get(key, (0,) * 6), strict=True):
                self.assertAlmostEqual(
                    value, wanted, delta=0.001 + abs(wanted) / 1000,
                    msg=f"{key[0].name} ({key[0].resource_calendar_id.attendance_ids.mapped('hour_from')},"
                        f" {key[0].tz}) on {key[1]}: {values} != {expected.get(key)}")

    def _assert_as_one_by_one(self, technicians):
        """Compare available hours with those of each technician's working hours, cut into days."""
        span = datetime.combine(FIRST, datetime.min.time()), datetime.combine(LAST, datetime.max.time())
        together = technicians.sudo()._get_available_hours(*span)
        for employee in technicians.sudo():
            present = employee._get_working_spans(*span)[1].get(employee.id, ())
            self.assertEqual(together.get(employee.id, {}), {
                day: employee.resource_calendar_id._get_hours_of_day(day, parts)
                for day, parts in by_days(present).items()})

    def _count_queries(self, days):
        wizard = self.env['service.utilization'].create({
            'date_from': LAST - timedelta(days=days), 'date_to': LAST})
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        action = wizard.action_apply()
        self.env.flush_all()
        return self.env.cr.sql_log_count - before, action

    def test_queries_are_the_same_for_anybody_and_any_time(self):
        self.colleague.service_team_id = False
        self._count_queries(30)  # what is cached once is not asked each time
        few, _action = self._count_queries(30)
        chance = random.Random(1)
        team = self.env['hr.employee'].union(*(
            self._create_technician(f"Technician {number}", tz=chance.choice(ZONES))
            for number in range(40)))
        for employee in team:
            for _number in range(4):
                self._make_leave(chance, self.company, self.calendar, employee)
        many, action = self._count_queries(365)
        self.assertLessEqual(many, few + 1)
        self.assertLess(many, 25)
        self.assertGreater(self.env['service.utilization.line'].search_count(action['domain']), 9000)

    def test_lines_are_of_whoever_counted_them(self):
        wizard = self.env['service.utilization'].create({'date_from': FIRST, 'date_to': FIRST})
        wizard.date_from = FIRST - timedelta(days=7)
        domain = wizard.action_apply()['domain']
        lines = self.env['service.utilization.line'].search(domain)
        self.assertTrue(lines)
        self.assertFalse(lines.with_user(self.user_manager).search(domain))
        with self.assertRaises(AccessError):
            lines.with_user(self.user_manager).create({'date': fields.Date.today()})

    def test_what_is_left_of_an_extension_is_nothing(self):
        """Days of which nothing was noted count as none, and not as unknown."""
        wizard = self.env['service.utilization'].create({'date_from': FIRST, 'date_to': LAST})
        lines = self.env['service.utilization.line'].search(wizard.action_apply()['domain'])
        self.assertEqual(set(lines.mapped('hours_worked')), {0.0})
        [(worked, percent)] = lines._read_group(
            [('id', 'in', lines.ids)], [], ['hours_worked:sum', 'utilization_percent:avg'])
        self.assertEqual((worked, percent), (0, 0))

"""Whose visits the calendar shows where there are more than somebody can look at."""
from datetime import datetime, timedelta

from odoo.tests import freeze_time, users

from ..models.planning import calendar_view
from .common import ServiceCommon

WEEK = [('date_start', '<=', '2026-03-08 23:59:59'), ('date_end', '>=', '2026-03-02 00:00:00'),
        ('state', '!=', 'cancelled')]
FIELDS = ['display_name', 'date_start', 'employee_id', 'team_id', 'title', 'site_address']


@freeze_time('2026-03-02 09:00:00')
class TestServiceCalendar(ServiceCommon):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.south = cls.env['service.team'].create({'name': "South", 'company_id': cls.company.id})
        cls.zoe = cls._create_technician("Zoe", service_team_id=cls.south.id)
        cls.env['service.visit'].search([]).unlink()

    def _plan_days(self, employee, count):
        order = self._create_order()
        return self.env['service.visit'].create([{
            'order_id': order.id, 'employee_id': employee.id,
            'date_start': datetime(2026, 3, 2, 8) + timedelta(hours=number)}
            for number in range(count)])

    def _ask(self):
        answer = self.env['service.visit'].with_user(self.env.user).get_calendar(WEEK, FIELDS)
        return {visit['id'] for visit in answer['visits']}, answer['notice']

    @users('service_dispatcher')
    def test_all_visits_are_shown_where_that_is_possible(self):
        visits = self._plan_days(self.technician, 3) | self._plan_days(self.zoe, 2)
        self.assertEqual(self._ask(), (set(visits.ids), False))
        answer = self.env['service.visit'].get_calendar(WEEK, FIELDS)
        self.assertEqual(
            sorted(answer['visits'], key=lambda visit: visit['id']),
            self.env['service.visit'].search_read(WEEK, FIELDS, order='id'))

    @users('service_dispatcher')
    def test_who_is_shown_is_shown_with_all_visits(self):
        self.patch(calendar_view, 'SHOWN', 5)
        anna, boris, zoe = (
            self._plan_days(employee, count)
            for employee, count in ((self.technician, 3), (self.colleague, 4), (self.zoe, 2)))
        found, notice = self._ask()
        self.assertEqual(found, set((anna | zoe).ids))
        self.assertIn("5 of 9 visits are shown: those of 2 of the 3 technicians", notice)
        boris.unlink()
        self.assertEqual(self._ask(), (set((anna | zoe).ids), False))

    @users('service_dispatcher')
    def test_own_teams_come_first(self):
        self.patch(calendar_view, 'SHOWN', 4)
        self.south.sudo().user_id = self.env.user
        self._plan_days(self.technician, 3)
        zoe = self._plan_days(self.zoe, 2)
        self.assertEqual(self._ask()[0], set(zoe.ids))

    @users('service_dispatcher')
    def test_what_nobody_does_yet_comes_first_if_there_is_room(self):
        self.patch(calendar_view, 'SHOWN', 4)
        nobody = self._plan_days(self.env['hr.employee'], 2)
        anna = self._plan_days(self.technician, 3)
        zoe = self._plan_days(self.zoe, 1)
        self.assertEqual(self._ask()[0], set((nobody | anna).ids))
        self._plan_days(self.env['hr.employee'], 3)
        self.assertEqual(self._ask()[0], set((anna | zoe).ids))

    @users('service_dispatcher')
    def test_one_technician_is_shown_however_many_there_are(self):
        self.patch(calendar_view, 'SHOWN', 2)
        anna = self._plan_days(self.technician, 3)
        self.assertEqual(self._ask(), (set(anna.ids), False))

    def test_queries_are_the_same_for_any_number(self):
        self.patch(calendar_view, 'SHOWN', 30)
        counts = []
        for count in (20, 20, 60):
            for employee in (self.technician, self.colleague, self.zoe):
                self._plan_days(employee, count)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.env['service.visit'].with_user(self.user_dispatcher).get_calendar(WEEK, FIELDS)
            counts.append(self.env.cr.sql_log_count - before)
        self.assertLessEqual(counts[2], counts[1])

    @users('service_dispatcher')
    def test_opening_hours_are_one_question(self):
        Visit = self.env['service.visit']
        Visit.get_business_hours()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        Visit.get_business_hours()
        self.assertLessEqual(self.env.cr.sql_log_count - before, 3)

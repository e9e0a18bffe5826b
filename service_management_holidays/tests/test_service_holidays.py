from datetime import date, datetime

from odoo.exceptions import AccessError, UserError
from odoo.tests import freeze_time, new_test_user, tagged

from odoo.addons.service_management.models.dispatch.schedule import seconds_of
from odoo.addons.service_management.tests.common import ServiceBaseCommon

DAY = 24 * 3600


@freeze_time('2026-03-03 07:10:00')
@tagged('post_install', '-at_install')
class TestServiceHolidays(ServiceBaseCommon):
    """Who is away by the board is away in Time Off, without any rights of dispatchers in HR."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Visit = cls.env['service.visit'].with_user(cls.user_dispatcher)
        cls.start = seconds_of(datetime(2026, 3, 2, 22))  # midnight in Riga
        cls.visit = cls._plan(cls._create_order())  # Anna, Tuesday 10 to 11 in Riga
        cls.kind = cls._create_kind()
        cls.company.service_absence_type_id = cls.kind

    @classmethod
    def _create_kind(cls, **values):
        return cls.env['hr.leave.type'].sudo().create({
            'name': "Quarantine", 'requires_allocation': False, 'leave_validation_type': 'hr',
            'company_id': cls.company.id, **values})

    def _be_away(self, employee=None, start=None, days=1):
        start = self.start if start is None else start
        return self.Visit.record_absence(
            (employee or self.technician).id, start, start + days * DAY, is_confirmed=True)

    def _get_leaves(self, employee=None):
        return self.env['hr.leave'].sudo().search(
            [('employee_id', '=', (employee or self.technician).id)])

    def _get_row(self, employee=None, start=None):
        start = self.start if start is None else start
        shown = self.Visit.get_schedule(start, start + DAY)
        return next(row for row in shown['rows'] if row['id'] == (employee or self.technician).id)

    def _get_notes(self, employee=None):
        self.env.invalidate_all()
        return ' '.join((employee or self.technician).sudo().message_ids.mapped('body'))

    # ------------------------------------------------------------ recorded

    def test_absence_is_approved_leave_of_the_type_that_the_company_chose(self):
        answer = self._be_away()
        self.assertRecordValues(self._get_leaves(), [{
            'holiday_status_id': self.kind.id, 'state': 'validate', 'number_of_days': 1,
            'request_date_from': date(2026, 3, 3), 'request_date_to': date(2026, 3, 3)}])
        self.assertEqual([move['id'] for move in answer['moved']], self.visit.ids)
        self.assertTrue(self.visit.is_unassigned)
        self.assertFalse(self._get_row()['present'])
        self.assertTrue(self._get_row(start=self.start + DAY)['present'])

    def test_sick_leave_is_the_type_unless_another_one_is_chosen(self):
        company = self.env['res.company'].create({'name': "Other"})
        self.assertEqual(
            company.service_absence_type_id, self.env.ref('hr_holidays.leave_type_sick_time_off'))

    def test_dispatchers_see_neither_type_nor_reason(self):
        self._be_away()
        with self.assertRaises(AccessError):
            self._get_leaves().with_user(self.user_dispatcher).read(['holiday_status_id'])
        with self.assertRaises(AccessError):
            self.company.with_user(self.user_dispatcher).read(['service_absence_type_id'])
        shown = str([self._get_row(), self.Visit.get_schedule_waiting(),
                     self.Visit.get_schedule_details(self.visit.ids)])
        self.assertNotIn("Quarantine", shown + self.visit.release_reason)
        self.assertNotIn("Quarantine", str(self.visit.order_id.message_ids.mapped('body')))

    def test_days_are_the_technicians(self):
        self.technician.tz = 'Pacific/Auckland'
        self._be_away()  # midnight in Riga is 11 in Auckland: most of the day is still Tuesday
        self.assertEqual(self._get_leaves().request_date_from, date(2026, 3, 3))
        self.technician.tz = 'Pacific/Kiritimati'  # two hours further: noon
        self._be_away(start=self.start + 2 * DAY)
        self.assertEqual(self._get_leaves()[0].request_date_from, date(2026, 3, 6))

    def test_leave_that_needs_two_approvals_is_approved(self):
        self.kind.leave_validation_type = 'both'
        self._be_away()
        self.assertEqual(self._get_leaves().state, 'validate')

    def test_several_days_are_one_leave(self):
        self._be_away(days=3)
        self.assertRecordValues(self._get_leaves(), [{
            'request_date_from': date(2026, 3, 3), 'request_date_to': date(2026, 3, 5)}])

    # ------------------------------------------------------------ taken back

    def test_absence_that_is_taken_back_is_cancelled_in_time_off(self):
        answer = self._be_away()
        with self.assertRaises(UserError):
            self.Visit.with_user(self.user_manager).end_absence(answer['leave_id'])
        self.Visit.end_absence(answer['leave_id'])
        self.assertEqual(self._get_leaves().state, 'cancel')
        self.assertEqual(self._get_row()['present'], self._get_row()['open'])
        self._be_away()
        self.assertEqual(sorted(self._get_leaves().mapped('state')), ['cancel', 'validate'])

    # ------------------------------------------------------------ what Time Off does not take

    def _assert_kept_in_the_calendar(self, reason, employee=None, **options):
        before = self._get_leaves(employee)
        answer = self._be_away(employee, **options)
        leave = self.env['resource.calendar.leaves'].sudo().browse(answer['leave_id'])
        self.assertTrue(leave.exists())
        self.assertFalse(leave.holiday_id)
        self.assertEqual(self._get_leaves(employee), before)
        self.assertIn(reason, self._get_notes(employee))
        self.assertIn("said to service_dispatcher", self._get_notes(employee))
        self.assertFalse(self._get_row(employee, options.get('start'))['present'])
        self.Visit.end_absence(answer['leave_id'])
        self.assertFalse(leave.exists())

    def _ask(self):
        return self.env['hr.leave'].sudo().create({
            'employee_id': self.technician.id, 'holiday_status_id': self.kind.id,
            'request_date_from': '2026-03-03', 'request_date_to': '2026-03-04'})

    def test_day_that_was_asked_for_stays_with_who_approves_it(self):
        asked = self._ask()
        self._assert_kept_in_the_calendar("overlaps with this period")
        self.assertEqual(asked.state, 'confirm')

    def test_without_a_type_the_calendar_keeps_it(self):
        self.company.service_absence_type_id = False
        self._assert_kept_in_the_calendar("No type is chosen for it")

    def test_type_that_has_to_be_granted_does_not_hold_the_board_up(self):
        self.kind.requires_allocation = True
        self._assert_kept_in_the_calendar("You do not have any allocation")

    def test_day_without_work_is_no_leave(self):
        self._assert_kept_in_the_calendar("Nothing would be worked then", start=self.start + 4 * DAY)

    # ------------------------------------------------------------ live

    def test_boards_hear_of_leave_that_is_approved_and_not_of_what_it_is(self):
        asked = self._ask().with_user(new_test_user(
            self.env, login='leave_manager', company_id=self.company.id,
            groups='hr_holidays.group_hr_holidays_manager,hr.group_hr_user'))
        Bus = self.env['bus.bus'].sudo()
        for verb in ('action_approve', 'action_refuse'):
            self.env.cr.precommit.run()
            Bus.search([]).unlink()
            getattr(asked, verb)()
            self.env.cr.precommit.run()
            told = Bus.search([('message', 'like', 'service_schedule')])
            with self.subTest(state=asked.state):
                self.assertEqual(len(told), 1)
                self.assertNotIn("Quarantine", str(told.mapped('message')))

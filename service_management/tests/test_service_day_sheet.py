from datetime import datetime
from html import unescape

from lxml import etree

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import freeze_time, tagged, users

from ..models.dispatch.schedule import seconds_of
from .common import ServiceBaseCommon

DAY = 24 * 3600


@freeze_time('2026-03-02 07:10:00')
@tagged('post_install', '-at_install')
class TestServiceDaySheet(ServiceBaseCommon):
    """A day of a technician is on one sheet of paper, as he reads it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.start = seconds_of(datetime(2026, 3, 2, 22))  # midnight in Riga
        cls.customer.phone = "+371 67000000"
        cls.task = cls.env['service.task'].create({'name': "Clean the burner"})
        cls.order = cls._create_order(
            site_id=cls.site.id, object_ids=cls.object.ids, note_internal="<p>Key under the mat</p>",
            arrival_from=datetime(2026, 3, 3, 8), arrival_to=datetime(2026, 3, 3, 10),
            task_ids=[Command.create({'task_id': cls.task.id})])
        cls._create_line(cls.order, 'item', quantity_planned=2)
        cls.visit = cls._plan(cls.order)  # Anna, Tuesday 10 to 11 in Riga

    def _print(self, employees=None, days=1, user=None, **plan):
        """Return the texts of the pages of what the board prints."""
        action = self.env['service.visit'].with_user(
            user or self.user_dispatcher).action_print_days(
                (self.technician if employees is None else employees).ids, self.start,
                self.start + days * DAY)
        return self._render((), {**action['data'], **plan}, user)

    def _render(self, docids, data=None, user=None):
        html = self.env['ir.actions.report'].with_user(
            user or self.user_dispatcher)._render_qweb_html(
                'service_management.report_service_day_sheet', docids, data=data)[0].decode()
        return [' '.join(unescape(''.join(page.itertext())).split())
                for page in etree.HTML(html).iterfind('.//div[@class="page o_service_day_sheet"]')]

    # ------------------------------------------------------------ what is on it

    def test_sheet_says_when_where_whom_and_what(self):
        [page] = self._print()
        for text in (
                "Anna", "Tuesday, 3 March 2026", "8:00 AM – 5:00 PM", "10:00 AM – 11:00 AM",
                self.order.name, "Boiler does not start", "Harbour Hotel, Harbour Hotel Annex",
                "Pier 2", "+371 67000000", "Boiler, S/N B-1", "Clean the burner", "Parts: 2", "Pump",
                "Key under the mat", "Promised arrival:", "Not dispatched yet"):
            with self.subTest(text=text):
                self.assertIn(text, page)
        self.assertNotIn("120.00", page)

    def test_everybody_has_a_page_in_the_order_of_the_board(self):
        pages = self._print(self.colleague | self.technician)
        self.assertEqual([page.split()[0] for page in pages], ["Boris", "Anna"])
        self.assertIn("Nothing is planned for this day.", pages[0])
        self.assertNotIn("Nothing is planned for this day.", pages[1])

    def test_who_is_away_reads_that_he_is(self):
        self.env['resource.calendar.leaves'].sudo().create({
            'name': "Flu", 'resource_id': self.colleague.resource_id.id,
            'calendar_id': self.calendar.id,
            'date_from': datetime(2026, 3, 2, 22), 'date_to': datetime(2026, 3, 3, 22)})
        [page] = self._print(self.colleague)
        self.assertIn("· Away", page)
        self.assertNotIn("Flu", page)

    def test_of_several_days_those_with_work_are_printed(self):
        self._plan(self._create_order(), '2026-03-05 08:00:00')
        pages = self._print(self.technician | self.colleague, days=7)
        self.assertEqual(
            [page.split()[:3] for page in pages],
            [["Anna", "Tuesday,", "3"], ["Anna", "Thursday,", "5"], ["Boris", "Tuesday,", "3"]])

    def test_work_over_midnight_is_on_both_days(self):
        night = self._plan(self._create_order(title="Night shift"), '2026-03-03 20:00:00')
        night.date_end = datetime(2026, 3, 4, 1)
        first, second = self._print(days=2)
        self.assertIn("10:00 PM – Wed 4 Mar, 3:00 AM", first)
        self.assertIn("Tue 3 Mar, 10:00 PM – 3:00 AM", second)

    def test_sheets_speak_the_technicians_language_and_time(self):
        self.env['res.lang']._activate_lang('fr_FR')
        self.colleague.write({'lang': 'fr_FR', 'tz': 'Pacific/Auckland'})
        self._plan(self._create_order(), '2026-03-02 20:00:00', self.colleague)
        [page] = self._print(self.colleague)
        self.assertIn("mardi, 3 mars 2026", page)
        self.assertIn("09:00 – 10:00", page)

    def test_drives_are_on_it(self):
        for hour, place in ((12, (56.95, 24.11)), (14, (56.65, 23.71))):
            partner = self.env['res.partner'].create({
                'name': f"At {place}", 'partner_latitude': place[0], 'partner_longitude': place[1]})
            self._plan(self._create_order(partner_id=partner.id), f'2026-03-03 {hour}:00:00')
        [page] = self._print()
        self.assertRegex(page, r"\d+ min, \d+ km")

    def test_cancelled_visits_are_not_on_it(self):
        self.visit._cancel(self.visit_reason)
        self.assertIn("Nothing is planned for this day.", self._print()[0])

    # ------------------------------------------------------------ who prints

    @users('service_customer_service', 'service_dispatcher', 'service_manager')
    def test_chosen_visits_print_their_whole_days(self):
        later = self._plan(self._create_order(title="Smell of gas"), '2026-03-03 12:00:00')
        [page] = self._render(later.ids, user=self.env.user)
        self.assertIn("Boiler does not start", page)
        self.assertIn("Smell of gas", page)
        with self.assertRaisesRegex(UserError, "Nobody comes for these visits yet"):
            self._render(self._create_order().visit_ids.ids, user=self.env.user)

    def test_technicians_print_what_they_were_told_of_their_own_days(self):
        self.visit.action_dispatch()
        self._plan(self._create_order(title="Not told yet"), '2026-03-03 12:00:00')
        [page] = self._render(self.visit.ids, user=self.user_technician)
        self.assertIn("Boiler does not start", page)
        self.assertNotIn("Not told yet", page)
        with self.assertRaises(AccessError):
            self._render(self.visit.ids, user=self.user_colleague)

    @users('service_technician')
    def test_what_the_board_prints_is_for_the_office(self):
        with self.assertRaises(AccessError):
            self._print(user=self.env.user)
        plan = {'employee_ids': self.colleague.ids, 'start': self.start, 'end': self.start + DAY}
        with self.assertRaises(AccessError):
            self._render((), plan, self.env.user)

    def test_technicians_of_other_companies_are_not_printed(self):
        other = self.env['res.company'].create({'name': "Other"})
        stranger = self.env['hr.employee'].create({'name': "Stranger", 'company_id': other.id})
        with self.assertRaises(AccessError):
            self._print(stranger)

    @users('service_dispatcher')
    def test_what_is_no_plan_is_refused(self):
        Visit = self.env['service.visit']
        for employee_ids, days in (
                ([], 1), ('x', 1), ([None], 1), (self.technician.ids, 0), (self.technician.ids, 60),
                (self.technician.ids * 50, 14)):
            with self.subTest(employee_ids=employee_ids, days=days), self.assertRaises(UserError):
                Visit.action_print_days(employee_ids, self.start, self.start + days * DAY)
            with self.assertRaises(UserError):
                self._render((), {
                    'employee_ids': employee_ids, 'start': self.start,
                    'end': self.start + days * DAY}, self.env.user)

    # ------------------------------------------------------------ how long it takes

    def test_many_sheets_take_as_many_queries_as_few(self):
        def count(people, visits):
            crew = self.env['hr.employee'].union(*(
                self._create_technician(f"Nr {number}") for number in range(people)))
            for employee in crew:
                for hour in range(visits):
                    order = self._create_order(
                        site_id=self.site.id, object_ids=self.object.ids,
                        task_ids=[Command.create({'task_id': self.task.id})])
                    self._create_line(order, 'item', quantity_planned=1)
                    self._plan(order, f'2026-03-03 {6 + hour:02d}:00:00', employee)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.assertEqual(len(self._print(crew)), people)
            return self.env.cr.sql_log_count - before

        count(1, 1)
        few = count(2, 2)
        self.assertLessEqual(count(8, 6), few + 3)

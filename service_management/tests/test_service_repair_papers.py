from html import unescape

from lxml import etree

from odoo.exceptions import AccessError
from odoo.tests import freeze_time, new_test_user, tagged

from .test_service_repair import RepairCommon


@freeze_time('2026-03-02 09:00:00')
@tagged('post_install', '-at_install')
class TestServiceRepairPapers(RepairCommon):
    """What was repaired, on paper: of objects, by technician, by what was coded."""

    def _render(self, name, records, user=None):
        """Return the texts of the rows of a document, and its whole text as the last one."""
        html = self.env['ir.actions.report'].with_user(
            user or self.user_technician)._render_qweb_html(
                f'service_management.report_service_repair_{name}', records.ids)[0].decode()
        page = etree.HTML(html)
        return [' '.join(unescape(' '.join(part.itertext())).split())
                for part in [*page.iterfind('.//tbody/tr'), page]]

    def _get_offered(self, model):
        """Return the names of the documents that a technician is offered for a model."""
        self.env.registry.clear_cache()
        bindings = self.env['ir.actions.actions'].with_user(self.user_technician).get_bindings(model)
        return {action['name'] for action in bindings.get('report', ())}

    def _past_of_colleague(self):
        """Return a finished repair that is another team's, of an object of theirs."""
        south = self.env['service.team'].create({'name': "South", 'company_id': self.company.id})
        repair = self._past(self.other_object, self.noise, self.misuse, self.cleaned)
        repair.order_id.write({'team_id': south.id, 'user_id': self.user_manager.id})
        return repair

    #=== OF AN OBJECT ===#

    def test_history_of_an_object_names_codes_technician_parts_and_hours(self):
        repair = self._past(self.object, self.cold, self.worn, self.replaced, [
            {'kind': 'hour', 'quantity': 1.5}, {'kind': 'hour', 'quantity': 5, 'is_travel': True},
            {'kind': 'item', 'product_id': self.part.id, 'quantity': 2},
            {'kind': 'item', 'product_id': self.part.id, 'quantity_planned': 7, 'quantity': 0}],
            employee_id=self.technician.id, name="Sparks twice")
        [row, _page] = self._render('history', self.object)
        for text in ("03/02/2026", repair.order_id.name, "No heating", "Sparks twice",
                     "Electrode worn", self.replaced.name, self.technician.name, self.finished.name,
                     f"2 {self.part.name}", "1.50"):
            with self.subTest(text=text):
                self.assertIn(text, row)
        self.assertNotIn("6.50", row, "the way is no work")

    def test_history_begins_with_the_latest_repair(self):
        self._past(self.object, self.noise, self.worn, self.replaced, date_start='2025-06-01 08:00:00')
        self._past(self.object, self.cold, self.worn, self.replaced, date_start='2026-01-01 08:00:00')
        self._past(self.second, self.cold, self.worn, self.cleaned)
        latest, first, _page = self._render('history', self.object)
        self.assertIn("No heating", latest)
        self.assertIn("Noise", first)

    def test_history_leaves_out_what_was_cancelled(self):
        self._past(self.object, self.cold, self.worn, self.replaced, [
            {'kind': 'item', 'product_id': self.part.id, 'quantity': 3},
            {'kind': 'hour', 'quantity': 4}]).line_ids.filtered(
                lambda line: line.kind == 'item').action_cancel()
        row = self._render('history', self.object)[0]
        self.assertNotIn(self.part.name, row)
        self.assertIn("4.00", row)

    def test_history_is_without_what_is_noted_for_ones_own_people(self):
        self._past(self.object, self.cold, self.worn, self.replaced, note="He let it run dry")
        self.assertNotIn("run dry", self._render('history', self.object)[-1])

    def test_technician_prints_what_he_may_see_of_an_object(self):
        self._past_of_colleague()
        self.assertIn("no repairs that you may see", self._render('history', self.other_object)[-1])
        self.assertIn(
            "Settings changed", self._render('history', self.other_object, self.user_dispatcher)[0])

    def test_stranger_prints_no_history(self):
        stranger = new_test_user(self.env, login='stranger', company_id=self.company.id)
        repair = self._past(self.object, self.cold, self.worn, self.replaced)
        for name, records in (
                ('history', self.object), ('technicians', repair), ('resolutions', repair)):
            with self.subTest(name), self.assertRaises(AccessError):
                self._render(name, records, stranger)

    def test_queries_of_a_history_do_not_grow(self):
        def count(objects):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            self._render('history', objects)
            return self.cr.sql_log_count - before

        line = [{'kind': 'hour', 'quantity': 1},
                {'kind': 'item', 'product_id': self.part.id, 'quantity': 1}]
        for obj in self.object | self.second:
            self._past(obj, self.cold, self.worn, self.replaced, line)
        count(self.object | self.second)
        few = count(self.object | self.second)
        for _number in range(8):
            self._past(self.object, self.cold, self.worn, self.replaced, line)
            self._past(self.second, self.noise, self.misuse, self.cleaned, line)
        self.assertLessEqual(count(self.object | self.second), few)

    #=== OF TECHNICIANS ===#

    def test_repairs_by_technician_are_summed_for_each(self):
        colleague = self._create_technician("Boris")
        hours = [{'kind': 'hour', 'quantity': 2}]
        repairs = self.env['service.repair'].union(*(
            self._past(self.object, self.cold, self.worn, self.replaced, hours,
                       employee_id=employee and employee.id)
            for employee in (self.technician, self.technician, colleague, False)))
        *rows, page = self._render('technicians', repairs, self.user_dispatcher)
        self.assertEqual(len(rows), 4)
        self.assertIn("Boris Repairs: 1 · Hours: 2.00", page)
        self.assertIn(f"{self.technician.name} Repairs: 2 · Hours: 4.00", page)
        self.assertIn("No Technician Repairs: 1 · Hours: 2.00", page)

    def test_technician_prints_no_repairs_of_another_team(self):
        repair = self._past_of_colleague()
        for name in ('technicians', 'resolutions'):
            with self.subTest(name), self.assertRaises(AccessError):
                self._render(name, repair)

    #=== BY WHAT WAS CODED ===#

    def test_resolutions_are_counted_by_symptom_and_by_diagnosis(self):
        repairs = self.env['service.repair'].union(
            *(self._past(self.object, self.cold, self.worn, self.replaced) for _number in range(3)),
            self._past(self.object, self.cold, self.misuse, self.cleaned),
            self._past(self.object, self.noise, self.worn, self.replaced),
            self._repair(symptom_id=self.noise.id))
        self._past(self.object, self.noise, self.misuse, self.cleaned)  # not chosen
        *rows, page = self._render('resolutions', repairs)
        replaced, cleaned = self.replaced.display_name, self.cleaned.display_name
        self.assertEqual(rows, [
            "No heating 4", f"{replaced} 3 75", f"{cleaned} 1 25",
            "Noise 1", f"{replaced} 1 100",
            "Electrode worn 4", f"{replaced} 4 100",
            "Settings changed 1", f"{cleaned} 1 100"])
        self.assertIn("Repairs that were chosen: 6", page)

    def test_repairs_without_resolution_say_so(self):
        self.assertIn(
            "None of them says", self._render('resolutions', self._repair(symptom_id=self.cold.id))[-1])

    #=== WHERE THEY ARE OFFERED ===#

    def test_documents_are_offered_where_repairs_are_used(self):
        papers = {
            'service.object': {"Repair History"},
            'service.repair': {"Repairs by Technician", "Resolutions by Symptom and Diagnosis"}}
        for model, names in papers.items():
            self.assertLessEqual(names, self._get_offered(model))
        self._switch_features(False)
        for model, names in papers.items():
            self.assertFalse(names & self._get_offered(model))

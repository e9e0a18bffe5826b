from datetime import datetime

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, freeze_time, users

from .common import ServiceBaseCommon


class RepairCommon(ServiceBaseCommon):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.boilers = cls.env['service.object.group'].create({'name': "Boilers"})
        cls.object.group_id = cls.boilers
        cls.second = cls.env['service.object'].create({
            'name': "Second Boiler", 'partner_id': cls.customer.id, 'site_id': cls.site.id,
            'group_id': cls.boilers.id})
        cls.area = cls.env['service.symptom.area'].create({'name': "Heating"})
        cls.cold = cls.env['service.symptom'].create({'name': "No heating", 'area_id': cls.area.id})
        cls.noise = cls.env['service.symptom'].create({'name': "Noise", 'area_id': cls.area.id})
        cls.burner = cls.env['service.diagnosis.area'].create({'name': "Burner"})
        cls.worn = cls.env['service.diagnosis'].create({
            'name': "Electrode worn", 'area_id': cls.burner.id})
        cls.misuse = cls.env['service.diagnosis'].create({
            'name': "Settings changed", 'area_id': cls.burner.id, 'is_warranty_excluded': True})
        cls.replaced = cls.env.ref('service_management.service_resolution_replaced')
        cls.cleaned = cls.env.ref('service_management.service_resolution_cleaned')
        ref = 'service_management.service_repair_status_'
        cls.to_do, cls.in_process, cls.parts, cls.waits, cls.finished = (
            cls.env.ref(ref + name)
            for name in ('to_do', 'in_process', 'parts', 'customer', 'finished'))
        cls.order = cls._create_order(object_ids=(cls.object | cls.second).ids)
        cls.stage_first.can_sign_off = True
        cls.company.service_require_signature = False
        cls.row, cls.other_row = cls.order.object_status_ids

    @classmethod
    def _repair(cls, order=None, obj=None, **values):
        order = order or cls.order
        return cls.env['service.repair'].create({
            'order_id': order.id, 'object_id': (obj or order.object_ids[:1]).id, **values})

    @classmethod
    def _past(cls, obj, symptom, diagnosis, resolution, lines=(), **values):
        """Return a finished repair of an order of its own."""
        order = cls._create_order(object_ids=obj.ids, partner_id=obj.partner_id.id, site_id=False)
        repair = cls._repair(
            order, obj, symptom_id=symptom.id, diagnosis_id=diagnosis and diagnosis.id,
            resolution_id=resolution.id, status_id=cls.finished.id, **values)
        for line in lines:
            cls.env['service.order.line'].create({
                'order_id': order.id, 'repair_id': repair.id, 'object_id': obj.id, **line})
        return repair


class TestServiceRepairStatus(RepairCommon):
    """How far each object of an order is."""

    def test_each_object_of_an_order_has_a_row(self):
        self.assertEqual(self.order.object_status_ids.object_id, self.object | self.second)
        self.assertEqual(self.order.object_status_ids.status_id, self.to_do)

    def test_rows_come_and_go_with_the_objects(self):
        self.order.object_ids -= self.second
        self.assertEqual(self.order.object_status_ids, self.row)
        self.order.object_ids |= self.second
        self.assertEqual(self.order.object_status_ids.object_id, self.object | self.second)

    def test_without_the_feature_nothing_is_made(self):
        self._switch_features(False)
        self.env.invalidate_all()
        order = self._create_order(object_ids=self.object.ids)
        self.assertFalse(order.object_status_ids)

    def test_switching_the_feature_on_makes_rows_of_open_orders(self):
        self._switch_features(False)
        order = self._create_order(object_ids=self.object.ids)
        self.env['res.config.settings'].create({'group_service_repair': True}).set_values()
        self.assertEqual(order.object_status_ids.object_id, self.object)

    def test_coded_object_stays_on_its_order(self):
        self._repair(obj=self.second, symptom_id=self.cold.id)
        with self.assertRaisesRegex(ValidationError, "Second Boiler stays"):
            self.order.object_ids -= self.second

    def test_most_urgent_status_is_the_one_of_the_order(self):
        self.row.status_id = self.finished
        self.assertEqual(self.order.repair_status_id, self.to_do)
        self.other_row.status_id = self.parts
        self.assertEqual(self.order.repair_status_id, self.parts)
        self.assertEqual(self.order.repair_summary, "1 of 2 done")

    def test_stage_follows_the_most_urgent_status(self):
        self.row.status_id = self.parts
        self.assertEqual(self.order.stage_id, self.stage_first, "the other object can be begun")
        self.other_row.with_user(self.user_technician).sudo(False).status_id = self.waits
        self.assertEqual(self.order.stage_id, self.stage_hold)
        self.assertEqual(
            self.order.stage_reason_id,
            self.env.ref('service_management.service_reason_waiting_customer'))

    def test_order_goes_back_to_where_it_was_when_nothing_waits_any_more(self):
        self.order.object_status_ids.status_id = self.parts
        self.assertEqual(self.order.stage_id, self.stage_hold)
        self.row.status_id = self.in_process
        self.assertEqual(self.order.stage_id, self.stage_first)

    def test_order_that_a_person_put_on_hold_stays_there(self):
        other = self.env['service.stage'].create({
            'name': "Approval", 'category': 'open', 'sequence': 51})
        self.order.with_user(self.user_dispatcher).write({'stage_id': other.id})
        self.row.status_id = self.in_process
        self.assertEqual(self.order.stage_id, other)

    def test_status_without_a_stage_leaves_the_order_where_it_is(self):
        self.row.status_id = self.in_process
        self.assertEqual(self.order.stage_id, self.stage_first)

    def test_stages_of_a_status_are_those_of_open_orders(self):
        with self.assertRaisesRegex(ValidationError, "no stage of open orders"):
            self.waits.stage_id = self.stage_signed_off
        with self.assertRaisesRegex(ValidationError, "needs a reason"):
            self.parts.write({'stage_reason_id': False})

    def test_times_are_kept_by_the_status(self):
        with freeze_time('2026-03-02 09:00:00'):
            self.row.status_id = self.in_process
        with freeze_time('2026-03-02 11:00:00'):
            self.row.status_id = self.finished
        self.assertRecordValues(self.row, [{
            'date_start': datetime(2026, 3, 2, 9), 'date_finished': datetime(2026, 3, 2, 11)}])
        self.row.status_id = self.to_do
        self.assertRecordValues(self.row, [{'date_start': False, 'date_finished': False}])

    def test_objects_that_are_moved_together_keep_when_each_was_begun(self):
        with freeze_time('2026-03-02 09:00:00'):
            self.row.status_id = self.in_process
        with freeze_time('2026-03-02 11:00:00'):
            self.order.object_status_ids.status_id = self.finished
        self.assertEqual(
            self.order.object_status_ids.mapped('date_start'),
            [datetime(2026, 3, 2, 9), datetime(2026, 3, 2, 11)])

    def test_finished_object_has_no_open_repair(self):
        repair = self._repair(obj=self.object, symptom_id=self.cold.id)
        self.row.status_id = self.finished
        self.assertTrue(repair.is_finished)
        self.assertTrue(repair.date_finished)

    def test_history_says_what_became_of_the_object(self):
        self.row.write({'note': "Pump, due Thursday"})
        self.row.status_id = self.parts
        self.assertIn("To Do → Waits for Parts (Pump, due Thursday)",
                      ' '.join(self.order.message_ids.mapped('body')))

    def test_status_of_others_is_refused(self):
        self.parts.role = 'dispatcher'
        self.order.user_id = self.user_technician
        with self.assertRaisesRegex(AccessError, "Dispatchers"):
            self.row.with_user(self.user_technician).status_id = self.parts
        self.row.with_user(self.user_dispatcher).status_id = self.parts

    def test_rows_are_locked_with_their_order(self):
        self.order._move_to('signed_off')
        with self.assertRaisesRegex(UserError, "stage"):
            self.row.note = "Too late"

    def test_technician_does_not_make_rows(self):
        with self.assertRaises(AccessError):
            self.env['service.order.object'].with_user(self.user_technician).create({
                'order_id': self.order.id, 'object_id': self.object.id})

    def test_customer_reads_the_statuses_that_are_for_him(self):
        self.row.status_id = self.parts
        self.waits.is_for_customers = False
        self.other_row.status_id = self.waits
        self.assertEqual(self.order._get_shown_status(self.object), self.parts)
        self.assertFalse(self.order._get_shown_status(self.second))

    def test_warranty_is_that_of_the_day_of_the_call(self):
        self.assertEqual(self.row.warranty, 'parts')
        self.assertEqual(self.other_row.warranty, 'none')


class TestServiceRepair(RepairCommon):
    """What is coded, and what follows from it."""

    @users('service_technician')
    def test_technician_codes_what_he_works_on(self):
        self.order.user_id = self.user_technician
        repair = self.env['service.repair'].create({
            'order_id': self.order.id, 'object_id': self.object.id, 'symptom_id': self.cold.id})
        repair.write({'diagnosis_id': self.worn.id, 'resolution_id': self.replaced.id})
        self.assertRecordValues(repair, [{
            'symptom_area_id': self.area.id, 'diagnosis_area_id': self.burner.id,
            'employee_id': self.technician.id, 'status_id': self.in_process.id,
            'order_object_id': self.row.id}])

    def test_technician_codes_no_order_of_another_team(self):
        other_team = self.env['service.team'].create({'name': "South", 'company_id': self.company.id})
        self.order.write({'team_id': other_team.id, 'user_id': self.user_manager.id})
        with self.assertRaises(AccessError):
            self.env['service.repair'].with_user(self.user_technician).create({
                'order_id': self.order.id, 'object_id': self.object.id})

    def test_history_of_an_object_says_what_was_coded(self):
        self._repair(symptom_id=self.cold.id, diagnosis_id=self.worn.id)
        self._repair(symptom_id=self.noise.id)
        self._repair(name="Nothing coded")
        self.assertEqual(self.order.repair_codes, "No heating → Electrode worn; Noise")

    def test_coding_begins_the_repair(self):
        self._repair(obj=self.object, symptom_id=self.cold.id)
        self.assertEqual(self.row.status_id, self.in_process)
        self.assertEqual(self.other_row.status_id, self.to_do)

    def test_object_has_to_be_on_the_order(self):
        with self.assertRaisesRegex(ValidationError, "Oven is not on"):
            self._repair(obj=self.other_object)

    def test_order_without_objects_is_coded_as_a_whole(self):
        order = self._create_order()
        repair = self.env['service.repair'].create({
            'order_id': order.id, 'symptom_id': self.cold.id})
        self.assertFalse(repair.object_id)
        self.assertFalse(repair.order_object_id)

    def test_only_object_is_named(self):
        order = self._create_order(object_ids=self.object.ids)
        repair = self.env['service.repair'].create({'order_id': order.id})
        self.assertEqual(repair.object_id, self.object)

    def test_finishing_keeps_when_and_reopening_forgets_it(self):
        repair = self._repair(symptom_id=self.cold.id, date_start='2026-03-02 08:00:00')
        with freeze_time('2026-03-02 09:30:00'):
            repair.status_id = self.finished
        self.assertEqual(repair.date_finished, datetime(2026, 3, 2, 9, 30))
        repair.status_id = self.in_process
        self.assertFalse(repair.date_finished)

    def test_what_was_coded_is_locked_with_the_order(self):
        repair = self._repair(symptom_id=self.cold.id)
        self.order._move_to('signed_off')
        with self.assertRaisesRegex(UserError, "stage"):
            repair.symptom_id = self.noise
        with self.assertRaisesRegex(UserError, "stage"):
            repair.unlink()

    def test_codes_of_other_object_groups_are_not_offered(self):
        chillers = self.env['service.object.group'].create({'name': "Chillers"})
        warm = self.env['service.symptom'].create({
            'name': "Does not cool", 'area_id': self.area.id, 'object_group_ids': chillers.ids})
        repair = self._repair()
        self.assertNotIn(warm, repair.allowed_symptom_ids)
        self.assertIn(self.cold, repair.allowed_symptom_ids)
        with self.assertRaisesRegex(ValidationError, "does not go with"):
            repair.symptom_id = warm

    def test_area_is_the_one_of_the_symptom(self):
        area = self.env['service.symptom.area'].create({'name': "Display"})
        dark = self.env['service.symptom'].create({'name': "Dark", 'area_id': area.id})
        repair = self._repair(symptom_area_id=area.id)
        self.assertEqual(repair.symptom_area_id, area)
        repair.symptom_id = self.cold
        self.assertEqual(repair.symptom_area_id, self.area)
        repair.symptom_id = dark
        self.assertEqual(repair.symptom_area_id, area)

    def test_combinations_limit_what_follows(self):
        Combination = self.env['service.repair.combination']
        repair = self._repair(symptom_id=self.cold.id)
        self.assertIn(self.misuse, repair.allowed_diagnosis_ids, "no row says anything")
        Combination.create({'symptom_id': self.cold.id, 'diagnosis_id': self.worn.id})
        repair.invalidate_recordset()
        self.assertEqual(repair.allowed_diagnosis_ids, self.worn)
        with self.assertRaisesRegex(ValidationError, "combination"):
            repair.diagnosis_id = self.misuse
        other = self._repair(symptom_id=self.noise.id)
        self.assertIn(self.misuse, other.allowed_diagnosis_ids, "rows are of the other symptom")

    def test_combinations_are_of_an_object_group(self):
        chillers = self.env['service.object.group'].create({'name': "Chillers"})
        self.env['service.repair.combination'].create({
            'symptom_id': self.cold.id, 'diagnosis_id': self.worn.id, 'object_group_id': chillers.id})
        self.assertIn(self.misuse, self._repair(symptom_id=self.cold.id).allowed_diagnosis_ids)

    def test_resolution_follows_the_diagnosis(self):
        self.env['service.repair.combination'].create({
            'diagnosis_id': self.worn.id, 'resolution_id': self.replaced.id})
        repair = self._repair(symptom_id=self.cold.id, diagnosis_id=self.worn.id)
        self.assertEqual(repair.allowed_resolution_ids, self.replaced)
        repair.diagnosis_id = self.misuse
        self.assertIn(self.cleaned, repair.allowed_resolution_ids)

    def test_combination_names_two_codes(self):
        with self.assertRaisesRegex(ValidationError, "at least two"):
            self.env['service.repair.combination'].create({'symptom_id': self.cold.id})

    def test_code_in_use_is_not_deleted(self):
        self._repair(symptom_id=self.cold.id)
        with self.assertRaisesRegex(UserError, "in use"):
            self.cold.unlink()

    @users('service_dispatcher')
    def test_dispatcher_does_not_set_up_codes(self):
        with self.assertRaises(AccessError):
            self.env['service.symptom'].create({'name': "Mine", 'area_id': self.area.id})

    def test_new_codes_are_entered_in_forms(self):
        for model in ('service.symptom', 'service.diagnosis'):
            with Form(self.env[model]) as form:
                form.name = "New"
                form.area_id = self.area if model == 'service.symptom' else self.burner
            self.assertEqual(form.record.display_name, "New")

    # ------------------------------------------------------------ what follows

    def test_symptom_makes_an_order_urgent(self):
        self.cold.priority = '3'
        self._repair(symptom_id=self.cold.id)
        self.assertEqual(self.order.priority, '3')

    def test_given_priority_stays(self):
        order = self._create_order(object_ids=self.object.ids, priority='1')
        self.cold.priority = '3'
        self._repair(order, symptom_id=self.cold.id)
        self.assertEqual(order.priority, '1')

    def test_symptom_promises_its_service_level(self):
        sla = self.env['service.sla'].create({'name': "Urgent", 'company_id': self.company.id})
        self.area.company_id = self.company
        self.cold.write({'company_id': self.company.id, 'sla_id': sla.id})
        self.order.user_id = self.user_technician
        self.env['service.repair'].with_user(self.user_technician).create({
            'order_id': self.order.id, 'object_id': self.object.id, 'symptom_id': self.cold.id})
        self.assertEqual(self.order.sla_id, sla)

    def test_faults_ask_for_skills_until_they_are_repaired(self):
        kind = self.env['hr.skill.type'].create({'name': "Gas", 'skill_ids': [
            Command.create({'name': "Gas fitter"})], 'skill_level_ids': [
            Command.create({'name': "Full", 'level_progress': 100, 'default_level': True})]})
        self.worn.skill_ids = kind.skill_ids
        repair = self._repair(symptom_id=self.cold.id, diagnosis_id=self.worn.id)
        self.assertIn(kind.skill_ids, self.order._get_wanted_skills())
        waiting = self.env['service.visit'].with_user(self.user_dispatcher).get_schedule_waiting(
            [('order_id', '=', self.order.id)])
        self.assertEqual(waiting['bars'][0]['skills'], ["Gas fitter"], "the board says it, too")
        repair.status_id = self.finished
        self.assertNotIn(kind.skill_ids, self.order._get_wanted_skills())

    def test_fault_that_no_warranty_covers_is_charged(self):
        order = self._create_order(object_ids=self.object.ids)
        line = self._create_line(order, kind='item', product_id=self.part.id)
        self.assertEqual(line.billing, 'warranty')
        repair = self._repair(order, symptom_id=self.cold.id, diagnosis_id=self.misuse.id)
        self.assertEqual(line.repair_id, repair)
        self.assertEqual(line.billing, 'chargeable')
        repair.diagnosis_id = self.worn
        self.assertEqual(line.billing, 'warranty')

    def test_resolution_that_no_warranty_covers_is_charged(self):
        self.cleaned.is_warranty_excluded = True
        order = self._create_order(object_ids=self.object.ids)
        line = self._create_line(order, kind='item', product_id=self.part.id)
        self._repair(order, symptom_id=self.cold.id, resolution_id=self.cleaned.id)
        self.assertEqual(line.billing, 'chargeable')

    def test_pricing_rule_is_for_some_faults_only(self):
        fee = self.env['service.price.rule'].create({
            'name': "Misuse", 'kind': 'call_out', 'amount': 40, 'product_id': self.travel.id,
            'diagnosis_ids': self.misuse.ids})
        repair = self._repair(symptom_id=self.cold.id, diagnosis_id=self.worn.id)
        self.assertFalse(fee._fits(self.order))
        repair.diagnosis_id = self.misuse
        self.assertTrue(fee._fits(self.order))

    def test_line_belongs_to_the_repair_of_its_object(self):
        repair = self._repair(obj=self.object, symptom_id=self.cold.id)
        mine = self._create_line(
            self.order, kind='item', product_id=self.part.id, object_id=self.object.id)
        others = self._create_line(
            self.order, kind='item', product_id=self.part.id, object_id=self.second.id)
        self.assertEqual(mine.repair_id, repair)
        self.assertFalse(others.repair_id)

    def test_order_type_asks_for_codes_at_the_sign_off(self):
        self.order.type_id = self.env['service.order.type'].create({
            'name': "Breakdown", 'repair_rule': 'resolution'})
        self._repair(obj=self.object, symptom_id=self.cold.id, diagnosis_id=self.worn.id)
        with self.assertRaisesRegex(
                UserError, "(?s)Boiler: Resolution.*Second Boiler: Symptom, Diagnosis, Resolution"):
            self.order._move_to('signed_off')
        self.order.repair_ids.resolution_id = self.replaced
        self._repair(obj=self.second, symptom_id=self.cold.id, diagnosis_id=self.worn.id,
                     resolution_id=self.replaced.id)
        self.order._move_to('signed_off')
        self.assertEqual(self.order.state, 'signed_off')

    def test_merged_order_brings_its_repairs(self):
        other = self._create_order(object_ids=self.second.ids)
        repair = self._repair(other, symptom_id=self.cold.id)
        other.object_status_ids.problem = "Rattles"
        other._merge(self.order)
        self.assertEqual(repair.order_id, self.order)
        self.assertEqual(repair.order_object_id, self.other_row)
        self.assertEqual(self.other_row.problem, "Rattles")

    # ------------------------------------------------------------ what waits

    def test_what_waits_leaves_an_order_that_is_done(self):
        self._create_line(self.order, kind='item', product_id=self.part.id, object_id=self.second.id)
        kept = self._create_line(
            self.order, kind='item', product_id=self.part.id, object_id=self.object.id)
        waiting = self._repair(obj=self.second, symptom_id=self.cold.id)
        self.row.status_id = self.finished
        self.other_row.write({'note': "Pump"})
        self.other_row.status_id = self.parts
        self.assertTrue(self.order.can_split_waiting)
        action = self.order.with_user(self.user_dispatcher).action_split_waiting()
        order = self.env['service.order'].browse(action['res_id'])
        self.assertEqual(self.order.object_ids, self.object)
        self.assertEqual(self.order.line_ids, kept)
        self.assertRecordValues(order.object_status_ids, [{
            'object_id': self.second.id, 'status_id': self.parts.id, 'note': "Pump"}])
        self.assertEqual(order.repair_ids, waiting)
        self.assertEqual(order.line_ids.object_id, self.second)
        self.assertEqual(order.stage_id, self.stage_hold)
        self.order._move_to('signed_off')

    def test_nothing_is_moved_where_everything_waits(self):
        self.order.object_status_ids.status_id = self.parts
        with self.assertRaisesRegex(UserError, "nothing to move"):
            self.order._split_waiting()

    @users('service_customer_service')
    def test_customer_service_does_not_move_what_waits(self):
        with self.assertRaisesRegex(AccessError, "Dispatchers"):
            self.order.with_env(self.env).action_split_waiting()


class TestServiceWhatHelped(RepairCommon):
    """What ended a symptom before, and how it is taken over."""

    def _get(self, obj=None, **values):
        return self.env['service.repair']._get_what_helped(
            self.company, obj or self.object, self.cold, **values)

    def test_nearest_and_most_frequent_come_first(self):
        far = self.env['service.object'].create({
            'name': "Far", 'partner_id': self.other_customer.id})
        self._past(far, self.cold, self.misuse, self.cleaned)
        for _number in range(2):
            self._past(self.second, self.cold, self.worn, self.cleaned)
        self._past(self.object, self.cold, self.worn, self.replaced)
        self.assertEqual(
            [(row['level'], row['diagnosis'], row['resolution'], row['count']) for row in self._get()],
            [('object', self.worn, self.replaced, 1), ('group', self.worn, self.cleaned, 2),
             ('all', self.misuse, self.cleaned, 1)])

    def test_only_what_ended_the_symptom_counts(self):
        self._past(self.object, self.noise, self.worn, self.replaced)
        given_up = self._past(self.object, self.cold, self.worn, self.replaced)
        given_up.status_id = self.env.ref('service_management.service_repair_status_given_up')
        open_repair = self._past(self.object, self.cold, self.worn, self.cleaned)
        open_repair.status_id = self.in_process
        self.assertEqual(self._get(), [])

    def test_other_companies_are_not_looked_at(self):
        self._past(self.object, self.cold, self.worn, self.replaced)
        other = self.env['res.company'].create({'name': "Other"})
        self.assertFalse(self.env['service.repair']._get_what_helped(
            other, self.object, self.cold))

    def test_known_diagnosis_narrows_it(self):
        self._past(self.object, self.cold, self.worn, self.replaced)
        self._past(self.object, self.cold, self.misuse, self.cleaned)
        self.assertEqual(
            [row['resolution'] for row in self._get(diagnosis=self.misuse)], [self.cleaned])

    def test_hours_and_parts_are_averages(self):
        self._past(self.object, self.cold, self.worn, self.replaced, [
            {'kind': 'hour', 'quantity': 1}, {'kind': 'hour', 'quantity': 5, 'is_travel': True},
            {'kind': 'item', 'product_id': self.part.id, 'quantity': 1}])
        self._past(self.object, self.cold, self.worn, self.replaced, [
            {'kind': 'hour', 'quantity': 2},
            {'kind': 'item', 'product_id': self.part.id, 'quantity': 3}])
        [answer] = self._get()
        self.assertEqual(answer['hours'], 1.5)
        self.assertEqual(answer['parts'], [(self.part, 2.0, 2)])

    def test_one_tap_takes_codes_and_usual_parts_over(self):
        rare = self._create_service_product("Rare", 10, kind='consu')
        for number in range(3):
            self._past(self.object, self.cold, self.worn, self.replaced, [
                {'kind': 'item', 'product_id': self.part.id, 'quantity': 1},
                *([{'kind': 'item', 'product_id': rare.id, 'quantity': 1}] if not number else [])])
        self.order.user_id = self.user_technician
        order = self.order.with_user(self.user_technician)
        order.code_repair(self.object.id, {'symptom_id': self.cold.id})
        repair = order.repair_ids
        order.code_repair(
            self.object.id, {'diagnosis_id': self.worn.id, 'resolution_id': self.replaced.id},
            repair.id, True)
        self.assertRecordValues(repair, [{
            'diagnosis_id': self.worn.id, 'resolution_id': self.replaced.id}])
        self.assertRecordValues(order.line_ids, [{
            'product_id': self.part.id, 'quantity_planned': 1, 'object_id': self.object.id,
            'repair_id': repair.id}])
        order.code_repair(self.object.id, {'resolution_id': self.replaced.id}, repair.id, True)
        self.assertEqual(len(order.line_ids), 1, "planned once")

    def test_queries_do_not_grow_with_what_was_repaired(self):
        def count():
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            self._get()
            return self.cr.sql_log_count - before

        for _number in range(2):
            self._past(self.object, self.cold, self.worn, self.replaced,
                       [{'kind': 'item', 'product_id': self.part.id, 'quantity': 1}])
        count()
        few = count()
        for _number in range(10):
            self._past(self.object, self.cold, self.worn, self.replaced,
                       [{'kind': 'item', 'product_id': self.part.id, 'quantity': 1}])
        self.assertEqual(count(), few)


class TestServiceRepairCoding(RepairCommon):
    """The dialog on the phone: what it is told, and what it may do."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.order.user_id = cls.user_technician

    @users('service_technician')
    def test_most_frequent_codes_come_first(self):
        self._past(self.second, self.noise, self.worn, self.replaced)
        choices = self.order.with_env(self.env).get_repair_choices(self.object.id, {})['choices']
        self.assertEqual(choices['symptom_id'][0]['id'], self.noise.id)
        self.assertEqual(choices['symptom_id'][0]['count'], 1)

    @users('service_technician')
    def test_dialog_is_told_what_helped(self):
        self._past(self.second, self.cold, self.worn, self.replaced, [
            {'kind': 'hour', 'quantity': 1.25}])
        order = self.order.with_env(self.env)
        self.assertEqual(order.get_repair_choices(self.object.id, {})['helped'], [])
        [answer] = order.get_repair_choices(
            self.object.id, {'symptom_id': self.cold.id})['helped']
        self.assertEqual(
            (answer['diagnosis'], answer['resolution'], answer['level'], answer['hours']),
            ("Electrode worn", "Part replaced", 'group', 1.2))

    @users('service_technician')
    def test_dialog_offers_statuses_that_the_user_may_set(self):
        self.parts.sudo().role = 'dispatcher'
        statuses = self.order.with_env(self.env).get_repair_coding()['statuses']
        self.assertNotIn(self.parts.id, [status['id'] for status in statuses])
        self.assertIn(self.finished.id, [status['id'] for status in statuses])

    @users('service_technician')
    def test_use_of_an_object_is_said_with_its_status(self):
        order = self.order.with_env(self.env)
        told = order.set_object_status(self.object.id, {
            'status_id': self.parts.id, 'note': "Pump", 'usage_state': 'stopped',
            'usage_note': "Gas valve leaks"})
        self.assertEqual(told['objects'][0]['usage'], 'stopped')
        self.assertRecordValues(self.object, [{
            'usage_state': 'stopped', 'usage_note': "Gas valve leaks"}])
        self.assertRecordValues(self.row, [{'status_id': self.parts.id, 'note': "Pump"}])

    @users('service_technician')
    def test_codes_propose_lines_once(self):
        lines = self.env['service.line.set'].sudo().create({'name': "New electrode", 'line_ids': [
            Command.create({'kind': 'item', 'product_id': self.part.id, 'quantity': 2})]})
        self.worn.sudo().line_set_ids = lines
        order = self.order.with_env(self.env)
        order.code_repair(self.object.id, {'symptom_id': self.cold.id, 'diagnosis_id': self.worn.id})
        repair = order.repair_ids
        codes = {'symptom_id': self.cold.id, 'diagnosis_id': self.worn.id}
        [offered] = order.get_repair_choices(self.object.id, codes)['sets']
        order.insert_repair_set(self.object.id, repair.id, offered['id'])
        self.assertRecordValues(order.line_ids, [{
            'product_id': self.part.id, 'quantity_planned': 2, 'repair_id': repair.id,
            'object_id': self.object.id}])
        self.assertEqual(order.get_repair_choices(self.object.id, codes)['sets'], [])
        with self.assertRaisesRegex(UserError, "already"):
            order.insert_repair_set(self.object.id, repair.id, offered['id'])

    @users('service_technician')
    def test_codes_propose_that_an_object_is_not_used(self):
        self.cold.sudo().usage_state = 'stopped'
        order = self.order.with_env(self.env)
        told = order.code_repair(self.object.id, {'symptom_id': self.cold.id})
        self.assertEqual(told['objects'][0]['proposed_usage'], 'stopped')
        told = order.set_object_status(self.object.id, {'usage_state': 'stopped'})
        self.assertFalse(told['objects'][0]['proposed_usage'])

    @users('service_technician')
    def test_dialog_writes_nothing_but_codes(self):
        with self.assertRaisesRegex(UserError, "is coded with symptom"):
            self.order.with_env(self.env).code_repair(
                self.object.id, {'symptom_id': self.cold.id, 'company_id': 1})

    @users('service_technician')
    def test_object_that_left_the_order_is_refused(self):
        with self.assertRaisesRegex(UserError, "not on"):
            self.order.with_env(self.env).code_repair(self.other_object.id, {})

    def test_stranger_reads_no_coding(self):
        other_team = self.env['service.team'].create({'name': "South", 'company_id': self.company.id})
        self.order.write({'team_id': other_team.id, 'user_id': self.user_manager.id})
        for method, args in (
                ('get_repair_coding', ()), ('get_repair_choices', (self.object.id, {})),
                ('code_repair', (self.object.id, {})), ('insert_repair_set', (self.object.id, 1, 1)), ('set_object_status', (self.object.id, {})),
                ('action_code_repair', ())):
            with self.subTest(method), self.assertRaises(AccessError):
                getattr(self.order.with_user(self.user_technician), method)(*args)

    def test_signed_order_is_not_coded(self):
        self.order._move_to('signed_off')
        with self.assertRaisesRegex(UserError, "stage"):
            self.order.with_user(self.user_technician).action_code_repair()

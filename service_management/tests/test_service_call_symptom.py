from datetime import datetime

from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Command
from odoo.tests import freeze_time, users

from .test_service_repair import RepairCommon


@freeze_time('2026-03-02 09:00:00')
class TestServiceCallSymptom(RepairCommon):
    """A call on which the symptom of each object is coded."""

    def _values(self, *objects, symptoms=(), **values):
        return {
            'title': "No hot water", 'note': "Since Monday", 'partner_id': self.customer.id,
            'object_ids': [obj.id for obj in objects],
            'symptoms': [[obj and obj.id, symptom.id] for obj, symptom in symptoms], **values}

    def _take(self, *objects, **values):
        taken = self.env['service.call'].take(self._values(*objects, **values))
        return self.env['service.order'].browse(taken['id'])

    def _get_symptoms(self, *objects, **values):
        return self.env['service.call'].get_symptoms(self._values(*objects, **values))

    @users('service_customer_service')
    def test_symptom_of_a_call_is_a_repair_that_nobody_has_begun(self):
        order = self._take(
            self.object, symptoms=[(self.object, self.cold)], date_called='2026-03-02 08:50:00')
        self.assertRecordValues(order.repair_ids, [{
            'object_id': self.object.id, 'symptom_id': self.cold.id, 'status_id': self.to_do.id,
            'employee_id': False, 'date_start': datetime(2026, 3, 2, 8, 50)}])
        self.assertEqual(order.object_status_ids.status_id, self.to_do)

    @users('service_customer_service')
    def test_what_the_caller_says_is_the_problem_of_each_object(self):
        order = self._take(self.object, self.second)
        self.assertEqual(
            order.object_status_ids.mapped('problem'), ["No hot water\nSince Monday"] * 2)
        self.assertFalse(order.repair_ids)

    @users('service_customer_service')
    def test_each_object_has_its_symptom(self):
        order = self._take(
            self.object, self.second,
            symptoms=[(self.object, self.cold), (self.second, self.noise)])
        self.assertEqual(
            {repair.object_id: repair.symptom_id for repair in order.repair_ids},
            {self.object: self.cold, self.second: self.noise})

    @users('service_customer_service')
    def test_call_without_an_object_has_a_symptom(self):
        order = self._take(symptoms=[(False, self.cold)])
        self.assertRecordValues(order.repair_ids, [{
            'object_id': False, 'symptom_id': self.cold.id}])
        order = self._take(self.second, symptoms=[(False, self.cold), (self.object, self.noise)])
        self.assertFalse(order.repair_ids, "of what is not on the order nothing is coded")

    @users('service_customer_service')
    def test_promise_of_a_symptom_is_shown_and_kept(self):
        sla = self.env['service.sla'].sudo().create({'name': "Two Hours", 'target_ids': [
            Command.create({'kind': 'arrival', 'limit_hours': 2, 'priority': '2'})]})
        skill = self.env['hr.skill.type'].sudo().create({
            'name': "Papers", 'skill_ids': [Command.create({'name': "Gas"})],
            'skill_level_ids': [Command.create({'name': "Yes", 'level_progress': 100})],
        }).skill_ids
        self.cold.sudo().write({'sla_id': sla.id, 'priority': '2', 'skill_ids': skill.ids})
        values = self._values(self.object, symptoms=[(self.object, self.cold)], priority='0')
        preview = self.env['service.call'].preview(values)
        self.assertEqual((preview['sla'], preview['skills']), ("Two Hours", ["Gas"]))
        self.assertEqual([target['kind'] for target in preview['targets']], ['arrival'])
        order = self._take(self.object, symptoms=[(self.object, self.cold)], priority='0')
        self.assertRecordValues(order, [{'priority': '2', 'sla_id': sla.id, 'given_fields': False}])
        self.assertEqual(list(order._get_wanted_skills()), [skill])
        self.assertEqual(order.sla_status_ids.deadline, datetime(2026, 3, 2, 11))

    @users('service_customer_service')
    def test_most_frequent_symptoms_of_the_group_come_first(self):
        pumps = self.env['service.object.group'].sudo().create({'name': "Pumps"})
        dry = self.cold.sudo().copy({'name': "Runs dry", 'object_group_ids': pumps.ids})
        for _number in range(2):
            self._past(self.second, self.noise, self.worn, self.cleaned)
        [described] = self._get_symptoms(self.object)
        self.assertEqual(
            [(code['id'], code['count']) for code in described['codes'][:1]], [(self.noise.id, 2)])
        self.assertNotIn(dry.id, [code['id'] for code in described['codes']])

    @users('service_customer_service')
    def test_what_helped_before_is_shown(self):
        self._past(self.object, self.cold, self.worn, self.replaced)
        [described] = self._get_symptoms(self.object)
        self.assertEqual(described['helped'], [])
        [described] = self._get_symptoms(self.object, symptoms=[(self.object, self.cold)])
        [answer] = described['helped']
        self.assertEqual(
            (answer['diagnosis'], answer['resolution'], answer['level'], answer['count']),
            ("Electrode worn", self.replaced.name, 'object', 1))

    @users('service_customer_service')
    def test_symptom_that_the_object_cannot_have_is_refused(self):
        self.cold.sudo().object_group_ids = self.env['service.object.group'].sudo().create({
            'name': "Pumps"})
        with self.assertRaisesRegex(ValidationError, "No heating"):
            self._take(self.object, symptoms=[(self.object, self.cold)])

    @users('service_customer_service')
    def test_without_the_feature_nothing_is_coded(self):
        self._switch_features(False)
        self.env.invalidate_all()
        self.assertFalse(self.env['service.call'].get_choices()['has_symptoms'])
        self.assertEqual(self._get_symptoms(self.object), [])
        order = self._take(self.object, symptoms=[(self.object, self.cold)])
        self.assertFalse(order.sudo().repair_ids)

    @users('service_customer_service')
    def test_call_kept_with_an_order_codes_what_is_not_coded_yet(self):
        self.row.problem = "It drips"
        values = self._values(
            self.object, self.second,
            symptoms=[(self.object, self.cold), (self.second, self.noise)])
        for _number in range(2):
            self.env['service.call'].add_to_order(self.order.id, values)
        order = self.order.sudo(False).with_user(self.env.user)
        self.assertEqual(
            {(repair.object_id, repair.symptom_id) for repair in order.repair_ids},
            {(self.object, self.cold), (self.second, self.noise)})
        self.assertEqual(len(order.repair_ids), 2)
        self.assertEqual(
            order.object_status_ids.mapped('problem'), ["It drips", "No hot water\nSince Monday"])

    def test_technician_who_codes_more_has_begun(self):
        order = self._take(self.object, symptoms=[(self.object, self.cold)])
        order = order.with_user(self.user_technician).sudo(False)
        order.code_repair(self.object.id, {'diagnosis_id': self.worn.id}, order.repair_ids.id)
        self.assertRecordValues(order.repair_ids, [{
            'status_id': self.in_process.id, 'employee_id': self.technician.id}])
        self.assertEqual(order.object_status_ids.status_id, self.in_process)

    @users('service_technician')
    def test_technician_asks_for_no_symptoms_of_calls(self):
        with self.assertRaisesRegex(AccessError, "Calls are taken by"):
            self._get_symptoms(self.object)

    @users('service_customer_service')
    def test_queries_do_not_grow_with_the_objects_of_a_group(self):
        objects = self.env['service.object'].sudo().create([{
            'name': f"Boiler {number}", 'partner_id': self.customer.id, 'site_id': self.site.id,
            'group_id': self.boilers.id} for number in range(12)])
        counts = []
        for some in (objects[:2], objects):
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            self._get_symptoms(*some)
            counts.append(self.cr.sql_log_count - before)
        self.assertLessEqual(counts[1], counts[0] + 1)

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import users

from .common import SIGNATURE, ServiceBaseCommon


class TestServiceChecklist(ServiceBaseCommon):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.task = cls.env['service.task'].create({'name': "Boiler service", 'question_ids': [
            Command.create({'name': "Gas tight?", 'kind': 'yes_no', 'is_required': True}),
            Command.create({
                'name': "Pressure", 'kind': 'number', 'unit': "bar", 'limits': 'both',
                'limit_low': 1, 'limit_high': 2.5}),
            Command.create({'name': "Burner", 'kind': 'choice', 'choices': "Clean\nWorn\n"}),
            Command.create({'name': "Remarks", 'kind': 'text', 'is_for_customer': False}),
            Command.create({'name': "Nameplate", 'kind': 'photo'})]})
        cls.order = cls._create_order(
            object_ids=cls.object.ids, task_ids=[Command.create({'task_id': cls.task.id})])
        cls.stage_first.can_sign_off = True
        cls.company.service_require_signature = False
        (cls.tight, cls.pressure, cls.burner, cls.text, cls.photo) = cls.order.answer_ids

    # ------------------------------------------------------------ questions

    def test_task_brings_its_questions(self):
        self.assertRecordValues(self.order.answer_ids, [
            {'name': "Gas tight?", 'kind': 'yes_no', 'is_required': True},
            {'name': "Pressure", 'kind': 'number', 'is_required': False},
            {'name': "Burner", 'kind': 'choice', 'is_required': False},
            {'name': "Remarks", 'kind': 'text', 'is_required': False},
            {'name': "Nameplate", 'kind': 'photo', 'is_required': False}])
        self.assertEqual(self.order.answer_ids.object_id, self.object)

    def test_later_changes_of_setup_leave_orders_as_they_are(self):
        self.task.question_ids[0].name = "Gas tight, at 1.5 times the pressure?"
        self.task.question_ids[1].unlink()
        self.assertEqual(
            self.order.answer_ids.mapped('name')[:2], ["Gas tight?", "Pressure"])

    def test_another_task_asks_its_own_questions(self):
        other = self.task.copy({'name': "Other"})
        other.question_ids[1:].unlink()
        self.order.task_ids.task_id = other
        self.assertEqual(self.order.answer_ids.mapped('name'), ["Gas tight?"])

    def test_copies_ask_again(self):
        self.tight.answer_yes_no = 'yes'
        copy = self.order.copy()
        self.assertEqual(len(copy.answer_ids), 5)
        self.assertFalse(any(copy.answer_ids.mapped('is_answered')))

    def test_questions_are_asked_in_all_languages(self):
        self.env['res.lang']._activate_lang('fr_FR')
        self.task.question_ids[0].with_context(lang='fr_FR').name = "Étanche ?"
        order = self._create_order(task_ids=[Command.create({'task_id': self.task.id})])
        self.assertEqual(order.answer_ids[0].with_context(lang='fr_FR').name, "Étanche ?")
        self.assertEqual(order.answer_ids[0].name, "Gas tight?")

    def test_question_that_makes_no_sense_is_refused(self):
        for values, message in [
                ({'kind': 'choice'}, "nothing to choose from"),
                ({'kind': 'number', 'limits': 'both', 'limit_low': 3, 'limit_high': 2},
                 "lower limit")]:
            with self.subTest(message), self.assertRaisesRegex(ValidationError, message):
                self.task.question_ids = [Command.create({'name': "Odd", **values})]

    # ------------------------------------------------------------ answers

    @users('service_technician')
    def test_technician_answers_and_is_remembered(self):
        self._plan(self.order)
        answer = self.pressure.with_env(self.env)
        answer.answer_number = 3.2
        self.assertRecordValues(answer, [{
            'is_answered': True, 'is_beyond': True, 'user_id': self.env.uid, 'answer': "3.2 bar",
            'limit_text': "1 to 2.5 bar"}])
        answer.remark = "Expansion vessel is empty"
        self.assertTrue(answer.is_beyond)
        answer.answer_number = 2.5
        self.assertFalse(answer.is_beyond)

    def test_zero_is_an_answer_and_nothing_is_none(self):
        self.pressure.write({'answer_number': 0})
        self.assertTrue(self.pressure.is_answered)
        self.pressure.write({'answer_number': False})
        self.assertRecordValues(self.pressure, [{'is_answered': False, 'user_id': False}])

    def test_only_what_is_offered_can_be_chosen(self):
        self.burner.answer_choice = "Worn"
        self.assertEqual(self.burner.answer, "Worn")
        with self.assertRaisesRegex(UserError, "no answer to"):
            self.burner.answer_choice = "Gold"

    @users('service_technician')
    def test_nobody_changes_what_is_asked_or_who_answered(self):
        self._plan(self.order)
        answer = self.pressure.with_env(self.env)
        for values in ({'limit_high': 9}, {'name': "Other"}, {'user_id': 1}, {'is_required': True}):
            with self.subTest(values), self.assertRaises(AccessError):
                answer.write(values)
        with self.assertRaises(AccessError):
            answer.unlink()

    def test_answered_task_is_not_taken_away(self):
        self.tight.answer_yes_no = 'no'
        with self.assertRaisesRegex(UserError, "was answered"):
            self.order.task_ids.unlink()

    # ------------------------------------------------------------ sign-off

    @users('service_technician')
    def test_sign_off_names_what_is_missing(self):
        self._plan(self.order)
        order = self.order.with_env(self.env)
        with self.assertRaisesRegex(UserError, "Gas tight"):
            order.action_sign_off()
        self.tight.with_env(self.env).answer_yes_no = 'yes'
        self.assertEqual(order.action_sign_off()['res_model'], 'service.order.change.stage')

    def test_customer_signs_nothing_whose_checklist_is_not_complete(self):
        visit = self._plan(self.order, fields.Datetime.now())
        visit.action_start()
        visit._finish()
        self.assertFalse(self.order.can_customer_sign)
        with self.assertRefusedWith(UserError, "nothing to sign", self.order):
            self.order._sign_by_customer("Guest", SIGNATURE)
        self.tight.answer_yes_no = 'yes'
        self.assertTrue(self.order.can_customer_sign)
        self.order._sign_by_customer("Guest", SIGNATURE)
        self.assertEqual(self.order.state, 'signed_off')

    def test_what_is_signed_is_frozen(self):
        self.tight.answer_yes_no = 'yes'
        self.order.stage_id = self.stage_signed_off
        with self.assertRaisesRegex(UserError, "cannot be changed"):
            self.tight.answer_yes_no = 'no'

    def test_number_beyond_its_limits_is_not_refused(self):
        self.tight.answer_yes_no = 'yes'
        self.pressure.answer_number = 9
        self.order.stage_id = self.stage_signed_off
        self.assertEqual(self.order.state, 'signed_off')

    # ------------------------------------------------------------ who reads it

    def test_receipt_has_the_answers_for_the_customer(self):
        self.tight.answer_yes_no = 'yes'
        self.pressure.write({'answer_number': 3.2, 'remark': "Vessel is empty"})
        self.text.answer_text = "Customer is nervous"
        self.photo.answer_photo = SIGNATURE
        self.order.stage_id = self.stage_signed_off
        page = self.env['ir.qweb']._render(
            'service_management.service_order_document_tasks', {
                'order': self.order, 'is_html_empty': lambda text: not text,
                'image_data_uri': lambda data: 'data:image/png;base64,x'})
        for text in ("Boiler service", "Gas tight?", "3.2 bar", "Vessel is empty", "data:image"):
            self.assertIn(text, page)
        self.assertNotIn("nervous", page)

    def test_readings_of_an_object_are_found(self):
        self.pressure.answer_number = 1.8
        self.assertEqual(self.object.reading_count, 1)
        action = self.object.action_view_readings()
        self.assertEqual(
            self.env['service.order.answer'].search(action['domain']), self.pressure)

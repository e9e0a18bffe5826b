import random

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, users

from .test_service_repair import RepairCommon


class GuideCommon(RepairCommon):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.item = cls._create_service_product("Electrode", 40, kind='consu')
        cls.line_set = cls.env['service.line.set'].create({
            'name': "Ignition", 'line_ids': [
                Command.create({'kind': 'item', 'product_id': cls.item.id, 'quantity': 2})]})
        cls.skill = cls.env['hr.skill.type'].create({
            'name': "Trades",
            'skill_ids': [Command.create({'name': "Gas"})],
            'skill_level_ids': [Command.create({'name': "Yes", 'level_progress': 100})],
        }).skill_ids
        cls.breakdown = cls.env['service.order.type'].create({'name': "Big Repair"})
        cls.guide = cls._make_guide("Burner does not start", object_group_ids=cls.boilers.ids)
        cls.version = cls.guide.version_ids
        cls.replace = cls._step(
            "Replace the electrode", 'result', symptom_id=cls.cold.id, diagnosis_id=cls.worn.id,
            resolution_id=cls.replaced.id, line_set_ids=cls.line_set.ids, skill_ids=cls.skill.ids,
            order_type_id=cls.breakdown.id)
        cls.fill = cls._step("Fill up the water", 'result')
        cls.spark = cls._step("Does it spark?", 'yes_no', sequence=3)
        cls._lead(cls.spark, yes=cls.fill, no=cls.replace)
        cls.pressure = cls._step(
            "What is the pressure?", 'number', sequence=2, unit="bar", limits='both', limit_low=1,
            limit_high=2.5)
        cls._lead(cls.pressure, below=cls.fill, within=cls.spark, above=cls.replace)
        cls.mains = cls._step("Switch the mains on", 'instruction', sequence=1)
        cls._lead(cls.mains, next=cls.pressure)

    @classmethod
    def _make_guide(cls, name, **values):
        return cls.env['service.guide'].create({'name': name, **values})

    @classmethod
    def _step(cls, name, kind, version=None, **values):
        return cls.env['service.guide.step'].create({
            'version_id': (version or cls.version).id, 'name': name, 'kind': kind, 'sequence': 9, **values})

    @classmethod
    def _lead(cls, step, **following):
        for value, target in following.items():
            step.answer_ids.filtered(lambda answer, value=value: answer.value == value).next_step_id = target

    def _answer(self, step, value):
        return step.answer_ids.filtered(lambda answer: answer.value == value).id

    def _walk(self, order=None):
        """Walk the guide to its longest end, and return what the dialog shows."""
        order = order or self.order
        run = order.start_guide(self.object.id, self.guide.id)
        order.answer_guide(run['id'], self.mains.id, self._answer(self.mains, 'next'))
        order.answer_guide(run['id'], self.pressure.id, number=1.8)
        return order.answer_guide(run['id'], self.spark.id, self._answer(self.spark, 'no'), 0, "Twice")


class TestServiceGuideVersion(GuideCommon):
    """What is asked, in versions."""

    def test_kinds_bring_their_answers(self):
        self.assertEqual(self.spark.answer_ids.mapped('value'), ['yes', 'no'])
        self.assertEqual(self.pressure.answer_ids.mapped('value'), ['below', 'within', 'above'])
        self.assertEqual(self.mains.answer_ids.mapped('value'), ['next'])
        self.assertFalse(self.fill.answer_ids)

    def test_another_kind_keeps_the_answers_that_fit(self):
        within = self.pressure.answer_ids.filtered(lambda answer: answer.value == 'within')
        self.pressure.limits = 'low'
        self.assertEqual(set(self.pressure.answer_ids.mapped('value')), {'below', 'within'})
        self.assertEqual(within.next_step_id, self.spark)
        self.pressure.kind = 'yes_no'
        self.assertEqual(set(self.pressure.answer_ids.mapped('value')), {'yes', 'no'})

    def test_form_shows_the_answers_before_it_is_saved(self):
        with Form(self.env['service.guide.step'].with_context(default_version_id=self.version.id)) as form:
            form.name = "Is it warm?"
            self.assertEqual(len(form.answer_ids), 2)
            form.kind = 'instruction'
            self.assertEqual(len(form.answer_ids), 1)
        self.assertEqual(form.record.answer_ids.mapped('value'), ['next'])

    def test_answers_of_another_kind_are_refused(self):
        with self.assertRaisesRegex(ValidationError, "cannot be answered"):
            self.spark.answer_ids = [Command.create({'value': 'above'})]
        with self.assertRaisesRegex(ValidationError, "has no words"):
            self._step("Which lamp?", 'choice', answer_ids=[Command.create({'name': " "})])

    def test_answers_lead_within_their_version(self):
        other = self._make_guide("Other")
        elsewhere = self._step("End", 'result', other.version_ids)
        with self.assertRaisesRegex(ValidationError, "step of another version"):
            self._lead(self.spark, yes=elsewhere)

    def test_new_words_make_the_step_that_an_answer_leads_to(self):
        Step = self.env['service.guide.step'].with_context(default_version_id=self.version.id)
        step = Step.browse(Step.name_create("Is gas there?")[0])
        self.assertEqual(step.version_id, self.version)
        self.assertEqual(self.version.step_ids[-1], step)

    def test_step_is_added_where_an_answer_leads_to_it(self):
        Step = self.env['service.guide.step'].with_context(default_version_id=self.version.id)
        self.env.invalidate_all()
        with Form(self.version, view='service_management.service_guide_version_view_form') as form:
            with form.step_ids.edit(2) as step:
                self.assertEqual(step.name, self.spark.name)
                with step.answer_ids.edit(1) as answer:
                    answer.next_step_id = Step.browse(Step.name_create("Is gas there?")[0])
            self.assertIn("Is gas there?", form.outline)
        added = self.spark.answer_ids[1].next_step_id
        self.assertEqual(added.name, "Is gas there?")
        self.assertIn(('open', added), self.version._find_problems())

    def test_outline_shows_the_tree_and_what_it_lacks(self):
        self.assertIn("1. Switch the mains on", self.version.outline)
        self.assertIn("below 1 bar", self.version.outline)
        self._step("Lost", 'yes_no')
        self.assertIn("No answer leads here.", self.version.outline)

    def test_guide_without_an_end_is_not_put_in_force(self):
        empty = self._make_guide("Empty")
        with self.assertRaisesRegex(UserError, "has no steps"):
            empty.version_ids.action_put_in_force()
        self._lead(self.spark, yes=self.mains)
        with self.assertRaisesRegex(UserError, "leads back to itself"):
            self.version.action_put_in_force()
        self.spark.answer_ids.next_step_id = False
        with self.assertRaisesRegex(UserError, "leads nowhere"):
            self.version.action_put_in_force()

    def test_version_in_force_stays_as_it_is(self):
        self.version.action_put_in_force()
        for change in (
                lambda: self.spark.write({'name': "Else"}),
                lambda: self._lead(self.spark, yes=self.replace),
                lambda: self._step("More", 'result'),
                self.spark.answer_ids.unlink,
                self.spark.unlink,
                self.guide.unlink):
            with self.assertRaisesRegex(UserError, "in use, or was"), self.cr.savepoint():
                change()

    def test_new_version_begins_as_the_one_before(self):
        self.env['res.lang']._activate_lang('fr_FR')
        self.spark.with_context(lang='fr_FR').name = "Y a-t-il une étincelle ?"
        self.spark.picture = (
            'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==')
        self.version.action_put_in_force()
        draft = self.env['service.guide.version'].browse(self.version.action_new_version()['res_id'])
        self.assertEqual(draft.number, 2)
        self.assertEqual(draft.step_ids.mapped('name'), self.version.step_ids.mapped('name'))
        self.assertEqual(draft.outline, self.version.outline)
        spark = draft.step_ids.filtered(lambda step: step.name == self.spark.name)
        self.assertEqual(spark.with_context(lang='fr_FR').name, "Y a-t-il une étincelle ?")
        self.assertTrue(spark.picture)
        self.assertEqual(spark.answer_ids.next_step_id.version_id, draft)
        draft.action_put_in_force()
        self.assertEqual(self.version.state, 'replaced')
        self.assertEqual(self.guide.version_id, draft)

    def test_copy_is_a_guide_of_its_own(self):
        copied = self.guide.copy()
        self.assertEqual(copied.version_ids.outline, self.version.outline)
        self.assertFalse(copied.version_ids.step_ids & self.version.step_ids)


class TestServiceGuide(GuideCommon):
    """A guide is walked for an object of an order."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.version.action_put_in_force()

    def test_guides_are_offered_the_most_fitting_first(self):
        def make(name, **values):
            guide = self._make_guide(name, **values)
            self._step("End", 'result', guide.version_ids)
            guide.version_ids.action_put_in_force()
            return guide
        general = make("General")
        self.object.product_id = self._create_service_product("Boiler", 1000, kind='consu')
        product = make("Product", product_ids=self.object.product_id.ids)
        make("Other product", product_ids=self.item.ids)
        symptom = make("Cold", symptom_ids=self.cold.ids)
        self._make_guide("Draft")
        Guide = self.env['service.guide']
        found = Guide._get_for(self.company, self.object, self.env['service.symptom'])
        self.assertEqual(found, product | self.guide | general | symptom)
        self.assertEqual(found.mapped('name'), ["Product", "Burner does not start", "General", "Cold"])
        self.assertEqual(Guide._get_for(self.company, self.object, self.cold)[0], symptom)
        self.object.group_id = False
        self.assertNotIn(
            self.guide, Guide._get_for(self.company, self.object, self.env['service.symptom']))

    def test_path_that_was_walked_is_kept(self):
        told = self._walk()
        self.assertEqual(told['state'], 'ended')
        self.assertEqual(
            [(reply['question'], reply['answer'], reply['remark']) for reply in told['path']],
            [("Switch the mains on", "Done", ""), ("What is the pressure?", "1.8 bar", ""),
             ("Does it spark?", "No", "Twice")])
        run = self.order.guide_run_ids
        self.assertEqual(run.step_id, self.replace)
        self.assertTrue(run.date_end)
        self.assertEqual(run.reply_ids.mapped('user_id'), self.env.user)

    def test_numbers_lead_by_their_limits(self):
        for number, step in ((0.9, self.fill), (1, self.spark), (2.5, self.spark), (2.6, self.replace)):
            with self.subTest(number=number):
                order = self._create_order(object_ids=self.object.ids)
                run = order.start_guide(self.object.id, self.guide.id)
                order.answer_guide(run['id'], self.mains.id, self._answer(self.mains, 'next'))
                order.answer_guide(run['id'], self.pressure.id, number=number)
                self.assertEqual(order.guide_run_ids.step_id, step)

    def test_second_tap_is_none(self):
        run = self.order.start_guide(self.object.id, self.guide.id)
        self.assertEqual(self.order.start_guide(self.object.id, self.guide.id)['id'], run['id'])
        for _tap in range(2):
            told = self.order.answer_guide(run['id'], self.mains.id, self._answer(self.mains, 'next'))
        self.assertEqual(told['step']['id'], self.pressure.id)
        self.assertEqual(len(told['path']), 1)

    def test_answer_that_is_taken_back_is_kept(self):
        told = self._walk()
        told = self.order.take_back_guide_answer(told['id'])
        self.assertEqual((told['state'], told['step']['id']), ('running', self.spark.id))
        told = self.order.answer_guide(told['id'], self.spark.id, self._answer(self.spark, 'yes'))
        self.assertEqual(self.order.guide_run_ids.step_id, self.fill)
        self.assertEqual(
            self.order.guide_run_ids.reply_ids.mapped('is_taken_back'), [False, False, True, False])
        self.assertEqual([reply['answer'] for reply in told['path']], ["Done", "1.8 bar", "Yes"])

    def test_new_version_does_not_change_what_is_under_way(self):
        run = self.order.start_guide(self.object.id, self.guide.id)
        draft = self.env['service.guide.version'].browse(self.version.action_new_version()['res_id'])
        draft.action_put_in_force()
        self.assertEqual(
            self.order.start_guide(self.object.id, self.guide.id)['id'], run['id'])
        told = self.order.answer_guide(run['id'], self.mains.id, self._answer(self.mains, 'next'))
        self.assertEqual(told['step']['id'], self.pressure.id)
        other = self.order.start_guide(self.second.id, self.guide.id)
        self.assertEqual(self.order.guide_run_ids.browse(other['id']).version_id, draft)

    def test_strange_answers_are_refused(self):
        run = self.order.start_guide(self.object.id, self.guide.id)
        with self.assertRaisesRegex(UserError, "no answer to"):
            self.order.answer_guide(run['id'], self.mains.id, self._answer(self.spark, 'no'))
        with self.assertRaisesRegex(UserError, "was not walked"):
            self._create_order().answer_guide(run['id'], self.mains.id)
        with self.assertRaisesRegex(UserError, "not offered"):
            self.order.start_guide(self.object.id, 0)
        with self.assertRaisesRegex(UserError, "not on"):
            self.order.start_guide(self.other_object.id, self.guide.id)
        with self.assertRaisesRegex(UserError, "not led to a result"):
            self.order.take_over_guide(run['id'])

    def test_result_is_taken_over_once(self):
        told = self._walk()
        self.assertEqual(told['result'], {
            'codes': ["No heating", "Electrode worn", "Part replaced"],
            'sets': [{'id': self.line_set.id, 'name': "Ignition"}], 'skills': ["Gas"],
            'type': "Big Repair", 'can_retype': True})
        self.assertNotIn(self.skill, self.order._get_wanted_skills())
        for _tap in range(2):
            self.order.take_over_guide(told['id'], self.line_set.ids, True)
        self.assertRecordValues(self.order.repair_ids, [{
            'object_id': self.object.id, 'symptom_id': self.cold.id, 'diagnosis_id': self.worn.id,
            'resolution_id': self.replaced.id}])
        self.assertRecordValues(self.order.line_ids, [{
            'product_id': self.item.id, 'quantity_planned': 2, 'object_id': self.object.id,
            'repair_id': self.order.repair_ids.id}])
        self.assertEqual(self.order.type_id, self.breakdown)
        self.assertIn(self.skill, self.order._get_wanted_skills())
        with self.assertRaisesRegex(UserError, "taken over"):
            self.order.take_back_guide_answer(told['id'])
        self.order.repair_ids.status_id = self.finished
        self.assertNotIn(self.skill, self.order._get_wanted_skills())

    def test_lines_that_the_type_brings_are_not_planned_twice(self):
        self.breakdown.line_set_ids = self.line_set
        self.order.take_over_guide(self._walk()['id'], self.line_set.ids, True)
        self.assertEqual(self.order.line_ids.mapped('product_id'), self.item)
        self.assertEqual(len(self.order.line_ids), 1)

    def test_result_completes_the_repair_that_says_nothing_else(self):
        self._repair(obj=self.object, symptom_id=self.noise.id)
        repair = self._repair(obj=self.object, symptom_id=self.cold.id)
        self.order.take_over_guide(self._walk()['id'])
        self.assertEqual(len(self.order.repair_ids), 2)
        self.assertEqual(repair.diagnosis_id, self.worn)
        self.assertEqual(self.order.guide_run_ids.repair_id, repair)
        self.assertFalse(self.order.line_ids)

    def test_result_without_codes_makes_no_repair(self):
        run = self.order.start_guide(self.object.id, self.guide.id)
        self.order.answer_guide(run['id'], self.mains.id, self._answer(self.mains, 'next'))
        self.order.answer_guide(run['id'], self.pressure.id, number=.2)
        self.assertTrue(self.order.take_over_guide(run['id'])['is_taken_over'])
        self.assertFalse(self.order.repair_ids)

    def test_type_stays_once_work_has_begun(self):
        visit = self._plan(self.order)
        visit.action_dispatch()
        visit._start_timer('work')
        told = self._walk()
        self.assertFalse(told['result']['can_retype'])
        with self.assertRaisesRegex(UserError, "has begun"):
            self.order.take_over_guide(told['id'], (), True)
        self.assertFalse(self.order.take_over_guide(told['id'])['result']['can_retype'])

    def test_order_without_object_is_asked_about_as_well(self):
        order = self._create_order(object_ids=[Command.clear()])
        guide = self._make_guide("General")
        self._step("Call the maker", 'result', guide.version_ids)
        guide.version_ids.action_put_in_force()
        self.assertEqual([each['name'] for each in order.get_guides()['guides']], ["General"])
        self.assertEqual(order.start_guide(False, guide.id)['state'], 'ended')

    def test_stopped_guide_begins_again(self):
        run = self.order.start_guide(self.object.id, self.guide.id)
        self.assertFalse(self.order.stop_guide(run['id'])['runs'])
        self.assertNotEqual(self.order.start_guide(self.object.id, self.guide.id)['id'], run['id'])

    def test_merged_order_keeps_the_path(self):
        other = self._create_order(object_ids=self.object.ids)
        self._walk(other)
        other._move_work_to(self.order)
        self.assertEqual(self.order.guide_run_ids.reply_ids.order_id, self.order)

    @users('service_customer_service')
    def test_customer_service_walks_a_guide_while_the_customer_calls(self):
        Call = self.env['service.call']
        self.assertTrue(Call.get_choices()['has_guides'])
        taken = Call.take({
            'partner_id': self.customer.id, 'object_ids': self.object.ids, 'title': "Stays cold"})
        order = self.env['service.order'].browse(taken['id'])
        self.assertEqual(order.action_ask_guide()['params'], {'order_id': order.id})
        order.take_over_guide(self._walk(order)['id'], self.line_set.ids, True)
        self.assertEqual(order.type_id.id, self.breakdown.id)

    @users('service_customer_service')
    def test_company_without_guides_is_shown_none(self):
        self.guide.active = False
        self.assertFalse(self.env['service.call'].get_choices()['has_guides'])
        self.assertFalse(self.order.with_env(self.env).has_guides)

    def test_locked_order_is_not_asked_about(self):
        told = self._walk()
        self.order._move_to('signed_off')
        for name, args in (
                ('start_guide', (self.object.id, self.guide.id)),
                ('answer_guide', (told['id'], self.spark.id)), ('stop_guide', (told['id'],)),
                ('take_back_guide_answer', (told['id'],)), ('take_over_guide', (told['id'],)),
                ('action_ask_guide', ())):
            with self.subTest(name=name), self.assertRaises(UserError):
                getattr(self.order, name)(*args)
        self.assertEqual(self.order.get_guide_run(told['id'])['state'], 'ended')

    @users('service_technician')
    def test_technician_walks_a_guide_of_his_work(self):
        self.order.user_id = self.user_technician
        order = self.order.with_env(self.env)
        told = self._walk(order)
        self.assertFalse(told['result']['can_retype'])
        order.take_over_guide(told['id'], self.line_set.ids)
        self.assertEqual(order.repair_ids.diagnosis_id.id, self.worn.id)
        self.assertEqual(order.line_ids.product_id, self.item)
        with self.assertRaises(AccessError):
            order.guide_run_ids.write({'state': 'stopped'})
        with self.assertRaises(AccessError):
            self.version.with_env(self.env).action_new_version()

    @users('service_technician')
    def test_technician_does_not_change_the_type(self):
        self.order.user_id = self.user_technician
        order = self.order.with_env(self.env)
        told = self._walk(order)
        with self.assertRaises(AccessError):
            order.take_over_guide(told['id'], (), True)

    @users('service_technician')
    def test_paths_of_other_teams_are_not_read(self):
        run = self.order.guide_run_ids.browse(self._walk()['id'])
        self.order.team_id = self.env['service.team'].sudo().create({'name': "Others"})
        with self.assertRaises(AccessError):
            run.with_env(self.env).read(['state'])
        self.assertFalse(self.env['service.guide.reply'].search([('run_id', '=', run.id)]))

    def test_other_companies_are_offered_their_own_guides(self):
        other = self.env['res.company'].create({'name': "Other"})
        found = self.env['service.guide']._get_for(other, self.object, self.env['service.symptom'])
        self.assertNotIn(self.guide, found)
        self.guide.company_id = False
        self.assertIn(self.guide, self.env['service.guide']._get_for(
            other, self.object, self.env['service.symptom']))

    def test_any_guide_that_is_in_force_ends(self):
        """Random guides: those that may be put in force end, whatever is answered."""
        chance, in_force = random.Random(17), 0
        for number in range(25):
            guide = self._make_guide(f"Random {number}")
            version = guide.version_ids
            steps = [
                self._step(f"{position}", chance.choice(['yes_no', 'instruction', 'number', 'result']),
                           version, sequence=position, limits='low', limit_low=5)
                for position in range(chance.randint(2, 5))]
            steps.append(self._step("End", 'result', version, sequence=99))
            for position, step in enumerate(steps):
                for answer in step.answer_ids:
                    following = steps[position + 1:] if chance.random() < .9 else steps
                    answer.next_step_id = chance.choice([each for each in following if each != step])
            try:
                with self.cr.savepoint():
                    version.action_put_in_force()
            except UserError:
                self.assertTrue(version._find_problems())
                continue
            in_force += 1
            order = self._create_order(object_ids=self.object.ids)
            told, path = order.start_guide(self.object.id, guide.id), []
            bound = told['left']
            while told['state'] == 'running':
                answer = chance.choice(told['step']['answers'])
                step = self.env['service.guide.step'].browse(told['step']['id'])
                number = {'below': 1, 'within': 7}.get(step.answer_ids.browse(answer['id']).value, 0)
                path.append(told['step']['name'])
                told = order.answer_guide(told['id'], step.id, answer['id'], number)
                self.assertLessEqual(told['left'] + len(path), bound)
            self.assertEqual([reply['question'] for reply in told['path']], path)
            self.assertEqual(told['step']['kind'], 'result')
        self.assertGreater(in_force, 3)

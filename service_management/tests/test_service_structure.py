from datetime import date, timedelta
from random import Random

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, freeze_time, users

from odoo.addons.service_management.tools.structure import as_of

from .common import ServiceBaseCommon


@freeze_time('2026-03-02 09:00:00')
class StructureCommon(ServiceBaseCommon):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.today = date(2026, 3, 2)
        cls.start = date(2025, 1, 1)
        cls.burner = cls._fit("Burner", serial_number='BR-1')
        cls.electrode = cls._fit("Electrode", parent_id=cls.burner.id, quantity=4)
        cls.pump = cls._fit("Pump", product_id=cls.part.id)
        cls.new_pump = cls._create_service_product("New Pump", 150, kind='consu')
        cls.second = cls.env['service.object'].create({
            'name': "Second Boiler", 'partner_id': cls.customer.id, 'site_id': cls.site.id})

    @classmethod
    def _fit(cls, name, obj=None, **values):
        return cls.env['service.object.component'].create({
            'object_id': (obj or cls.object).id, 'name': name, 'date_from': cls.start, **values})

    def _tell(self, day, obj=None):
        """Return {name: quantity} of what an object is made of on a day."""
        obj = obj or self.object
        [state] = obj._get_structures(day)
        return {part.row.name: part.row.quantity for part in state.values()}

    def _changes(self, component):
        return component.change_ids.sorted('id').mapped('kind')


class TestServiceStructure(StructureCommon):
    """What an object is made of, on any day."""

    def test_parts_are_there_from_the_day_on_which_they_were_fitted(self):
        self.assertEqual(self._tell(self.start - timedelta(days=1)), {})
        self.assertEqual(self._tell(self.start), {"Burner": 1, "Electrode": 4, "Pump": 1})
        self.assertEqual(self._changes(self.pump), ['added'])

    def test_changed_quantity_is_kept_with_the_one_before(self):
        self.electrode.quantity = 3
        self.assertEqual(self._tell(self.today)["Electrode"], 3)
        self.assertEqual(self._tell(self.today - timedelta(days=1))["Electrode"], 4)
        self.assertRecordValues(self.electrode.change_ids.sorted('id')[-1:], [{
            'kind': 'quantity', 'quantity_before': 4, 'quantity_after': 3, 'date': self.today}])

    def test_corrected_serial_number_is_a_change(self):
        self.burner.serial_number = 'BR-2'
        self.assertEqual(self._changes(self.burner), ['added', 'changed'])
        self.assertEqual(self.burner.change_ids.version_id.serial_number, 'BR-1')

    def test_what_says_the_same_is_no_change(self):
        self.burner.write({'name': "Burner", 'serial_number': 'BR-1'})
        self.assertEqual(self._changes(self.burner), ['added'])

    def test_whole_part_is_replaced_with_what_is_in_it(self):
        day = date(2026, 2, 1)
        new = self.burner._exchange({'serial_number': 'BR-9'}, day, {'note': "Worn"})
        self.assertEqual(self._tell(day), {"Burner": 1, "Pump": 1})
        self.assertEqual(self._tell(day - timedelta(days=1))["Electrode"], 4)
        self.assertRecordValues(new, [{
            'replaces_id': self.burner.id, 'serial_number': 'BR-9', 'date_from': day}])
        self.assertEqual(self.burner.date_to, day)
        self.assertRecordValues(self.burner.change_ids.sorted('id')[-1:], [{
            'kind': 'replaced', 'replaced_by_id': new.id, 'note': "Worn", 'date': day}])
        self.assertEqual(self._changes(self.electrode), ['added', 'removed'])

    def test_what_is_in_a_replaced_part_may_stay(self):
        new = self.burner._exchange({}, self.today, keeps_below=True)
        self.assertEqual(self.electrode.parent_id, new)
        self.assertEqual(self._tell(self.today)["Electrode"], 4)

    def test_some_of_a_quantity_are_replaced(self):
        new = self.electrode._exchange({'name': "Electrode II"}, self.today, quantity=1)
        self.assertEqual(
            self._tell(self.today),
            {"Burner": 1, "Electrode": 3, "Electrode II": 1, "Pump": 1})
        self.assertRecordValues(self.electrode.change_ids.sorted('id')[-1:], [{
            'kind': 'part_replaced', 'quantity_before': 4, 'quantity_after': 3,
            'replaced_by_id': new.id}])

    def test_no_more_is_replaced_than_there_is(self):
        for quantity in (0, -1, 5):
            with self.subTest(quantity), self.assertRaisesRegex(UserError, "at most 4"):
                self.electrode._exchange({}, self.today, quantity=quantity)

    def test_removed_part_takes_what_is_in_it_along(self):
        self.burner._remove(self.today)
        self.assertEqual(self._tell(self.today), {"Pump": 1})
        self.assertEqual(self._changes(self.electrode), ['added', 'removed'])

    def test_what_is_gone_stays_as_it_was(self):
        self.burner._remove(self.today)
        with self.assertRaisesRegex(UserError, "history"):
            self.burner.with_user(self.user_manager).name = "Other"
        with self.assertRaisesRegex(UserError, "not there any more"):
            self.burner._exchange({}, self.today)

    def test_day_of_a_change_lies_within_the_life_of_the_part(self):
        with self.assertRaisesRegex(UserError, "there since"):
            self.pump._remove(self.start - timedelta(days=1))
        with self.assertRaisesRegex(UserError, "future"):
            self.pump._remove(self.today + timedelta(days=1))
        with self.assertRaisesRegex(ValidationError, "future"):
            self._fit("Later", date_from=self.today + timedelta(days=1))

    def test_part_moves_to_another_object(self):
        moved = self.burner._move_to_object(self.second, self.today)
        self.assertEqual(self._tell(self.today), {"Pump": 1})
        self.assertEqual(self._tell(self.today, self.second), {"Burner": 1, "Electrode": 4})
        self.assertEqual(
            moved.filtered(lambda part: part.name == "Electrode").parent_id.name, "Burner")
        self.assertEqual(self.burner.change_ids.sorted('id')[-1:].target_object_id, self.second)

    def test_nothing_is_a_part_of_itself(self):
        with self.assertRaisesRegex(ValidationError, "part of itself"):
            self.burner.parent_id = self.electrode
        with self.assertRaisesRegex(ValidationError, "no component of"):
            self._fit("Stray", obj=self.second, parent_id=self.burner.id)

    def test_archived_product_stays_readable(self):
        self.part.active = False
        self.assertEqual(self.pump.product_id.display_name, self.part.display_name)
        self.assertIn(self.pump.name, self._tell(self.today))

    def test_slip_is_taken_back_by_who_entered_it_and_the_rest_stays(self):
        Component = self.env['service.object.component'].with_user(self.user_technician)
        slip = Component.create({'object_id': self.object.id, 'name': "Slip"})
        with self.assertRaisesRegex(UserError, "has a history"):
            slip.with_user(self.user_colleague).unlink()
        slip.unlink()
        self.pump.quantity = 2
        with self.assertRaisesRegex(UserError, "has a history"):
            self.pump.with_user(self.user_manager).unlink()

    @users('service_technician')
    def test_technician_replaces_a_part_on_an_order_and_it_is_billed(self):
        order = self._create_order(object_ids=self.object.ids, user_id=self.user_technician.id)
        pump = self.pump.with_env(self.env)
        dialog = Form(self.env['service.component.work'].with_context(
            **pump.action_work()['context']))
        self.assertEqual(dialog.order_id, order)
        dialog.product_id = self.new_pump
        dialog.serial_number = 'P-2'
        dialog.note = "Bearing"
        dialog.save().action_apply()
        change = pump.change_ids.sorted('id')[-1:]
        self.assertRecordValues(change, [{
            'kind': 'replaced', 'order_id': order.id, 'note': "Bearing",
            'employee_id': self.technician.id, 'user_id': self.env.uid}])
        self.assertRecordValues(order.line_ids, [{
            'kind': 'item', 'product_id': self.new_pump.id, 'object_id': self.object.id,
            'quantity': 1}])
        self.assertEqual(change.order_line_id, order.line_ids)
        self.assertEqual(change.replaced_by_id.serial_number, 'P-2')

    @users('service_technician')
    def test_history_is_nobody_s_to_write(self):
        change = self.pump.with_env(self.env).change_ids
        for act in (lambda: change.write({'note': "Mine"}), change.unlink,
                    lambda: change.create({'object_id': self.object.id, 'kind': 'added',
                                           'date': self.today})):
            with self.assertRaises(AccessError):
                act()

    @users('service_technician')
    def test_versions_are_nobody_s_to_make(self):
        with self.assertRaises(AccessError):
            self.env['service.object.component'].create({
                'object_id': self.object.id, 'name': "Mine", 'origin_id': self.pump.id})
        with self.assertRaises(AccessError):
            self.pump.with_env(self.env).date_to = self.today

    # ------------------------------------------------------------ roll back

    def test_days_are_compared(self):
        self.electrode.quantity = 3
        self.pump._exchange({'name': "Pump II"}, self.today)
        rows = {
            (after or before).name: state for _level, state, before, after
            in self.object._compare_structures(date(2025, 6, 1), self.today)}
        self.assertEqual(rows, {
            "Burner": 'same', "Electrode": 'changed', "Pump": 'removed', "Pump II": 'added'})

    def test_rolled_back_structure_is_what_it_was_and_nothing_is_lost(self):
        before = self._tell(self.start)
        self.burner._remove(self.today)
        self.pump.quantity = 2
        self._fit("Extra", date_from=self.today)
        rows = self.env['service.object.component'].search_count([('object_id', '=', self.object.id)])
        counts = self.object.with_user(self.user_manager)._roll_back_structure(
            self.start, {'note': "Wrong boiler"})
        self.assertEqual(counts, (1, 1, 2))
        self.assertEqual(self._tell(self.today), before)
        there = self.object.component_ids
        self.assertEqual(
            there.filtered(lambda part: part.name == "Electrode").parent_id,
            there.filtered(lambda part: part.name == "Burner"))
        self.assertGreater(
            self.env['service.object.component'].search_count([('object_id', '=', self.object.id)]),
            rows)
        self.assertIn('restored', self.env['service.component.change'].search(
            [('rolled_back_to', '=', self.start), ('note', '=', "Wrong boiler")]).mapped('kind'))

    def test_nothing_is_rolled_back_where_nothing_has_changed(self):
        with self.assertRaisesRegex(UserError, "nothing to roll back"):
            self.object._roll_back_structure(self.start)

    @users('service_dispatcher')
    def test_dispatcher_rolls_nothing_back(self):
        dialog = self.env['service.object.structure'].create({
            'object_id': self.object.id, 'date': self.start})
        with self.assertRaisesRegex(AccessError, "service managers"):
            dialog.action_roll_back()

    @users('service_technician')
    def test_dialog_shows_the_tree_of_a_day(self):
        dialog = self.env['service.object.structure'].create({
            'object_id': self.object.id, 'date': self.start})
        self.assertEqual(
            dialog.line_ids.mapped('name'), ["Burner", "\u2003Electrode", self.pump.name])
        self.assertTrue(dialog.is_past)

    def test_structure_is_printed_as_of_a_day(self):
        dialog = self.env['service.object.structure'].create({
            'object_id': self.object.id, 'date': self.start})
        html = self.env['ir.actions.report']._render_qweb_html(
            'service_management.report_service_object_structure', dialog.ids)[0].decode()
        self.assertIn("BR-1", html)

    def test_queries_do_not_grow_with_the_number_of_parts(self):
        def count():
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            self.object._compare_structures(self.start, self.today)
            return self.cr.sql_log_count - before

        count()
        few = count()
        self.env['service.object.component'].create([{
            'object_id': self.object.id, 'name': f"Part {number}", 'date_from': self.start,
        } for number in range(200)])
        self.assertEqual(count(), few)

    def test_any_changes_read_as_of_any_day_equal_a_replay(self):
        for seed in range(4):
            with self.subTest(seed=seed):
                self._live(Random(seed))

    def _live(self, random):
        """Change the structure of a new object at random, day by day, and compare each day."""
        obj = self.env['service.object'].create({
            'name': "Random", 'partner_id': self.customer.id})
        day, seen = self.start, {}
        Component = self.env['service.object.component']
        for _step in range(25):
            with freeze_time(f'{day} 09:00:00'):
                there = Component.search([
                    ('object_id', '=', obj.id), ('origin_id', '=', False), ('date_to', '=', False)])
                part = random.choice(there) if there else None
                act = random.choice(['add', 'add', 'add_below', 'quantity', 'exchange', 'some', 'remove',
                                     'rename', 'back'])
                if act == 'add' or not part:
                    self._fit(f"P{random.randrange(9)}", obj, date_from=day)
                elif act == 'add_below':
                    self._fit("Below", obj, date_from=day, parent_id=part.id, quantity=3)
                elif act == 'quantity':
                    part.quantity = random.randint(1, 5)
                elif act == 'rename':
                    part.name = f"N{random.randrange(9)}"
                elif act == 'exchange':
                    part._exchange({'name': "New"}, day, keeps_below=random.random() < .5)
                elif act == 'some' and part.quantity > 1:
                    part._exchange({'name': "Some"}, day, quantity=1)
                elif act == 'remove':
                    part._remove(day)
                elif act == 'back' and seen:
                    try:
                        obj._roll_back_structure(random.choice(list(seen)))
                    except UserError as error:
                        self.assertIn("nothing to roll back", str(error))
                now = Component.search([
                    ('object_id', '=', obj.id), ('origin_id', '=', False), ('date_to', '=', False)])
                seen[day] = {
                    (part.id, part.parent_id.id, part.name, part.quantity) for part in now}
            day += timedelta(days=random.randrange(2))
        for moment, expected in seen.items():
            [state] = obj._get_structures(moment)
            self.assertEqual({
                (key, part.row.parent_id.id, part.row.name, part.row.quantity)
                for key, part in state.items()}, expected, moment)
        parts = Component.search([('object_id', '=', obj.id)])._get_parts()
        for moment, expected in seen.items():
            self.assertEqual(set(as_of(parts, moment)), {key for key, *_rest in expected})


class TestServiceStructureTemplate(StructureCommon):
    """Templates in versions, and objects that follow them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.template = cls.env['service.structure'].create({'name': "GB-30"})
        cls.version = cls.template.version_ids
        cls.lines = cls.env['service.structure.line'].create([
            {'version_id': cls.version.id, 'name': "Burner"},
            {'version_id': cls.version.id, 'product_id': cls.part.id, 'warranty_months': 12},
            {'version_id': cls.version.id, 'name': "Seal", 'quantity': 2}])
        cls.env['service.structure.line'].create({
            'version_id': cls.version.id, 'name': "Nozzle", 'parent_id': cls.lines[0].id})
        cls.version.action_put_in_force()
        cls.second._apply_structure(cls.version)

    def _next_version(self):
        """Return the draft of the next version, and {name: line} of it."""
        draft = self.env['service.structure.version'].browse(
            self.version.action_new_version()['res_id'])
        return draft, {line.name: line for line in draft.line_ids}

    def test_object_gets_a_copy_of_the_template(self):
        self.assertEqual(
            {(part.name, part.quantity, part.parent_id.name) for part in self.second.component_ids},
            {("Burner", 1, False), (self.part.display_name, 1, False), ("Seal", 2, False),
             ("Nozzle", 1, "Burner")})
        self.assertEqual(self.second.structure_version_id, self.version)
        self.assertEqual(
            self.second.component_ids.filtered('product_id').warranty_end, date(2027, 3, 1))

    def test_applying_again_changes_nothing(self):
        before = self.second.component_change_count
        self.second._apply_structure(self.version)
        self.second.invalidate_recordset()
        self.assertEqual(self.second.component_change_count, before)

    def test_version_in_force_is_not_edited(self):
        for act in (lambda: self.lines[0].write({'quantity': 3}), self.lines[0].unlink,
                    lambda: self.env['service.structure.line'].create({
                        'version_id': self.version.id, 'name': "Late"}),
                    self.version.unlink):
            with self.assertRaisesRegex(UserError, "stays as it is"):
                act()

    def test_new_version_takes_the_place_of_the_former_one(self):
        draft, _lines = self._next_version()
        self.assertEqual(draft.number, 2)
        self.assertEqual(
            self.version.action_new_version()['res_id'], draft.id, "one draft at a time")
        draft.action_put_in_force()
        self.assertEqual((self.version.state, draft.state), ('replaced', 'in_force'))
        self.assertEqual(self.template.version_id, draft)
        self.assertEqual(self.second.structure_version_id, self.version, "objects stay where they are")

    def test_manager_puts_an_own_draft_in_force_in_the_place_of_a_version_of_somebody_else(self):
        """The database takes one version in force, not two for a moment."""
        version = self.version.with_user(self.user_manager)
        draft = version.browse(version.action_new_version()['res_id'])
        # What differs in who wrote it is written in another order.
        self.env.flush_all()
        draft.action_put_in_force()
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual((version.state, draft.state), ('replaced', 'in_force'))

    def test_draft_without_lines_is_not_put_in_force(self):
        with self.assertRaisesRegex(UserError, "no lines"):
            self.env['service.structure'].create({'name': "Empty"}).version_ids.action_put_in_force()

    def test_objects_come_to_the_next_version_and_what_people_changed_stays(self):
        draft, lines = self._next_version()
        lines["Seal"].quantity = 3
        lines["Burner"].position = "Top"
        lines[self.part.display_name].unlink()
        self.env['service.structure.line'].create({'version_id': draft.id, 'name': "Sensor"})
        draft.action_put_in_force()
        parts = {part.name: part for part in self.second.component_ids}
        parts["Seal"].quantity = 5
        dialog = self.env['service.structure.apply'].with_user(self.user_manager).create({
            'object_ids': self.second.ids})
        self.assertEqual(dialog.version_id, draft)
        self.assertRecordValues(dialog.line_ids, [{
            'added': "Sensor", 'removed': self.part.display_name, 'changed': "Burner",
            'kept': "Seal"}])
        dialog.action_apply()
        self.assertEqual(
            {(part.name, part.quantity, part.position) for part in self.second.component_ids},
            {("Burner", 1, "Top"), ("Seal", 5, False), ("Sensor", 1, False), ("Nozzle", 1, False)})
        self.assertEqual(self.second.structure_version_id, draft)

    def test_parts_that_people_have_entered_are_not_added_again(self):
        """An object of which the template was made, or that was entered by hand, has each part once."""
        obj = self.env['service.object'].create({
            'name': "Old boiler", 'partner_id': self.customer.id})
        burner = self._fit("burner", obj=obj, serial_number='B1')
        self._fit("Nozzle", obj=obj, quantity=2)  # not in the burner
        part = self._fit("Part", obj=obj, product_id=self.part.id)
        changes = obj.component_change_count
        dialog = self.env['service.structure.apply'].with_user(self.user_manager).create({
            'object_ids': obj.ids, 'structure_id': self.template.id})
        self.assertRecordValues(dialog.line_ids, [{
            'added': "Nozzle, Seal", 'removed': '', 'changed': '', 'kept': ''}])
        dialog.action_apply()
        obj.invalidate_recordset()
        self.assertEqual(
            sorted(component.name for component in obj.component_ids),
            sorted(["burner", "Nozzle", "Nozzle", part.name, "Seal"]))
        self.assertEqual(burner.serial_number, 'B1')
        self.assertEqual(
            obj.component_ids.filtered('parent_id').parent_id, burner, "what is added is in it")
        self.assertEqual(obj.component_change_count, changes + 2)
        draft, lines = self._next_version()
        lines["Burner"].position = "Top"
        draft.action_put_in_force()
        self.assertEqual(
            obj._plan_structure(draft)[obj]['kept'], ["Burner"], "its name differs")

    def test_object_has_one_template(self):
        other = self.env['service.structure'].create({'name': "Other"}).version_ids
        self.env['service.structure.line'].create({'version_id': other.id, 'name': "Thing"})
        other.action_put_in_force()
        with self.assertRaisesRegex(UserError, "one template"):
            self.second._apply_structure(other)

    def test_draft_is_not_applied(self):
        draft, _lines = self._next_version()
        with self.assertRaisesRegex(UserError, "is a draft"):
            self.second._apply_structure(draft)

    def test_template_is_made_of_an_object(self):
        version = self.object.with_user(self.user_manager)._make_structure()
        self.assertEqual(version.state, 'draft')
        self.assertEqual(
            {(line.name, line.quantity, line.parent_id.name) for line in version.line_ids},
            {("Burner", 1, False), ("Electrode", 4, "Burner"), (self.pump.name, 1, False)})

    @users('service_dispatcher')
    def test_dispatcher_makes_no_templates(self):
        obj = self.object.with_env(self.env)
        for act in (obj.action_make_structure, obj.action_apply_structure,
                    lambda: self.env['service.structure'].create({'name': "Mine"})):
            with self.assertRaises(AccessError):
                act()

    def test_template_that_is_used_or_was_is_not_deleted(self):
        with self.assertRaisesRegex(UserError, "stays as it is"):
            self.template.unlink()
        draft = self.env['service.structure'].create({'name': "Draft"})
        recall = self.env['service.recall'].create({
            'name': "Named", 'version_ids': draft.version_ids.ids})
        with self.assertRaisesRegex(UserError, "“Named” names a version"):
            draft.unlink()
        recall.version_ids = False
        draft.unlink()

    def test_copied_template_begins_anew(self):
        copied = self.template.copy()
        self.assertEqual(copied.version_ids.number, 1)
        self.assertEqual(len(copied.version_ids.line_ids), 4)
        self.assertFalse(copied.version_ids.line_ids.origin_id)


class TestServiceRecall(StructureCommon):
    """A fault that many objects have: each is ordered for, once."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.device = cls._create_service_product("Device", 900, kind='consu')
        cls.devices = cls.env['service.object'].create([{
            'name': f"Device {number}", 'partner_id': cls.customer.id, 'site_id': cls.site.id,
            'product_id': cls.device.id, 'serial_number': f'D{number:03}'} for number in range(1, 6)])
        cls.recall = cls.env['service.recall'].create({
            'name': "Check the valve", 'product_id': cls.device.id, 'serial_from': 'D002',
            'serial_to': 'D004', 'note': "Bring a gauge"})

    def test_serial_numbers_say_whom_it_concerns(self):
        self.assertEqual(self.recall._find_objects(), self.devices[1:4])

    def test_components_count_too(self):
        self._fit("Device", obj=self.object, product_id=self.device.id, serial_number='D003')
        gone = self._fit("Device", obj=self.second, product_id=self.device.id, serial_number='D003')
        gone._remove(self.today)
        self.assertEqual(self.recall._find_objects(), self.devices[1:4] | self.object)

    def test_serial_numbers_alone_concern_nobody_and_are_refused(self):
        with self.assertRaisesRegex(ValidationError, "Say which, too"):
            self.env['service.recall'].create({'name': "Which?", 'serial_from': 'D002'})

    def test_range_of_serial_numbers_has_the_first_one_first(self):
        with self.assertRaisesRegex(ValidationError, "write 09 then"):
            self.recall.write({'serial_from': '9', 'serial_to': '10'})

    def test_recall_that_names_nothing_concerns_nobody(self):
        self.assertFalse(self.env['service.recall'].create({'name': "Nothing"})._find_objects())

    def test_each_object_is_ordered_for_once(self):
        self.recall.with_user(self.user_dispatcher).action_make_orders()
        orders = self.recall.order_ids
        self.assertEqual(orders.object_ids, self.devices[1:4])
        self.assertEqual(len(orders), 3)
        self.assertEqual(orders[0].title, "Check the valve")
        self.assertIn("gauge", orders[0].note_internal)
        with self.assertRaisesRegex(UserError, "Nothing is left"):
            self.recall.action_make_orders()
        self.recall.serial_to = 'D005'
        self.recall.action_make_orders()
        self.assertEqual(len(self.recall.order_ids), 4)

    def test_cancelled_order_is_made_again(self):
        self.recall.action_make_orders()
        self.recall.order_ids[:1]._move_to('cancelled', self.cancel_reason)
        self.assertEqual(len(self.recall._find_missing()), 1)

    def test_objects_of_a_site_share_an_order(self):
        self.recall.combine = 'site'
        self.recall.action_make_orders()
        self.assertEqual(len(self.recall.order_ids), 1)
        self.assertEqual(self.recall.order_ids.object_ids, self.devices[1:4])

    def test_two_hundred_objects_are_ordered_for(self):
        self.env['service.object'].create([{
            'name': f"Many {number}", 'partner_id': self.customer.id, 'site_id': self.site.id,
            'product_id': self.device.id, 'serial_number': f'M{number:03}'}
            for number in range(200)])
        recall = self.env['service.recall'].create({
            'name': "All", 'product_id': self.device.id, 'serial_from': 'M'})
        recall.action_make_orders()
        self.assertEqual(len(recall.order_ids), 200)
        self.assertEqual((recall.object_count, recall.ordered_count), (200, 200))

    def test_version_says_whom_it_concerns(self):
        template = self.env['service.structure'].create({'name': "T"})
        self.env['service.structure.line'].create({
            'version_id': template.version_ids.id, 'name': "Valve"})
        template.version_ids.action_put_in_force()
        self.devices[0]._apply_structure(template.version_ids)
        recall = self.env['service.recall'].create({
            'name': "Version", 'version_ids': [Command.set(template.version_ids.ids)]})
        self.assertEqual(recall._find_objects(), self.devices[0])

    @users('service_technician')
    def test_technician_makes_no_recall(self):
        with self.assertRaisesRegex(AccessError, "Dispatchers"):
            self.recall.with_env(self.env).action_make_orders()

    def test_other_companies_are_not_concerned(self):
        other = self.env['res.company'].create({'name': "Other"})
        recall = self.env['service.recall'].create({
            'name': "Elsewhere", 'product_id': self.device.id, 'company_id': other.id})
        self.assertFalse(recall._find_objects())

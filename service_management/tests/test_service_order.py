from datetime import datetime

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, freeze_time, users

from .common import ServiceBaseCommon


class TestServiceOrder(ServiceBaseCommon):

    # ------------------------------------------------------------ customer and site

    def test_same_values_make_two_orders(self):
        vals = {'title': "Twice", 'partner_id': self.customer.id}
        orders = self.env['service.order'].create([vals, vals])
        orders |= self.env['service.order'].create(vals)
        self.assertEqual(len(set(orders.mapped('name'))), 3)
        self.assertNotIn('name', vals)

    def test_order_without_customer_is_refused(self):
        with self.assertRefused("partner_id"):
            self.env['service.order'].create({'title': "No one"})

    def test_site_follows_the_customer(self):
        order = self._create_order()
        self.assertEqual(order.site_id, self.site)
        self.assertEqual(order.site_city, "Liepaja")
        order.partner_id = self.other_customer
        self.assertEqual(order.site_id, self.other_customer)

    def test_address_changed_on_the_order_never_overwrites_the_customer(self):
        order = self._create_order()
        order.site_street = "Backdoor 3"
        self.assertEqual(order.site_street, "Backdoor 3")
        self.assertEqual(self.site.street, "Pier 2")
        self.site.street = "Pier 9"
        self.assertEqual(order.site_street, "Backdoor 3")

    def test_objects_that_share_a_site_give_the_order_its_site(self):
        self.object.site_id = self.customer
        order = self._create_order(object_ids=[Command.set(self.object.ids)])
        self.assertEqual(order.site_id, self.customer)

    def test_site_of_another_customer_is_refused(self):
        with self.assertRaisesRegex(ValidationError, "is not an address of Harbour Hotel"):
            self._create_order(site_id=self.other_customer.id)

    def test_contact_of_another_customer_is_refused(self):
        with self.assertRaisesRegex(ValidationError, "is not an address of Harbour Hotel"):
            self._create_order(contact_id=self.other_customer.id)

    def test_object_of_another_customer_is_refused(self):
        with self.assertRaisesRegex(ValidationError, "Oven belongs to Bakery"):
            self._create_order(object_ids=[Command.set(self.other_object.ids)])

    def test_line_object_of_another_customer_is_refused(self):
        order = self._create_order()
        with self.assertRaisesRegex(ValidationError, "is not an object of Harbour Hotel"):
            self._create_line(order, object_id=self.other_object.id)

    def test_arrival_window_that_ends_before_it_begins_is_refused(self):
        with self.assertRefused("arrival window ends before"):
            self._create_order(
                arrival_from=datetime(2026, 3, 3, 12), arrival_to=datetime(2026, 3, 3, 8))

    # ------------------------------------------------------------ numbers, zones, teams

    def test_orders_are_numbered_per_company(self):
        other = self.env['res.company'].create({'name': "Branch Office"})
        first, second = self._create_order(), self._create_order()
        foreign = self.env['service.order'].with_company(other).create({
            'title': "Elsewhere", 'partner_id': self.other_customer.id, 'company_id': other.id})
        self.assertEqual(foreign.name, 'SRV/00001')
        self.assertEqual(int(second.name[4:]), int(first.name[4:]) + 1)

    def test_zone_with_the_longest_fitting_prefix_wins(self):
        Zone = self.env['service.zone']
        wide = Zone.create({'name': "West", 'zip_prefixes': 'LV-3, LT'})
        near = Zone.create({'name': "Liepaja", 'zip_prefixes': 'LV-34'})
        self.assertEqual(self._create_order().zone_id, near)
        near.active = False
        self.assertEqual(self._create_order().zone_id, wide)

    def test_team_of_the_zone_takes_the_order(self):
        zone = self.env['service.zone'].create({'name': "West", 'zip_prefixes': 'LV-3'})
        west = self.env['service.team'].create({
            'name': "West", 'company_id': self.company.id, 'zone_ids': zone.ids})
        order = self.env['service.order'].create({
            'title': "Leak", 'partner_id': self.customer.id})
        self.assertEqual(order.team_id, west)

    def test_team_follows_when_the_customer_turns_out_to_be_in_its_zone(self):
        zone = self.env['service.zone'].create({'name': "West", 'zip_prefixes': 'LV-3'})
        west = self.env['service.team'].create({
            'name': "West", 'company_id': self.company.id, 'zone_ids': zone.ids})
        with Form(self.env['service.order']) as form:
            self.assertEqual(form.team_id, self.team, "nothing known yet: the first team")
            form.title = "Leak"
            form.partner_id = self.customer
            self.assertEqual(form.team_id, west)

    def test_team_chosen_by_hand_stays_while_the_site_does(self):
        zone = self.env['service.zone'].create({'name': "West", 'zip_prefixes': 'LV-3'})
        self.env['service.team'].create({
            'name': "West", 'company_id': self.company.id, 'zone_ids': zone.ids})
        order = self._create_order(team_id=self.team.id)
        order.write({'title': "Leak", 'priority': '2'})
        self.assertEqual(order.team_id, self.team)

    def test_new_open_order_has_a_visit_to_plan(self):
        order = self._create_order()
        self.assertRecordValues(order.visit_ids, [{
            'state': 'planned', 'employee_id': False, 'is_unassigned': True}])
        self.assertTrue(order.has_unassigned_visit)

    def test_request_gets_its_visit_when_it_is_confirmed(self):
        order = self._create_order(stage_id=self.stage_request.id)
        self.assertFalse(order.visit_ids)
        order.action_confirm()
        self.assertEqual(len(order.visit_ids), 1)
        self.assertEqual(order.state, 'open')

    def test_order_is_taken_by_form_with_three_answers(self):
        with Form(self.env['service.order'].with_user(self.user_dispatcher)) as form:
            form.title = "No heating"
            form.partner_id = self.customer
        order = form.save()
        self.assertRecordValues(order, [{
            'site_id': self.site.id, 'state': 'open', 'channel': 'phone',
            'user_id': self.user_dispatcher.id}])

    def test_copy_of_an_order_starts_anew(self):
        order = self._worked_order(object_ids=[Command.set(self.object.ids)])
        order._post_lines()
        copy = order.copy()
        self.assertEqual(copy.state, 'open')
        self.assertNotEqual(copy.name, order.name)
        self.assertFalse(copy.signature or copy.invoice_ids)
        self.assertEqual(set(copy.line_ids.mapped('state')), {'open'})
        self.assertEqual(copy.line_ids.filtered(lambda line: line.kind == 'hour').quantity, 0)

    # ------------------------------------------------------------ progress

    def test_progress_of_the_order_follows_its_lines(self):
        cases = [  # Dynamics 365 F&O, "Service status and progress"
            (('open', 'open', 'open'), 'in_process'),
            (('cancelled', 'open', 'open'), 'in_process'),
            (('open', 'cancelled', 'posted'), 'in_process'),
            (('cancelled', 'cancelled', 'cancelled'), 'cancelled'),
            (('posted', 'posted', 'posted'), 'posted'),
            (('posted', 'cancelled', 'cancelled'), 'posted'),
        ]
        for states, expected in cases:
            with self.subTest(states=states):
                order = self._create_order()
                for state in states:
                    self._create_line(order).sudo().state = state
                self.assertEqual(order.progress, expected)

    # ------------------------------------------------------------ warranty and billing

    def _object_order(self, day):
        return self._create_order(
            date_order=datetime(*day, 12), object_ids=[Command.set(self.object.ids)])

    def test_warranty_is_decided_on_the_day_of_the_order_labor_and_parts_apart(self):
        cases = [  # labor until 2025-12-31, parts until 2026-12-31, both from 2025-01-01
            ((2024, 12, 31), 'chargeable', 'chargeable'),
            ((2025, 1, 1), 'warranty', 'warranty'),
            ((2025, 12, 31), 'warranty', 'warranty'),
            ((2026, 1, 1), 'chargeable', 'warranty'),
            ((2026, 12, 31), 'chargeable', 'warranty'),
            ((2027, 1, 1), 'chargeable', 'chargeable'),
        ]
        for day, labor, parts in cases:
            with self.subTest(day=day):
                order = self._object_order(day)
                self.assertEqual(self._create_line(order).billing, labor)
                self.assertEqual(self._create_line(order, 'item').billing, parts)

    def test_day_of_the_order_is_the_companys_day(self):
        # 22:30 UTC on the last day is half past midnight of the next one in Riga.
        order = self._create_order(
            date_order=datetime(2025, 12, 31, 22, 30), object_ids=[Command.set(self.object.ids)])
        self.assertEqual(self._create_line(order).billing, 'chargeable')

    def test_expenses_and_fees_have_no_warranty(self):
        order = self._object_order((2025, 6, 1))
        for kind in ('expense', 'fee'):
            self.assertEqual(
                self._create_line(order, kind, name="Call-out").billing, 'chargeable')

    def test_warranty_line_costs_the_customer_nothing_and_says_why(self):
        line = self._create_line(self._object_order((2025, 6, 1)), 'item')
        self.assertEqual(line.price_subtotal, 0)
        self.assertEqual(line.billing_reason, "Parts warranty of Boiler until 12/31/2026")

    def test_changed_warranty_is_decided_again_while_the_line_is_open(self):
        line = self._create_line(self._object_order((2025, 6, 1)), 'item')
        self.object.warranty_parts_end = '2025-05-31'
        self.assertEqual(line.billing, 'chargeable')
        self.assertEqual(line.price_subtotal, 120)

    def test_posted_line_keeps_its_billing_when_the_warranty_changes(self):
        order = self._object_order((2025, 6, 1))
        self._plan(order)
        line = self._create_line(order, 'item')
        self._sign(order)
        order._post_lines()
        self.object.warranty_parts_end = '2025-05-31'
        self.assertEqual(line.billing, 'warranty')

    def test_manager_overrides_billing_with_a_note(self):
        line = self._create_line(self._object_order((2025, 6, 1)), 'item')
        line.with_user(self.user_manager).write({
            'billing_override': 'chargeable', 'billing_note': "Misuse"})
        self.assertRecordValues(line, [{'billing': 'chargeable', 'billing_reason': "Misuse"}])

    def test_override_without_a_note_is_refused(self):
        line = self._create_line(self._create_order())
        with self.assertRefused("fill the billing note"):
            line.billing_override = 'not_chargeable'

    @users('service_dispatcher', 'service_technician')
    def test_lesser_roles_do_not_override_billing(self):
        order = self._create_order()
        self._plan(order)
        line = self._create_line(order).with_user(self.env.user)
        with self.assertRaisesRegex(UserError, "Only a service manager changes how"):
            line.write({'billing_override': 'not_chargeable', 'billing_note': "Friend"})

    # ------------------------------------------------------------ lines: price, tax, unit, cost

    @users('service_dispatcher')
    def test_unit_of_a_line_is_not_cleared(self):
        """What has no unit would be neither posted nor billed."""
        for kind in ('hour', 'item', 'expense', 'fee'):
            line = self._create_line(self._create_order(), kind).with_user(self.env.user)
            with self.subTest(kind), self.assertRefused("required value for the field 'Unit'"):
                line.product_uom_id = False

    def test_product_drives_unit_price_taxes_and_text(self):
        line = self._create_line(self._create_order(), 'item')
        self.assertRecordValues(line, [{
            'product_uom_id': self.part.uom_id.id, 'price_unit': 120, 'name': "Pump",
            'tax_ids': self.tax.ids, 'price_subtotal': 120, 'price_total': 145.2}])

    def test_pricelist_of_the_customer_prices_lines(self):
        pricelist = self.env['product.pricelist'].create({
            'name': "Key account", 'item_ids': [Command.create({
                'compute_price': 'percentage', 'percent_price': 10, 'applied_on': '3_global'})]})
        line = self._create_line(self._create_order(pricelist_id=pricelist.id), 'item')
        self.assertEqual(line.price_unit * (1 - line.discount / 100), 108)
        self.assertEqual(line.price_subtotal, 108)

    def test_pricelist_in_another_currency_converts(self):
        currency = self.setup_other_currency('EUR', rates=[('2026-01-01', 2.0)])
        pricelist = self.env['product.pricelist'].create({
            'name': "Euro", 'currency_id': currency.id})
        order = self._create_order(pricelist_id=pricelist.id)
        line = self._create_line(order, 'item')
        self.assertEqual(order.currency_id, currency)
        self.assertEqual(line.price_unit, 240)
        self.assertEqual(line.cost, 70, "the cost is in the company's currency")
        self.assertEqual(line.margin, 50)

    def test_price_entered_by_hand_survives_another_quantity(self):
        line = self._create_line(self._create_order(), 'item')
        line.price_unit = 99
        line.quantity_planned = 5
        self.assertEqual(line.price_unit, 99)

    def test_fiscal_position_maps_taxes(self):
        zero = self.env['account.tax'].create({
            'name': "Zero", 'amount': 0, 'type_tax_use': 'sale', 'company_id': self.company.id,
            'original_tax_ids': self.tax.ids})
        position = self.env['account.fiscal.position'].create({
            'name': "Abroad", 'company_id': self.company.id})
        zero.fiscal_position_ids = position
        line = self._create_line(self._create_order(fiscal_position_id=position.id), 'item')
        self.assertEqual(line.tax_ids, zero)

    def test_hours_cost_what_the_employee_costs_per_hour(self):
        line = self._create_line(self._create_order(), employee_id=self.technician.id, quantity=2)
        self.assertEqual(line.cost, 60)
        line.employee_id = self.colleague
        self.assertEqual(line.cost, 80)

    def test_items_cost_what_the_product_costs(self):
        line = self._create_line(self._create_order(), 'item', quantity_planned=3)
        self.assertEqual(line.cost, 210)

    def test_order_totals_and_margin_count_lines_that_are_not_cancelled(self):
        order = self._create_order()
        self._create_line(order, 'item')
        self._create_line(order, employee_id=self.technician.id, quantity=2)
        self._create_line(order, 'item').action_cancel()
        self.assertRecordValues(order, [{
            'amount_untaxed': 280, 'amount_tax': 58.8, 'amount_total': 338.8,
            'amount_cost': 130, 'margin': 150}])

    def test_planned_hours_are_the_estimate_until_work_is_booked(self):
        line = self._create_line(self._create_order(), quantity_planned=2)
        self.assertEqual((line.quantity, line.price_subtotal), (0, 160))
        line.quantity = 1.5
        self.assertEqual(line.price_subtotal, 120)

    def test_item_quantity_follows_the_plan_until_it_is_counted(self):
        line = self._create_line(self._create_order(), 'item', quantity_planned=2)
        self.assertEqual(line.quantity, 2)
        line.quantity = 1
        self.assertEqual(line.price_subtotal, 120)

    def test_worked_time_comes_from_start_and_end(self):
        line = self._create_line(
            self._create_order(), date_start=datetime(2026, 3, 3, 8),
            date_end=datetime(2026, 3, 3, 9, 45))
        self.assertEqual(line.quantity, 1.75)

    def test_day_of_work_is_the_technicians_day(self):
        line = self._create_line(
            self._create_order(), employee_id=self.technician.id,
            date_start=datetime(2026, 3, 3, 21), date_end=datetime(2026, 3, 3, 22, 30))
        self.assertEqual(str(line.date), '2026-03-04')

    def test_work_that_stops_before_it_starts_is_refused(self):
        with self.assertRefused("cannot stop before it starts"):
            self._create_line(
                self._create_order(), date_start=datetime(2026, 3, 3, 9),
                date_end=datetime(2026, 3, 3, 8))

    def test_negative_quantity_is_refused(self):
        for field in ('quantity', 'quantity_planned'):
            with self.subTest(field=field), self.assertRefused("cannot be negative"):
                self._create_line(self._create_order(), 'item', **{field: -1})

    def test_item_line_needs_a_product(self):
        with self.assertRaisesRegex(ValidationError, "needs a product"):
            self.env['service.order.line'].create({
                'order_id': self._create_order().id, 'kind': 'item'})

    def test_travel_is_sold_by_the_travel_product(self):
        line = self._create_line(self._create_order(), is_travel=True)
        self.assertEqual(line.product_id, self.travel)
        self.assertEqual(self._create_line(line.order_id).product_id, self.hours)

    # ------------------------------------------------------------ moving and copying lines

    def _move(self, lines, target, **values):
        return self.env['service.order.move.lines'].create({
            'order_id': lines.order_id.id, 'line_ids': [Command.set(lines.ids)],
            'target_order_id': target.id, **values}).action_apply()

    def test_lines_move_to_another_order_of_the_customer(self):
        source, target = self._create_order(), self._create_order()
        line = self._create_line(source)
        self._move(line, target)
        self.assertEqual(line.order_id, target)
        self.assertTrue(source.exists())

    def test_order_left_empty_can_be_deleted_with_the_move(self):
        source, target = self._create_order(), self._create_order()
        self._move(self._create_line(source), target, delete_empty=True)
        self.assertFalse(source.exists())

    def test_lines_do_not_move_to_another_customer(self):
        source = self._create_order()
        target = self._create_order(partner_id=self.other_customer.id)
        with self.assertRaisesRegex(UserError, "another order of the same customer"):
            self._move(self._create_line(source), target)

    def test_cancelled_lines_do_not_move(self):
        source, target = self._create_order(), self._create_order()
        line = self._create_line(source)
        line.action_cancel()
        with self.assertRaisesRegex(UserError, "no open line"):
            self._move(line, target)

    def test_moving_no_line_asks_for_lines(self):
        source, target = self._create_order(), self._create_order()
        with self.assertRaisesRegex(UserError, "Choose the lines"):
            self.env['service.order.move.lines'].create({
                'order_id': source.id, 'target_order_id': target.id}).action_apply()

    def test_copied_lines_carry_the_plan_not_what_was_done(self):
        source = self._worked_order(object_ids=[Command.set(self.object.ids)])
        task = self.env['service.task'].create({'name': "Clean"})
        target = self._create_order()
        known = self.env['service.order.task'].create({
            'order_id': target.id, 'task_id': task.id})
        source.sudo()._post_lines()
        self.env['service.order.copy.lines'].create({
            'order_id': target.id, 'source_order_id': source.id}).action_apply()
        self.assertRecordValues(target.line_ids.sorted('kind'), [
            {'kind': 'hour', 'state': 'open', 'quantity': 0, 'quantity_planned': 1},
            {'kind': 'item', 'state': 'open', 'quantity': 1, 'quantity_planned': 1},
        ])
        self.assertEqual(target.object_ids, self.object)
        self.assertEqual(target.task_ids, known)

    def test_only_the_chosen_kinds_are_copied(self):
        source, target = self._worked_order(), self._create_order()
        self.env['service.order.copy.lines'].create({
            'order_id': target.id, 'source_order_id': source.id, 'is_hour': False,
        }).action_apply()
        self.assertEqual(target.line_ids.mapped('kind'), ['item'])

    def test_objects_of_another_customer_are_not_copied_along(self):
        source = self._create_order(object_ids=[Command.set(self.object.ids)])
        target = self._create_order(partner_id=self.other_customer.id)
        self._create_line(source)
        self.env['service.order.copy.lines'].create({
            'order_id': target.id, 'source_order_id': source.id}).action_apply()
        self.assertFalse(target.object_ids)
        self.assertFalse(target.line_ids.object_id)

    # ------------------------------------------------------------ bulk

    def _process(self, operation, **values):
        return self.env['service.order.process'].create({
            'operation': operation, 'company_id': self.company.id, **values})

    def test_empty_filter_never_means_all_orders(self):
        order = self._create_order()
        for operation in ('post', 'cancel', 'revoke', 'delete'):
            with self.subTest(operation=operation):
                wizard = self._process(operation)
                self.assertFalse(wizard.found_ids)
                with self.assertRaisesRegex(UserError, "never means all"):
                    wizard.action_apply()
        self.assertTrue(order.exists())
        self.assertEqual(order.state, 'open')

    def test_bulk_cancel_keeps_its_reason(self):
        orders = self._create_order() | self._create_order()
        self._process(
            'cancel', order_ids=orders.ids, reason_id=self.cancel_reason.id).action_apply()
        self.assertEqual(set(orders.mapped('state')), {'cancelled'})
        self.assertEqual(orders.stage_reason_id, self.cancel_reason)

    def test_bulk_revoke_touches_cancelled_orders_only(self):
        cancelled, running = self._create_order(), self._create_order()
        cancelled.write({'stage_id': self.stage_cancelled.id,
                         'stage_reason_id': self.cancel_reason.id})
        wizard = self._process('revoke', order_ids=(cancelled | running).ids)
        self.assertEqual(wizard.found_ids, cancelled)
        wizard.action_apply()
        self.assertEqual(cancelled.state, 'open')

    def test_bulk_filter_takes_whole_days_of_the_user(self):
        self.env.user.tz = 'Europe/Riga'
        late = self._create_order(date_order=datetime(2026, 3, 5, 21, 59))  # 23:59 in Riga
        self._create_order(date_order=datetime(2026, 3, 5, 22, 0))
        wizard = self._process('delete', date_from='2026-03-05', date_to='2026-03-05')
        self.assertEqual(wizard.found_ids, late)

    def test_bulk_delete_only_where_the_stage_allows(self):
        order = self._create_order()
        self._plan(order)
        with self.assertRaisesRegex(UserError, "cannot be deleted in stage “Planned”"):
            self._process('delete', order_ids=order.ids).action_apply()

    # ------------------------------------------------------------ cancelling lines

    def test_cancelled_line_counts_nothing_until_it_is_revoked(self):
        order = self._create_order()
        line = self._create_line(order, 'item')
        line.action_cancel()
        self.assertEqual((order.amount_untaxed, order.progress), (0, 'cancelled'))
        line.action_revoke()
        self.assertEqual((order.amount_untaxed, order.progress), (120, 'in_process'))

    def test_state_of_a_line_is_not_written_by_hand(self):
        line = self._create_line(self._create_order()).with_user(self.user_manager)
        with self.assertRaisesRegex(AccessError, "by its actions only"):
            line.state = 'posted'

    # ------------------------------------------------------------ objects

    def test_object_shows_its_whole_history(self):
        order = self._worked_order(object_ids=[Command.set(self.object.ids)])
        self.assertEqual(self.object.order_ids, order)
        self.assertEqual(self.object.order_line_ids, order.line_ids)
        self.assertEqual(self.object.order_count, 1)

    def test_group_fills_the_warranty_without_drift(self):
        group = self.env['service.object.group'].create({
            'name': "Boilers", 'warranty_labor_months': 1, 'warranty_parts_months': 12})
        obj = self.env['service.object'].create({
            'name': "New", 'group_id': group.id, 'date_in_service': '2026-01-31'})
        self.assertRecordValues(obj, [{
            'warranty_labor_end': datetime(2026, 2, 27).date(),
            'warranty_parts_end': datetime(2027, 1, 30).date()}])

    def test_object_cannot_be_a_part_of_itself(self):
        child = self.env['service.object'].create({
            'name': "Burner", 'partner_id': self.customer.id, 'parent_id': self.object.id})
        with self.assertRaisesRegex(UserError, "Recursion"):
            self.object.parent_id = child

    def test_serial_number_is_unique_per_product_and_company(self):
        self.object.product_id = self.part
        with self.assertRefused("product and serial number already"):
            self.env['service.object'].create({
                'name': "Twin", 'product_id': self.part.id, 'serial_number': 'B-1'})

    def test_same_object_name_in_two_companies_is_fine(self):
        other = self.env['res.company'].create({'name': "Branch Office"})
        twin = self.env['service.object'].create({'name': "Boiler", 'company_id': other.id})
        self.assertTrue(twin)

    @freeze_time('2026-06-15')
    def test_warranty_state_is_searchable_and_right_today(self):
        self.assertEqual(self.object.warranty_state, 'partly')
        Object = self.env['service.object']
        for state in ('none', 'partly', 'full'):
            found = Object.search([('warranty_state', '=', state)])
            self.assertEqual(self.object in found, state == 'partly', state)
            self.assertEqual(set(found.mapped('warranty_state')) - {state}, set())

    # ------------------------------------------------------------ refusals

    @users('service_dispatcher')
    def test_object_does_not_stand_at_another_customers_address(self):
        boiler = self.object.with_user(self.env.user)
        with self.assertRefusedWith(
                ValidationError, "Bakery is not an address of Harbour Hotel", boiler):
            boiler.site_id = self.other_customer

    @users('service_dispatcher')
    def test_copying_no_kind_of_lines_is_refused(self):
        source, target = self._create_order(), self._create_order()
        self._create_line(source)
        wizard = self.env['service.order.copy.lines'].create({
            'order_id': target.id, 'source_order_id': source.id, 'is_hour': False,
            'is_item': False, 'is_expense': False, 'is_fee': False, 'with_tasks': False,
            'with_objects': False})
        with self.assertRefusedWith(UserError, "at least one kind of lines", target):
            wizard.action_apply()
        self.assertFalse(target.line_ids)

    @users('service_dispatcher')
    def test_processing_no_order_is_refused(self):
        order = self._create_order()
        wizard = self.env['service.order.process'].create({
            'operation': 'revoke', 'partner_id': self.customer.id})
        with self.assertRefusedWith(UserError, "No order fits. Change the filters", order):
            wizard.action_apply()

    @users('service_dispatcher')
    def test_there_is_no_receipt_before_the_sign_off(self):
        order = self._create_order().with_user(self.env.user)
        with self.assertRefusedWith(UserError, "there is no work receipt yet", order):
            order.action_send_receipt()

    # ------------------------------------------------------------ companies that were there before

    def test_company_from_before_the_addon_is_completed_once(self):
        """The data of the addon calls it, when it is installed in a running company."""
        before, chosen = (self.env['res.company'].create({'name': name}) for name in ("A", "B"))
        codes = set(before._get_service_sequences())
        domain = [('company_id', 'in', (before | chosen).ids), ('code', 'in', list(codes))]
        Sequence = self.env['ir.sequence']
        Sequence.search(domain).unlink()
        before.write({'service_hour_product_id': False, 'service_travel_product_id': False})
        chosen.service_hour_product_id = self.hours
        for turn in ("first", "again"):
            with self.subTest(turn):
                self.env['res.company']._complete_for_service()
                for company in before | chosen:
                    sequences = Sequence.search(domain).filtered(
                        lambda sequence, company=company: sequence.company_id == company)
                    self.assertEqual(sorted(sequences.mapped('code')), sorted(codes))
                self.assertRecordValues(before | chosen, [
                    {'service_hour_product_id': hours.id, 'service_travel_product_id':
                     self.env.ref('service_management.product_service_travel').id}
                    for hours in (
                        self.env.ref('service_management.product_service_hour'), self.hours)])

from datetime import datetime

from odoo import fields
from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.modules.module import load_script
from odoo.tests import Form, tagged, users
from odoo.tools.misc import file_path

from .common import ServiceCommon
from .common_subscription import SubscriptionCommon


class UpdateDialog:
    """The dialog that shows what finding values anew would change."""

    def _as(self, record, role):
        return record.with_user(getattr(self, f'user_{role}'))

    def _create_position(self):
        """Return a fiscal position that leaves our taxes as they are."""
        return self.env['account.fiscal.position'].create({
            'name': "Next Door", 'company_id': self.company.id,
            'tax_ids': [Command.link(self.tax.copy({'name': "Theirs"}).id)]})

    def _open(self, action, role='dispatcher'):
        """Return the dialog that an action opens, saved as its form does."""
        dialog = self._as(self.env[action['res_model']], role)
        return Form(dialog.with_context(**action['context'])).save()


@tagged('post_install', '-at_install')
class TestServiceGiven(UpdateDialog, ServiceCommon):
    """What a person gave stays until a person resets it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.zone = cls.env['service.zone'].create({'name': "Coast", 'zip_prefixes': 'LV-34'})
        cls.machine = cls._create_service_product("Machine", 200, kind='consu')
        cls.tax_reduced = cls.tax.copy({'name': "VAT 12", 'amount': 12})
        cls.position = cls.env['account.fiscal.position'].create({
            'name': "Abroad", 'company_id': cls.company.id})
        cls.other_pricelist = cls._create_pricelist("Others", compute_price='fixed', fixed_price=70)

    @classmethod
    def _create_pricelist(cls, name, **rule):
        return cls.env['product.pricelist'].create({
            'name': name, 'company_id': cls.company.id,
            'currency_id': cls.company.currency_id.id,
            'item_ids': [Command.create({'applied_on': '3_global', **rule})] if rule else []})

    @classmethod
    def _show_discounts(cls, shown):
        group = cls.env.ref('sale.group_discount_per_so_line')
        user_group = cls.env.ref('base.group_user')
        if shown:
            user_group.implied_ids += group
        else:
            user_group.implied_ids -= group

    #=== WHAT STAYS ===#

    def _get_changes(self, order, line):
        """Return {what happens: how} to a line of an order."""
        def write(record, **vals):
            return lambda: record.write(vals)
        return {
            'planned quantity': write(line, quantity_planned=5),
            'quantity': write(line, quantity=4),
            'zone': write(order, zone_id=self.zone.id),
            'pricelist': write(order, pricelist_id=self.other_pricelist.id),
            'fiscal position': write(order, fiscal_position_id=self.position.id),
            'override': write(line, billing_override='chargeable', billing_note="Agreed"),
            'override away': write(line, billing_override=False, billing_note=False),
            'object': write(order, object_ids=[Command.set(self.object.ids)]),
            'technician': write(line, employee_id=self.colleague.id),
            'object away': write(line, object_id=False),
            'customer': write(
                order, object_ids=[Command.clear()], site_id=False,
                partner_id=self.other_customer.id),
        }

    def test_what_somebody_gave_stays_whatever_changes(self):
        for kind in ('hour', 'item', 'expense', 'fee'):
            order = self._create_order()
            line = self._create_line(order, kind, product_id=(
                self.hours if kind == 'hour' else self.machine).id)
            given = {'price_unit': 55.5, 'discount': 15, 'name': "As discussed"}
            self._as(line, 'dispatcher').write(
                {**given, 'tax_ids': [Command.set(self.tax_reduced.ids)]})
            for what, change in self._get_changes(order, line).items():
                with self.subTest(kind=kind, what=what):
                    change()
                    self.assertRecordValues(
                        line, [{**given, 'tax_ids': self.tax_reduced.ids}])

    def test_a_discount_alone_stays_whatever_changes(self):
        order = self._create_order()
        line = self._create_line(order)
        line.discount = 15
        for what, change in self._get_changes(order, line).items():
            with self.subTest(what=what):
                change()
                self.assertEqual(line.discount, 15)

    def test_a_given_discount_stays_when_the_clock_starts_and_stops(self):
        order = self._create_order()
        line = self._create_line(order, quantity_planned=2)
        self._as(line, 'dispatcher').discount = 15
        visit = self._as(self._plan(order, hours=2), 'technician')
        visit._start_timer('work', datetime(2026, 3, 3, 6))
        visit._stop_timer(datetime(2026, 3, 3, 8))
        self.assertRecordValues(line, [{
            'quantity': 2, 'price_unit': 80, 'discount': 15, 'price_subtotal': 136}])
        self._sign(order)
        self.assertEqual(line.price_subtotal, 136)
        order._post_lines()
        self.assertEqual(line.price_subtotal, 136)
        self.assertEqual(order._create_invoices().amount_untaxed, 136)

    def test_a_given_discount_stays_on_an_unsent_quote(self):
        order = self._create_order(stage_id=self.stage_request.id)
        line = self._create_line(order)
        line.discount = 15
        line.quantity_planned = 4
        self.assertRecordValues(line, [{'discount': 15, 'price_subtotal': 272}])

    def test_forms_that_send_computed_values_give_nothing(self):
        order = self._create_order(pricelist_id=self._create_pricelist(
            "Friends", compute_price='percentage', percent_price=10).id)
        for shown in (False, True):
            with self.subTest(shown=shown):
                self._show_discounts(shown)
                with Form(order) as form, form.line_ids.new() as line:
                    line.kind = 'hour'
                    line.quantity_planned = 3
                line = order.line_ids[-1]
                self.assertFalse(line.given_fields)
                with Form(order) as form, form.line_ids.edit(len(order.line_ids) - 1) as edited:
                    edited.quantity_planned = 2
                self.assertFalse(line.given_fields)
                self.assertEqual(line.price_subtotal, 144)

    def test_what_is_given_in_a_form_stays_while_the_form_is_open(self):
        order = self._create_order()
        with Form(self._as(order, 'dispatcher')) as form, form.line_ids.new() as line:
            line.kind = 'hour'
            line.discount = 15
            line.quantity_planned = 3
            self.assertEqual(line.discount, 15)
            line.price_unit = 60
            line.quantity_planned = 2
        self.assertRecordValues(order.line_ids, [{
            'price_unit': 60, 'discount': 15, 'price_subtotal': 102}])
        self.assertEqual(set(order.line_ids.given_fields), {'price_unit', 'discount'})
        self.assertEqual(order.line_ids._get_giver('discount'), self.user_dispatcher)

    def test_a_value_written_back_to_the_proposal_follows_again(self):
        line = self._create_line(self._create_order())
        line.discount = 15
        line.discount = 0
        self.assertFalse(line.given_fields)
        line.price_unit = 60
        line.price_unit = 80
        line.order_id.pricelist_id = self.other_pricelist
        self.assertEqual(line.price_unit, 70)

    def test_a_given_value_stays_given_when_the_proposal_happens_to_meet_it(self):
        line = self._create_line(self._create_order())
        line.price_unit = 70
        line.order_id.pricelist_id = self.other_pricelist
        line.order_id.pricelist_id = False
        self.assertEqual(line.price_unit, 70)

    def test_a_copy_keeps_what_was_given_and_finds_the_rest(self):
        order = self._create_order()
        given = self._create_line(order)
        self._create_line(order)
        given.write({'price_unit': 60, 'discount': 15})
        self.hours.list_price = 90
        copied = order.copy().line_ids
        self.assertRecordValues(copied, [
            {'price_unit': 60, 'discount': 15}, {'price_unit': 90, 'discount': 0}])

    def test_parts_of_overtime_keep_a_given_discount(self):
        self.env['service.price.rule'].create({
            'name': "Evening", 'kind': 'overtime', 'percent': 50, 'company_id': self.company.id})
        order = self._create_order()
        line = self._create_line(
            order, employee_id=self.technician.id, date_start='2026-03-03 14:00:00',
            date_end='2026-03-03 16:00:00', quantity_planned=0)
        line.discount = 10
        order.action_apply_price_rules()
        self.assertRecordValues(order.line_ids.sorted('date_start'), [
            {'price_unit': 80, 'discount': 10, 'price_subtotal': 72},
            {'price_unit': 120, 'discount': 10, 'price_subtotal': 108},
        ])
        self.assertTrue(all(line._is_given('discount') for line in order.line_ids))

    def test_an_agreed_total_leaves_given_values_given(self):
        order = self._create_order(limit_kind='fixed', limit_amount=100)
        line = self._create_line(order, quantity_planned=2)
        line.write({'price_unit': 70, 'discount': 10})
        order.action_apply_price_rules()
        self.assertEqual(order.amount_untaxed, 100)
        order.write({'limit_kind': False, 'limit_amount': 0})
        order.action_apply_price_rules()
        self.assertRecordValues(line, [{'price_unit': 70, 'discount': 10}])

    #=== THE BETTER ONE COUNTS ===#

    def test_the_better_discount_counts_in_every_pricelist_policy(self):
        """(pricelist, covered by warranty, paid of 200.00, the one that won)"""
        self.object.warranty_parts_end = '2026-12-31'
        rule = self.env['service.price.rule'].create({
            'name': "Second Year", 'kind': 'warranty', 'percent': 0,
            'company_id': self.company.id})
        chained = self._create_pricelist("Base", compute_price='formula', price_discount=25)
        policies = {
            'percentage': {'compute_price': 'percentage', 'percent_price': 25},
            'formula': {'compute_price': 'formula', 'price_discount': 25},
            'chain': {'compute_price': 'percentage', 'percent_price': 0, 'base': 'pricelist',
                      'base_pricelist_id': chained.id},
        }
        for shown in (False, True):
            self._show_discounts(shown)
            for policy, item in policies.items():
                for percent, paid, winner in (
                    (0, 150, "Friends"), (20, 150, "Friends"), (40, 120, "Second Year"),
                    (100, 0, "Second Year"),
                ):
                    with self.subTest(shown=shown, policy=policy, percent=percent):
                        rule.percent = percent
                        order = self._create_order(
                            object_ids=self.object.ids,
                            pricelist_id=self._create_pricelist("Friends", **item).id)
                        line = self._create_line(order, 'item', product_id=self.machine.id)
                        self.assertEqual(line.price_subtotal, paid)
                        self.assertFalse(line.given_fields)
                        if percent < 100:
                            self.assertIn(winner, line.price_explanation)
                            loser = ({"Friends", "Second Year"} - {winner}).pop()
                            self.assertNotIn(loser, line.price_explanation)

    def test_a_fixed_price_of_a_pricelist_is_no_discount(self):
        rule = self.env['service.price.rule'].create({
            'name': "Second Year", 'kind': 'warranty', 'percent': 40,
            'company_id': self.company.id})
        order = self._create_order(
            object_ids=self.object.ids, pricelist_id=self._create_pricelist(
                "Fixed", compute_price='fixed', fixed_price=150).id)
        line = self._create_line(order, 'item', product_id=self.machine.id)
        self.assertEqual(line.price_subtotal, 90)
        self.assertIn("Fixed", line.price_explanation)
        self.assertIn(rule.name, line.price_explanation)

    def test_a_mark_of_one_value_finds_no_other_anew(self):
        order = self._create_order()
        line = self._create_line(order, employee_id=self.technician.id)
        line.flush_recordset()
        kept = [{
            'name': "Hours", 'tax_ids': self.tax.ids, 'price_unit': 80, 'cost_unit': 30,
            'analytic_distribution': False}]
        self.assertRecordValues(line, kept)
        self.hours.write({
            'name': "Work", 'list_price': 90, 'taxes_id': [Command.set(self.tax_reduced.ids)]})
        self.technician.hourly_cost = 35
        account = self.env['account.analytic.account'].create({
            'name': "North", 'plan_id': self.env['account.analytic.plan'].create({'name': "P"}).id})
        self.env['account.analytic.distribution.model'].create({
            'product_id': self.hours.id, 'analytic_distribution': {account.id: 100}})
        line.discount = 15
        line.quantity = 2
        self.assertRecordValues(line, kept)

    def test_a_higher_discount_by_hand_stays_above_a_warranty(self):
        self.env['service.price.rule'].create({
            'name': "Second Year", 'kind': 'warranty', 'percent': 40,
            'company_id': self.company.id})
        order = self._create_order(object_ids=self.object.ids)
        line = self._create_line(order, 'item', product_id=self.machine.id)
        self.assertEqual(line.discount, 40)
        line.discount = 45
        line.quantity_planned = 2
        self.assertRecordValues(line, [{'discount': 45, 'price_subtotal': 220}])

    def test_a_price_by_hand_is_covered_like_a_found_one(self):
        self.env['service.price.rule'].create({
            'name': "Second Year", 'kind': 'warranty', 'percent': 40,
            'company_id': self.company.id})
        order = self._create_order(object_ids=self.object.ids)
        line = self._create_line(order, 'item', product_id=self.machine.id)
        line.price_unit = 100
        self.assertRecordValues(line, [{'discount': 40, 'price_subtotal': 60}])

    #=== WHO GAVE IT ===#

    def test_technicians_give_no_prices(self):
        order = self._create_order()
        line = self._create_line(order, employee_id=self.technician.id)
        for kind in ('hour', 'item', 'expense', 'fee'):
            for name, value in (
                ('price_unit', 0.01), ('discount', 100),
                ('tax_ids', [Command.set(self.tax_reduced.ids)]),
            ):
                with self.subTest(kind=kind, name=name):
                    with self.assertRaisesRegex(AccessError, "Ask one of them"), (
                            self.env.cr.savepoint()):
                        self._as(line, 'technician').write({name: value})
                    with self.assertRaisesRegex(AccessError, "Ask one of them"):
                        self._create_line(order.with_user(self.user_technician), kind, **{
                            'product_id': self.machine.id, name: value})

    def test_technicians_take_back_no_prices(self):
        line = self._create_line(self._create_order())
        line.price_unit = 100
        with self.assertRaisesRegex(AccessError, "Ask one of them"):
            self._as(line, 'technician').price_unit = 80

    def test_nobody_writes_what_the_program_finds(self):
        line = self._create_line(self._create_order())
        for role in ('technician', 'dispatcher', 'manager'):
            for name, value in (
                ('billing', 'not_chargeable'), ('billing_reason', "Free"),
                ('covered_percent', 100), ('technical_price_unit', 1),
                ('technical_discount', 100), ('given_fields', {'discount': {}}),
                ('invoice_status', 'invoiced'), ('qty_invoiced', 1), ('price_subtotal', 0),
                ('agreement_price_unit', 1), ('coverage_rule_id', False),
            ):
                with self.subTest(role=role, name=name), self.assertRaises(AccessError):
                    self._as(line, role).write({name: value})

    def test_defaults_of_a_caller_give_no_prices(self):
        order = self._as(self._create_order(), 'technician')
        for name, value in (('discount', 100), ('price_unit', 0.01)):
            with self.subTest(name=name), self.assertRaises(AccessError):
                self._create_line(order.with_context(**{f'default_{name}': value}))

    def test_technicians_say_what_they_spent(self):
        order = self._as(self._create_order(), 'technician')
        line = self._create_line(order, 'expense', name="Parking", price_unit=10)
        self.assertEqual(line.price_unit, 10)
        with self.assertRaisesRegex(AccessError, "Ask one of them"):
            line.price_unit = 20

    def test_technicians_book_at_the_price_that_is_found(self):
        order = self._create_order()
        with Form(self._as(order, 'technician')) as form, form.line_ids.new() as line:
            line.kind = 'item'
            line.product_id = self.machine
            line.quantity_planned = 2
        self.assertRecordValues(order.line_ids, [{'price_unit': 200, 'price_subtotal': 400}])

    def test_prices_by_hand_are_kept_in_the_history(self):
        order = self._create_order()
        line = self._create_line(order)
        before = order.message_ids
        self._as(line, 'dispatcher').write({'price_unit': 60, 'discount': 15})
        self._as(line, 'manager').discount = 10
        first, second = (order.message_ids - before).sorted('id')
        self.assertEqual(
            (first | second).author_id,
            self.user_dispatcher.partner_id | self.user_manager.partner_id)
        self.assertRegex(first.body, "80.00.*60.00")
        self.assertRegex(first.body, "0 %.*15 %")
        self.assertRegex(second.body, "15 %.*10 %")

    def test_the_explanation_says_who_gave_a_value(self):
        line = self._create_line(self._create_order())
        self._as(line, 'dispatcher').write({'price_unit': 60, 'discount': 15})
        self.assertIn("80.00 by service_dispatcher", line.price_explanation)
        self.assertIn("discount of 15 %", line.price_explanation)

    #=== TAXES ===#

    def test_an_archived_tax_goes_on_counting_where_it_is(self):
        order = self._create_order()
        line = self._create_line(order, quantity_planned=1)
        self.tax.active = False
        self.env.invalidate_all()
        line.quantity_planned = 2
        self.assertEqual(line.price_total, 193.6)
        self.assertEqual(order.amount_tax, 33.6)
        with Form(order) as form, form.line_ids.edit(0) as edited:
            edited.quantity_planned = 3
        self.assertRecordValues(line, [{'tax_ids': self.tax.ids, 'price_total': 290.4}])
        self.assertFalse(self._create_line(order).tax_ids)
        self._plan(order)
        line.quantity = 3
        self._sign(order)
        order._post_lines()
        self.assertEqual(order._create_invoices().amount_tax, 50.4)

    def test_an_archived_tax_goes_on_whatever_changes(self):
        abroad = self._create_position()
        order = self._create_order()
        line = self._create_line(order)
        self.tax.active = False
        for what, change in {
            'discount': lambda: line.write({'discount': 15}),
            'text': lambda: line.write({'name': "As discussed"}),
            'override': lambda: line.write({
                'billing_override': 'chargeable', 'billing_note': "Agreed"}),
            'fiscal position': lambda: order.write({'fiscal_position_id': abroad.id}),
        }.items():
            with self.subTest(what=what):
                change()
                self.env.flush_all()
                self.env.invalidate_all()
                self.assertEqual(line.tax_ids, self.tax)
                self.assertFalse(line.has_other_taxes)
        self.assertFalse(order.copy().line_ids.tax_ids, "a new document does not get it")

    def test_taxes_are_updated_in_bulk_after_a_preview(self):
        orders = self._create_order() | self._create_order()
        lines = self._create_line(orders[0]) | self._create_line(orders[1])
        lines.flush_recordset()
        self.hours.taxes_id = self.tax_reduced
        self.assertEqual(lines.tax_ids, self.tax)
        self.assertEqual(lines.mapped('has_other_taxes'), [True, True])
        self.assertEqual(orders.mapped('has_other_taxes'), [True, True])
        update = self._open(self._as(orders, 'dispatcher').action_update_taxes())
        self.assertRecordValues(update.row_ids, [{
            'line_id': line.id, 'document': line.order_id.display_name, 'taxes_old': "VAT 21", 'taxes_new': "VAT 12",
            'amount_old': 96.8, 'amount_new': 89.6} for line in lines])
        update.row_ids[0].is_chosen = False
        update.action_apply()
        self.assertEqual(
            [line.tax_ids for line in lines], [self.tax, self.tax_reduced])
        self.assertEqual(lines.mapped('has_other_taxes'), [True, False])
        self.assertIn("VAT 12", orders[1].message_ids[0].body)

    #=== UPDATE PRICES ===#

    def test_update_prices_shows_what_would_change_and_by_whom_it_was_given(self):
        order = self._create_order()
        given, found, gone = (self._create_line(order, quantity_planned=2) for _ in range(3))
        self._as(given, 'manager').write({'price_unit': 60, 'discount': 15})
        gone._cancel()
        order.flush_recordset()
        update = self._open(self._as(order, 'dispatcher').action_update_prices())
        self.assertRecordValues(update.row_ids, [{
            'line_id': given.id, 'price_old': 60, 'price_new': 80, 'discount_old': 15,
            'discount_new': 0, 'amount_old': 102, 'amount_new': 160,
            'given_by': self.user_manager.name}])
        self.assertEqual(given.price_unit, 60, "a preview changes nothing")
        update.action_apply()
        self.assertRecordValues(given | found, [
            {'price_unit': 80, 'discount': 0, 'given_fields': False},
            {'price_unit': 80, 'discount': 0, 'given_fields': False}])
        self.assertRegex(order.message_ids[0].body, "60.00.*80.00")

    def test_update_prices_finds_new_prices_of_products(self):
        order = self._create_order()
        line = self._create_line(order)
        line.flush_recordset()
        self.hours.list_price = 90
        self.assertEqual(line.price_unit, 80)
        self._open(self._as(order, 'dispatcher').action_update_prices()).action_apply()
        self.assertEqual(line.price_unit, 90)

    def test_update_prices_leaves_what_the_customer_has_agreed_to(self):
        order = self._create_order(stage_id=self.stage_request.id)
        line = self._create_line(order)
        order._mark_quote_sent()
        order._move_to('open')
        self.assertTrue(line.is_price_agreed)
        self.hours.list_price = 90
        self.assertFalse(self._open(self._as(order, 'dispatcher').action_update_prices()).row_ids)
        line._update('price')
        self.assertEqual(line.price_unit, 80)

    def test_update_prices_keeps_the_agreed_total(self):
        order = self._create_order(limit_kind='fixed', limit_amount=100)
        line = self._create_line(order, quantity_planned=2)
        line.price_unit = 70
        order.action_apply_price_rules()
        self._open(self._as(order, 'dispatcher').action_update_prices()).action_apply()
        self.assertEqual(order.amount_untaxed, 100)
        self.assertRecordValues(line, [{'price_before_adjustment': 80, 'is_price_adjusted': True}])

    def test_update_prices_shows_no_line_that_only_its_agreed_total_changed(self):
        order = self._create_order(limit_kind='fixed', limit_amount=100)
        found, given = (self._create_line(order, quantity_planned=2) for _ in range(2))
        given.price_unit = 70
        order.action_apply_price_rules()
        self.assertTrue(found.is_price_adjusted)
        update = self._open(self._as(order, 'dispatcher').action_update_prices())
        self.assertRecordValues(update.row_ids, [
            {'line_id': given.id, 'price_old': 70, 'price_new': 80}])

    def test_technicians_update_no_prices(self):
        order = self._create_order()
        line = self._create_line(order, employee_id=self.technician.id)
        for method in (
            self._as(order, 'technician').action_update_prices,
            self._as(order, 'technician').action_update_taxes,
            self._as(line, 'technician').action_update_taxes,
        ):
            with self.assertRaisesRegex(AccessError, "Ask one of them"):
                method()

    #=== INSTALLED DATABASES ===#

    def test_an_update_marks_what_differs_from_what_is_found(self):
        order = self._create_order()
        price, discount, text, found = (self._create_line(order) for _ in range(4))
        outlay = self._create_line(order, 'expense', name="Parking", price_unit=10)
        price.price_unit = 60
        (price | discount).discount = 15
        text.name = "Night work"
        order.line_ids.flush_recordset()
        self.env.cr.execute(
            "UPDATE service_order_line SET given_fields = NULL, technical_discount = NULL,"
            " technical_price_unit = CASE WHEN product_id IS NULL THEN 10 ELSE 80 END"
            " WHERE order_id = %s", [order.id])
        self.env.invalidate_all()
        for stage in ('pre', 'post'):
            path = file_path(f'service_management/migrations/19.0.1.2.0/{stage}-given.py')
            load_script(path, f'{stage}-given').migrate(self.env.cr, '19.0.1.1.0')
            self.env.invalidate_all()
        self.assertEqual(
            [set(line.given_fields or ()) for line in (price, discount, text, found, outlay)],
            [{'price_unit', 'discount'}, {'discount'}, {'name'}, set(), {'price_unit', 'name'}])
        self.assertEqual(order.line_ids.mapped('price_unit'), [60, 80, 80, 80, 10])

    #=== OTHER VALUES ===#

    def test_quantities_dates_and_texts_that_were_given_stay(self):
        order = self._create_order()
        item = self._create_line(order, 'item')
        item.write({'quantity': 3, 'name': "Pump for the cellar"})
        item.quantity_planned = 2
        item.product_id = self.machine
        self.assertRecordValues(item, [{'quantity': 3, 'name': "Pump for the cellar"}])
        hour = self._create_line(
            order, date_start='2026-03-03 06:00:00', date_end='2026-03-03 08:00:00')
        hour.write({'quantity': 1.5, 'date': '2026-03-04', 'analytic_distribution': False})
        hour.write({'date_end': '2026-03-03 09:00:00', 'name': "Night work"})
        hour.is_travel = True
        self.assertRecordValues(hour, [{
            'quantity': 1.5, 'date': fields.Date.to_date('2026-03-04'), 'name': "Night work"}])

    def test_a_cost_that_a_manager_gave_stays(self):
        line = self._create_line(self._create_order(), employee_id=self.technician.id)
        self.assertEqual(line.cost_unit, 30)
        self._as(line, 'manager').cost_unit = 50
        self._as(line, 'dispatcher').employee_id = self.colleague
        self.assertEqual(line.cost_unit, 50)

    def test_lines_with_values_by_hand_are_found(self):
        order = self._create_order()
        given, found = self._create_line(order), self._create_line(order)
        given.discount = 15
        self.assertEqual(
            self.env['service.order.line'].search(
                [('id', 'in', (given | found).ids), ('given_fields', '!=', False)]), given)

    def test_a_text_that_is_cleared_is_found_again(self):
        line = self._create_line(self._create_order())
        line.name = "Night work"
        line.name = False
        self.assertRecordValues(line, [{'name': "Hours", 'given_fields': False}])

    def test_a_text_typed_before_the_product_is_chosen_stays(self):
        order = self._create_order()
        with Form(order) as form, form.line_ids.new() as line:
            line.kind = 'item'
            line.name = "Pump for the cellar"
            line.product_id = self.machine
        self.assertEqual(order.line_ids.name, "Pump for the cellar")

    @users('service_dispatcher')
    def test_what_was_given_to_a_cancelled_line_stays_when_it_is_opened_again(self):
        order = self._create_order().with_user(self.env.user)
        line = self._create_line(order, 'item', quantity_planned=1)
        line.action_cancel()
        line.write({'price_unit': 90, 'discount': 10})
        line.with_user(self.user_manager).action_revoke()
        self.assertEqual(line._get_giver('price_unit'), self.env.user)
        order.pricelist_id = self.other_pricelist
        line.quantity_planned = 2
        self.assertEqual((line.price_unit, line.discount), (90, 10))


@tagged('post_install', '-at_install')
class TestServiceGivenSubscription(UpdateDialog, SubscriptionCommon):
    """What a person gave on a line of a subscription stays until it is billed, and then anyway."""

    def test_what_somebody_gave_stays_whatever_the_subscription_changes_to(self):
        pricelist = self.env['product.pricelist'].create({
            'name': "Others", 'company_id': self.company.id,
            'currency_id': self.company.currency_id.id, 'item_ids': [Command.create({
                'applied_on': '3_global', 'compute_price': 'fixed', 'fixed_price': 70})]})
        agreement = self.env['service.agreement'].create({
            'title': "Care", 'partner_id': self.customer.id, 'company_id': self.company.id,
            'date_start': '2026-01-01'})
        tax = self.tax.copy({'name': "VAT 12", 'amount': 12})
        position = self.env['account.fiscal.position'].create({
            'name': "Abroad", 'company_id': self.company.id})
        given = {'base_price': 80, 'index': 110, 'discount': 15, 'name': "As discussed"}
        subscription = self._subscribe(activate=False, lines=[{}, {'base_price': 100}])
        line, found = subscription.line_ids
        line.write({**given, 'tax_ids': [Command.set(tax.ids)]})
        for values in (
            {'plan_id': self._create_plan("Yearly", interval_unit='year').id},
            {'pricelist_id': pricelist.id}, {'agreement_id': agreement.id},
            {'fiscal_position_id': position.id},
        ):
            with self.subTest(values=values):
                subscription.write(values)
                self.assertRecordValues(line, [{**given, 'tax_ids': tax.ids}])
        self.assertEqual(found.base_price, 70, "what nobody gave follows")

    def test_what_is_given_in_a_form_stays_while_the_form_is_open(self):
        subscription = self._subscribe(activate=False)
        yearly = self._create_plan("Yearly", interval_unit='year')
        with Form(subscription) as form:
            with form.line_ids.edit(0) as line:
                line.base_price = 80
                line.name = "As discussed"
            form.plan_id = yearly
        self.assertRecordValues(subscription.line_ids, [
            {'base_price': 80, 'name': "As discussed"}])
        self.assertEqual(set(subscription.line_ids.given_fields), {'base_price', 'name'})

    def test_an_archived_tax_goes_on_being_billed(self):
        subscription = self._subscribe()
        self.tax.active = False
        self.env.invalidate_all()
        self._bill(subscription, '2026-01-01')
        self.assertEqual(subscription.fee_ids.invoice_line_id.move_id.amount_tax, 21)

    def test_an_archived_tax_goes_on_whatever_changes(self):
        abroad = self._create_position()
        subscription = self._subscribe(activate=False)
        line = subscription.line_ids
        self.tax.active = False
        for what, change in {
            'price': lambda: line.write({'base_price': 80}),
            'text': lambda: line.write({'name': "As discussed"}),
            'fiscal position': lambda: subscription.write({'fiscal_position_id': abroad.id}),
        }.items():
            with self.subTest(what=what):
                change()
                self.env.flush_all()
                self.env.invalidate_all()
                self.assertEqual(line.tax_ids, self.tax)
                self.assertFalse(line.has_other_taxes)
        subscription._begin()
        self._bill(subscription, '2026-01-01')
        changed = line._change_terms(fields.Date.to_date('2026-01-16'), base_price=90)
        self.assertEqual(changed.tax_ids, self.tax, "the same document goes on")
        self.assertFalse(subscription.copy().line_ids.tax_ids, "a new document does not get it")

    def test_a_mark_of_one_value_finds_no_other_anew(self):
        priced, named = self._subscribe(activate=False, lines=[{}, {}]).line_ids
        self.env.flush_all()
        self.monitoring.write({
            'name': "Watching", 'list_price': 150,
            'taxes_id': [Command.set(self.tax.copy({'name': "VAT 25", 'amount': 25}).ids)]})
        priced.base_price = 80
        named.name = "As discussed"
        self.assertRecordValues(priced | named, [
            {'name': "Monitoring", 'tax_ids': self.tax.ids, 'base_price': 80},
            {'name': "As discussed", 'tax_ids': self.tax.ids, 'base_price': 100}])

    def test_a_line_that_changes_follows_on_what_nobody_gave(self):
        subscription = self._subscribe()
        self._bill(subscription, '2026-01-01')
        self.monitoring.taxes_id = self.tax.copy({'name': "VAT 25", 'amount': 25})
        line = subscription.line_ids._change_terms(fields.Date.to_date('2026-02-01'), base_price=90)
        self.assertEqual(line.tax_ids, self.tax)
        self.assertEqual(set(line.given_fields), {'base_price'})

    #=== UPDATE TAXES ===#

    def test_taxes_are_updated_in_bulk_after_a_preview(self):
        subscriptions = self._subscribe() | self._subscribe()
        subscriptions[0].line_ids.tax_ids = self.tax.copy({'name': "VAT 12", 'amount': 12})
        self._bill(subscriptions, '2026-01-01')
        billed = subscriptions.fee_ids.invoice_line_id
        taxed = {line: line.tax_ids for line in billed}
        raised = self.tax.copy({'name': "VAT 25", 'amount': 25})
        self.monitoring.taxes_id = raised
        self.assertEqual(subscriptions.mapped('has_other_taxes'), [True, True])
        update = self._open(self._as(subscriptions, 'manager').action_update_taxes(), 'manager')
        self.assertRecordValues(update.row_ids, [{
            'line_id': subscription.line_ids.id, 'document': subscription.display_name,
            'taxes_old': taxes, 'taxes_new': "VAT 25", 'amount_old': amount, 'amount_new': 125,
            'given_by': giver,
        } for subscription, taxes, amount, giver in (
            (subscriptions[0], "VAT 12", 112, self.env.user.name),
            (subscriptions[1], "VAT 21", 121, ""))])
        update.row_ids[0].is_chosen = False
        update.action_apply()
        self.assertEqual(subscriptions.mapped('has_other_taxes'), [True, False])
        self.assertEqual({line: line.tax_ids for line in billed}, taxed, "what was billed stays")
        self.assertRecordValues(subscriptions[1].change_ids, [{
            'user_id': self.user_manager.id, 'term': "Taxes", 'old_value': "VAT 21",
            'new_value': "VAT 25"}])
        self._bill(subscriptions, '2026-02-01')
        self.assertEqual(
            (subscriptions.fee_ids.invoice_line_id - billed).mapped('tax_ids.amount'), [12, 25])

    def test_only_lines_that_are_billed_on_have_their_taxes_updated(self):
        ended = self._subscribe(date_end='2026-01-31')
        counted = self._subscribe(date_end='2026-01-31')
        going = self._subscribe()
        self._bill(ended | going, '2026-01-01')
        counted._create_due_fees(fields.Date.to_date('2026-01-01'))
        self.monitoring.taxes_id = self.tax.copy({'name': "VAT 25", 'amount': 25})
        self.assertRecordValues(ended | counted | going, [
            {'has_other_taxes': False}, {'has_other_taxes': True}, {'has_other_taxes': True}])

    def test_managers_alone_update_taxes_of_subscriptions(self):
        subscription = self._subscribe()
        self.monitoring.taxes_id = self.tax.copy({'name': "VAT 25", 'amount': 25})
        for role in ('dispatcher', 'accountant'):
            for record in (subscription, subscription.line_ids):
                with self.subTest(role=role, record=record), self.assertRaisesRegex(
                        AccessError, "Only a service manager"):
                    self._as(record, role).action_update_taxes()
        update = self._as(self.env['service.update'], 'dispatcher').create({
            'topic': 'tax', 'res_model': 'service.subscription.line',
            'res_ids': subscription.line_ids.ids})
        with self.assertRaisesRegex(AccessError, "Only a service manager"):
            update.action_apply()

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, tagged

from .common import ServiceBaseCommon, ServiceCommon


@tagged('post_install', '-at_install')
class TestServicePrice(ServiceCommon):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.fee = cls._create_service_product("Fee", 0)
        cls.group = cls.env['service.object.group'].create({'name': "Boilers"})
        cls.task = cls.env['service.task'].create({'name': "Annual Service"})
        cls.zone = cls.env['service.zone'].create({'name': "Coast", 'zip_prefixes': 'LV-34'})

    @classmethod
    def _create_rule(cls, kind, **values):
        product = {'product_id': cls.fee.id} if kind in ('call_out', 'minimum') else {}
        return cls.env['service.price.rule'].create({
            'name': kind.replace('_', ' ').title(), 'kind': kind, 'company_id': cls.company.id,
            **product, **values})

    def _book(self, order, start, end, employee=None, **values):
        return self._create_line(
            order, employee_id=(employee or self.technician).id, date_start=start, date_end=end,
            quantity_planned=0, **values)

    #=== FEES ===#

    def test_archived_setup_decides_nothing_whatever_a_caller_asks_for(self):
        """A context comes with every call: ``active_test`` in it finds no archived rule or stage."""
        rule = self._create_rule('call_out', amount=45)
        team = self.env['service.team'].create({
            'name': "First", 'sequence': -1, 'company_id': self.company.id,
            'zone_ids': self.zone.ids})
        stage = self.env['service.stage'].create({
            'name': "First", 'category': 'open', 'sequence': -1})
        reason = self.env['service.reason'].create({
            'name': "First", 'usage': 'decline', 'sequence': -1})
        rule.active = team.active = stage.active = reason.active = False
        self.zone.active = False
        self.env.registry.clear_cache()
        caller = self.env['service.order'].with_context(active_test=False)
        order = caller.create({
            'title': "Leak", 'partner_id': self.customer.id, 'company_id': self.company.id})
        self.assertFalse(order.line_ids, "No fee by an archived rule")
        self.assertFalse(order.zone_id)
        self.assertNotEqual(order.team_id, team)
        self.assertNotEqual(stage, stage.with_context(active_test=False)._get_for(
            'open', self.company))
        self.assertNotEqual(reason, reason.with_context(active_test=False)._get_default('decline'))
        rule.active = True
        self.assertTrue(caller.create({
            'title': "Leak", 'partner_id': self.customer.id,
            'company_id': self.company.id}).line_ids, "Else the rule fits")

    def test_call_out_fee_is_added_when_the_order_opens(self):
        rule = self._create_rule('call_out', amount=45)
        order = self._create_order()
        self.assertRecordValues(order.line_ids, [{
            'kind': 'fee', 'name': "Call Out", 'price_unit': 45, 'quantity': 1,
            'price_rule_id': rule.id, 'is_rule_line': True, 'tax_ids': self.tax.ids,
            'price_explanation': "Rule: Call Out",
        }])

    def test_call_out_fee_is_added_once_however_often_rules_are_applied(self):
        self._create_rule('call_out', amount=45)
        order = self._create_order()
        order.action_apply_price_rules()
        order.action_apply_price_rules()
        self.assertEqual(len(order.line_ids), 1)

    def test_first_fitting_rule_of_a_kind_counts(self):
        self._create_rule('call_out', amount=90, sequence=1, min_priority='3')
        self._create_rule('call_out', amount=60, sequence=2, zone_ids=self.zone.ids)
        self._create_rule('call_out', amount=45, sequence=3)
        for values, expected in (
            ({'priority': '3', 'site_id': self.site.id}, 90),
            ({'priority': '2', 'site_id': self.site.id}, 60),
            ({'site_id': self.customer.id}, 45),
        ):
            with self.subTest(values=values):
                self.assertEqual(self._create_order(**values).line_ids.price_unit, expected)

    def test_rule_fits_the_days_of_calls_both_included(self):
        self._create_rule('call_out', amount=45, date_from='2026-03-02', date_to='2026-03-03')
        for moment, count in (
            ('2026-03-01 21:59:00', 0),  # still Sunday in Riga
            ('2026-03-01 22:30:00', 1),  # Monday in Riga
            ('2026-03-03 21:00:00', 1),
            ('2026-03-03 22:00:00', 0),
        ):
            with self.subTest(moment=moment):
                order = self._create_order(date_order=moment)
                self.assertEqual(len(order.line_ids), count)

    def test_waived_call_out_fee_stays_waived(self):
        self._create_rule('call_out', amount=45)
        order = self._create_order()
        order.line_ids.action_cancel()
        order.action_apply_price_rules()
        self.assertEqual(order.line_ids.mapped('state'), ['cancelled'])

    def test_call_out_fee_changed_by_hand_stays(self):
        self._create_rule('call_out', amount=45)
        order = self._create_order()
        order.line_ids.price_unit = 20
        order.action_apply_price_rules()
        self.assertEqual(order.line_ids.price_unit, 20)
        self.assertIn("by hand instead of", order.line_ids.price_explanation)

    def test_no_call_out_fee_when_all_work_is_under_warranty(self):
        rule = self._create_rule('call_out', amount=45)
        order = self._create_order(object_ids=self.object.ids)
        self._create_line(order, 'item')
        order.action_apply_price_rules()
        self.assertEqual(order.line_ids.mapped('kind'), ['item'])
        rule.is_under_warranty = True
        order.action_apply_price_rules()
        self.assertEqual(set(order.line_ids.mapped('kind')), {'item', 'fee'})

    def test_call_out_fee_per_visit_counts_visits_that_took_place(self):
        self._create_rule('call_out', amount=45, per='visit')
        order = self._create_order()
        self.assertEqual(order.line_ids.quantity, 1)
        for day in ('2026-03-03', '2026-03-04'):
            visit = self._plan(order, f'{day} 08:00:00')
            visit.action_start()
            visit.action_stop()
            visit.action_done()
        self._plan(order, '2026-03-05 08:00:00')
        self._sign(order)
        self.assertEqual(order.line_ids.filtered('is_rule_line').quantity, 2)

    def test_minimum_charge_tops_up_what_is_charged(self):
        self._create_rule('minimum', amount=100)
        for quantity, top_up in ((1, 20), (1.25, 0), (3, 0)):
            with self.subTest(quantity=quantity):
                order = self._create_order()
                self._create_line(order, quantity=quantity)
                order.action_apply_price_rules()
                self.assertEqual(
                    sum(order.line_ids.filtered('is_rule_line').mapped('price_unit')), top_up)
                self.assertEqual(order.amount_untaxed, max(100, 80 * quantity))

    def test_minimum_charge_leaves_free_work_free(self):
        self._create_rule('minimum', amount=100)
        order = self._create_order(object_ids=self.object.ids)
        self._create_line(order, 'item')
        order.action_apply_price_rules()
        self.assertEqual(order.amount_untaxed, 0)

    def test_minimum_charge_goes_away_when_more_work_is_booked(self):
        self._create_rule('minimum', amount=100)
        order = self._create_order()
        line = self._create_line(order, quantity=1)
        order.action_apply_price_rules()
        line.quantity = 2
        order.action_apply_price_rules()
        self.assertEqual(order.line_ids, line)

    def test_rule_amounts_are_converted_to_the_order_currency(self):
        self._create_rule('call_out', amount=45)
        currency = self.setup_other_currency('HRK', rates=[('2026-01-01', 2.0)])
        pricelist = self.env['product.pricelist'].create({
            'name': "Foreign", 'currency_id': currency.id, 'company_id': self.company.id})
        order = self._create_order(pricelist_id=pricelist.id)
        self.assertEqual(order.line_ids.price_unit, 90)

    def test_fee_rule_needs_a_product(self):
        with self.assertRaisesRegex(ValidationError, "choose the product"):
            self._create_rule('call_out', amount=45, product_id=False)

    def test_rules_of_another_company_do_not_count(self):
        other = self.setup_other_company()['company']
        self.env['service.price.rule'].create({
            'name': "Theirs", 'kind': 'travel', 'amount': 1, 'company_id': other.id})
        order = self._create_order()
        self.assertEqual(self._create_line(order, is_travel=True).price_unit, 50)

    #=== RATES ===#

    def test_travel_rate_follows_the_zone(self):
        rule = self._create_rule('travel', amount=65, zone_ids=self.zone.ids)
        order = self._create_order(site_id=self.site.id)
        travel = self._create_line(order, is_travel=True)
        work = self._create_line(order)
        self.assertRecordValues(travel | work, [
            {'price_unit': 65, 'price_rule_id': rule.id, 'price_explanation': "Rule: Travel"},
            {'price_unit': 80, 'price_rule_id': False,
             'price_explanation': f"Pricelist: {order.pricelist_id.name}" if order.pricelist_id
             else "Price of the product"},
        ])
        order.site_id = self.customer
        self.assertEqual(travel.price_unit, 65, "A zone is kept where none matches")
        order.zone_id = False
        self.assertEqual(travel.price_unit, 50)

    def test_overtime_by_the_technicians_calendar(self):
        """Riga is two hours ahead of UTC in March; the week is Monday to Friday, 8 to 17."""
        self._create_rule('overtime', name="Evening", percent=50, day='open')
        self._create_rule('overtime', name="Weekend", percent=100, day='closed')
        for start, end, expected in (
            ('2026-03-03 07:00', '2026-03-03 09:00', [(2, 80)]),
            ('2026-03-03 15:00', '2026-03-03 17:30', [(2.5, 120)]),
            ('2026-03-03 14:00', '2026-03-03 17:00', [(1, 80), (2, 120)]),
            ('2026-03-03 05:30', '2026-03-03 15:15', [(0.5, 120), (9, 80), (0.25, 120)]),
            ('2026-03-07 10:00', '2026-03-07 11:00', [(1, 160)]),
            ('2026-03-06 20:00', '2026-03-06 23:00', [(2, 120), (1, 160)]),
        ):
            with self.subTest(start=start):
                order = self._create_order()
                self._book(order, start + ':00', end + ':00')
                order.action_apply_price_rules()
                lines = order.line_ids.sorted('date_start')
                self.assertEqual(
                    [(line.quantity, line.price_unit) for line in lines], expected)
                self.assertEqual(
                    order.amount_untaxed, sum(hours * price for hours, price in expected))

    def test_splitting_overtime_twice_changes_nothing(self):
        self._create_rule('overtime', percent=50)
        order = self._create_order()
        self._book(order, '2026-03-03 14:00:00', '2026-03-03 17:00:00')
        order.action_apply_price_rules()
        before = order.line_ids.ids
        order.action_apply_price_rules()
        self.assertEqual(order.line_ids.ids, before)

    def test_overtime_lines_stay_with_their_visit_and_say_so_to_the_customer(self):
        self._create_rule('overtime', name="Evening", percent=50)
        order = self._create_order()
        visit = self._plan(order)
        self._book(order, '2026-03-03 14:00:00', '2026-03-03 17:00:00', visit_id=visit.id)
        self._sign(order)
        late = order.line_ids.sorted('date_start')[-1]
        self.assertEqual(late.visit_id, visit)
        self.assertEqual(late.price_explanation, "Evening: +50 %")
        self.assertEqual(late._prepare_invoice_line()['name'], f"{late.name}\nEvening")

    def test_a_break_is_no_overtime(self):
        self.calendar.attendance_ids = [Command.clear()] + [
            Command.create({
                'name': "Day", 'dayofweek': str(day), 'hour_from': start, 'hour_to': end,
                'day_period': 'morning'})
            for day in range(5) for start, end in ((8, 12), (13, 17))]
        self._create_rule('overtime', percent=50)
        order = self._create_order()
        self._book(order, '2026-03-03 09:00:00', '2026-03-03 12:00:00')
        order.action_apply_price_rules()
        self.assertEqual(order.line_ids.mapped('price_unit'), [80])

    def test_the_day_between_two_nights_is_overtime(self):
        self.calendar.attendance_ids = [Command.clear()] + [
            Command.create({
                'name': "Night", 'dayofweek': str(day), 'hour_from': start, 'hour_to': end,
                'day_period': 'morning'})
            for day in range(5) for start, end in ((0, 6), (22, 24))]
        self._create_rule('overtime', percent=50)
        order = self._create_order()
        night = self._book(order, '2026-03-03 20:00:00', '2026-03-04 04:00:00')
        noon = self._book(order, '2026-03-03 10:00:00', '2026-03-03 11:00:00')
        order.action_apply_price_rules()
        self.assertEqual((night | noon).mapped('price_unit'), [80, 120])

    def test_a_holiday_is_a_closed_day(self):
        self.env['resource.calendar.leaves'].create({
            'name': "Holiday", 'calendar_id': self.calendar.id, 'company_id': self.company.id,
            'date_from': '2026-03-02 22:00:00', 'date_to': '2026-03-03 21:59:59'})
        self._create_rule('overtime', percent=100, day='closed')
        order = self._create_order()
        line = self._book(order, '2026-03-03 08:00:00', '2026-03-03 09:00:00')
        self.assertEqual(line.price_unit, 160)

    def test_travel_and_technicians_without_hours_have_no_overtime(self):
        self._create_rule('overtime', percent=50)
        self.colleague.resource_calendar_id = False
        order = self._create_order()
        lines = self._book(order, '2026-03-07 08:00:00', '2026-03-07 09:00:00', is_travel=True)
        lines |= self._book(order, '2026-03-07 08:00:00', '2026-03-07 09:00:00', self.colleague)
        self.assertEqual(lines.mapped('price_unit'), [50, 80])

    def test_warranty_rule_makes_a_part_of_the_price(self):
        self.object.warranty_labor_end = '2026-12-31'
        rule = self._create_rule('warranty', name="Second Year", percent=50, warranty='labor')
        order = self._create_order(object_ids=self.object.ids)
        hour = self._create_line(order, quantity=2)
        item = self._create_line(order, 'item')
        self.assertRecordValues(hour | item, [
            {'billing': 'chargeable', 'discount': 50, 'price_subtotal': 80,
             'coverage_rule_id': rule.id},
            {'billing': 'warranty', 'discount': 100, 'price_subtotal': 0,
             'coverage_rule_id': False},
        ])
        self.assertIn("Second Year: 50 % off", hour.price_explanation)
        self.assertIn("Labor warranty", hour.billing_reason)

    def test_the_higher_of_warranty_and_pricelist_discount_counts(self):
        self.env.ref('base.group_user').implied_ids += self.env.ref(
            'sale.group_discount_per_so_line')
        self.object.warranty_labor_end = '2026-12-31'
        pricelist = self.env['product.pricelist'].create({
            'name': "Friends", 'company_id': self.company.id, 'currency_id': self.company.currency_id.id,
            'item_ids': [Command.create({
                'compute_price': 'percentage', 'percent_price': 30, 'applied_on': '3_global'})]})
        rule = self._create_rule('warranty', percent=20)
        for percent, expected in ((20, 30), (50, 50)):
            with self.subTest(percent=percent):
                rule.percent = percent
                order = self._create_order(
                    object_ids=self.object.ids, pricelist_id=pricelist.id)
                self.assertAlmostEqual(self._create_line(order).discount, expected)

    #=== THE AGREED TOTAL ===#

    def test_agreed_totals_to_the_cent(self):
        """(kind, agreed, [(price, quantity, discount)], total, sum of adjusted lines)"""
        for kind, agreed, lines, total in (
            ('maximum', 500, [(300, 1, 0), (300, 1, 0), (60, 1, 0)], 500),  # Business Central: 499.99
            ('maximum', 500, [(300, 1, 0), (60, 1, 0)], 360),
            ('maximum', 100, [(80, 1.75, 0)], 100),
            ('maximum', 100, [(33.33, 3, 0), (7.77, 7, 0)], 100),
            ('maximum', 99.99, [(80, 2.25, 10), (12.5, 3, 0)], 99.99),
            ('maximum', 0.05, [(1, 7, 0), (1, 7, 0)], 0.05),
            ('fixed', 1000, [(80, 3, 0), (120, 7, 0)], 1000),
            ('fixed', 100, [(80, 3, 0)], 100),
            ('fixed', 250.01, [(80, 1.33, 0), (19.99, 3, 15)], 250.01),
            ('fixed', 10000, [(0.01, 3, 0), (0.02, 7, 0)], 10000),
        ):
            for rounding in ('round_per_line', 'round_globally'):
                with self.subTest(kind=kind, agreed=agreed, lines=lines, rounding=rounding):
                    self.company.tax_calculation_rounding_method = rounding
                    order = self._create_order(limit_kind=kind, limit_amount=agreed)
                    for price, quantity, discount in lines:
                        self._create_line(
                            order, 'fee', product_id=self.fee.id, price_unit=price,
                            quantity_planned=quantity, discount=discount)
                    order.action_apply_price_rules()
                    self.assertAlmostEqual(order.amount_untaxed, total, places=7)
                    before = [(line.price_unit, line.quantity) for line in order.line_ids]
                    order.action_apply_price_rules()
                    self.assertEqual(
                        [(line.price_unit, line.quantity) for line in order.line_ids], before)
                    self._plan(order)
                    self._sign(order)
                    order._post_lines()
                    invoice = order._create_invoices()
                    self.assertAlmostEqual(invoice.amount_untaxed, total, places=7)

    def test_agreed_total_includes_taxes_where_prices_do(self):
        included = self.env['account.tax'].create({
            'name': "VAT included", 'amount': 21, 'price_include_override': 'tax_included',
            'type_tax_use': 'sale', 'company_id': self.company.id})
        order = self._create_order(limit_kind='fixed', limit_amount=100)
        for price in (33.33, 51.49):
            self._create_line(
                order, 'fee', price_unit=price, quantity_planned=3, tax_ids=included.ids)
        order.action_apply_price_rules()
        self.assertEqual(order.amount_total, 100)

    def test_more_work_is_adjusted_again(self):
        order = self._create_order(limit_kind='maximum', limit_amount=200)
        line = self._create_line(order, quantity=3)
        order.action_apply_price_rules()
        self.assertEqual(order.amount_untaxed, 200)
        self.assertIn("adjusted from", line.price_explanation)
        line.quantity = 2
        order.action_apply_price_rules()
        self.assertRecordValues(line, [{'price_unit': 80, 'is_price_adjusted': False}])
        self.assertEqual(order.amount_untaxed, 160)

    def test_agreed_total_holds_for_what_is_posted_already(self):
        order = self._create_order(limit_kind='maximum', limit_amount=200)
        first = self._create_line(order, 'fee', price_unit=120)
        second = self._create_line(order, 'fee', price_unit=60)
        self._plan(order)
        self._sign(order)
        order._post_lines(first)
        second.price_unit = 130
        order._post_lines()
        self.assertRecordValues(first | second, [{'price_unit': 120}, {'price_unit': 80}])
        self.assertEqual(order.amount_untaxed, 200)

    def test_agreed_total_follows_its_rule_until_changed_by_hand(self):
        rule = self._create_rule('fixed', amount=250, task_ids=self.task.ids)
        order = self._create_order(task_ids=[Command.create({'task_id': self.task.id})])
        self.assertRecordValues(order, [{
            'limit_rule_id': rule.id, 'limit_kind': 'fixed', 'limit_amount': 250}])
        order.limit_amount = 220
        order.priority = '2'
        self.assertEqual(order.limit_amount, 220)
        order.task_ids.unlink()
        self.assertRecordValues(order, [{
            'limit_rule_id': False, 'limit_kind': False, 'limit_amount': 0}])

    def test_agreed_total_by_hand_stays_when_no_rule_fits(self):
        order = self._create_order(limit_kind='maximum', limit_amount=200)
        order.priority = '1'
        self.assertEqual(order.limit_amount, 200)

    def test_agreed_total_needs_an_amount(self):
        with self.assertRefused("Enter the amount"):
            self._create_order(limit_kind='fixed')

    def test_price_entered_after_an_adjustment_is_kept(self):
        order = self._create_order(limit_kind='maximum', limit_amount=100)
        line = self._create_line(order, 'fee', price_unit=150)
        order.action_apply_price_rules()
        line.price_unit = 90
        order.action_apply_price_rules()
        self.assertRecordValues(line, [{'price_unit': 90, 'is_price_adjusted': False}])

    def test_manager_rights_are_not_needed_to_have_work_priced(self):
        self._create_rule('call_out', amount=45)
        self._create_rule('minimum', amount=200)
        self._create_rule('overtime', percent=50)
        order = self._create_order()
        self._plan(order)
        self._create_line(
            order.with_user(self.user_technician), employee_id=self.technician.id,
            date_start='2026-03-03 14:00:00', date_end='2026-03-03 16:00:00', quantity_planned=0)
        action = order.with_user(self.user_technician).action_sign_off()
        self.assertEqual(action['res_model'], 'service.order.change.stage')
        self._sign(order)
        self.assertEqual(order.amount_untaxed, 245)

    def test_only_managers_make_rules(self):
        with self.assertRaises(AccessError):
            self.env['service.price.rule'].with_user(self.user_dispatcher).create({
                'name': "Mine", 'kind': 'travel', 'amount': 1})

    def test_marks_of_rules_are_not_written_by_hand(self):
        line = self._create_line(self._create_order())
        with self.assertRaisesRegex(AccessError, "by its actions only"):
            line.with_user(self.user_dispatcher).is_rule_line = True

    def test_copies_get_fees_of_their_own(self):
        self._create_rule('call_out', amount=45)
        order = self._create_order()
        self._create_line(order)
        copy = order.copy()
        self.assertEqual(copy.line_ids.mapped('is_rule_line').count(True), 1)
        self.assertEqual(len(copy.line_ids), 2)

    def test_order_with_reversed_lines_can_be_duplicated(self):
        order = self._worked_order()
        order._post_lines()
        order.line_ids[0].action_reverse()
        self.assertEqual(len(order.copy().line_ids), 2)


@tagged('post_install', '-at_install')
class TestServiceLineSet(ServiceBaseCommon):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.group = cls.env['service.object.group'].create({'name': "Boilers"})
        cls.task = cls.env['service.task'].create({'name': "Annual Service"})
        cls.line_set = cls.env['service.line.set'].create({
            'name': "Annual Boiler Service",
            'task_id': cls.task.id,
            'line_ids': [
                Command.create({'kind': 'hour', 'quantity': 1.5}),
                Command.create({'kind': 'hour', 'is_travel': True, 'quantity': 0.5}),
                Command.create({'kind': 'item', 'product_id': cls.part.id, 'name': "Spare pump"}),
            ],
        })

    def _insert(self, order, user=None, **values):
        wizard = self.env['service.order.insert.set'].with_user(
            user or self.user_dispatcher).create({'order_id': order.id, **values})
        wizard.action_apply()

    def test_set_brings_lines_and_task_at_the_prices_of_the_order(self):
        order = self._create_order(object_ids=self.other_object.browse())
        self._insert(order, set_ids=self.line_set.ids)
        self.assertRecordValues(order.line_ids, [
            {'kind': 'hour', 'product_id': self.hours.id, 'quantity_planned': 1.5, 'price_unit': 80,
             'name': "Hours", 'task_id': self.task.id},
            {'kind': 'hour', 'product_id': self.travel.id, 'quantity_planned': 0.5,
             'price_unit': 50, 'name': "Travel", 'task_id': self.task.id},
            {'kind': 'item', 'product_id': self.part.id, 'quantity_planned': 1, 'price_unit': 120,
             'name': "Spare pump", 'task_id': self.task.id},
        ])
        self.assertEqual(order.task_ids.task_id, self.task)

    def test_set_brings_its_task_once(self):
        order = self._create_order(task_ids=[Command.create({'task_id': self.task.id})])
        self._insert(order, set_ids=self.line_set.ids)
        self._insert(order, set_ids=self.line_set.ids)
        self.assertEqual(len(order.task_ids), 1)
        self.assertEqual(len(order.line_ids), 6)

    def test_sets_are_offered_by_task_group_or_product(self):
        order = self._create_order(object_ids=self.object.ids)
        generic = self.env['service.line.set'].create({'name': "Inspection"})
        with Form(self.env['service.order.insert.set'].with_context(
                default_order_id=order.id)) as wizard:
            self.assertEqual(wizard.fitting_set_ids[:].ids, generic.ids)
            wizard.is_every_set = True
            self.assertIn(self.line_set.id, wizard.fitting_set_ids[:].ids)
            wizard.set_ids.add(generic)
        for values in (
            {'object_group_ids': self.group.ids}, {'product_ids': self.part.ids},
        ):
            with self.subTest(values=values):
                self.line_set.write({'task_id': False, 'object_group_ids': [Command.clear()],
                                     'product_ids': [Command.clear()], **values})
                self.assertFalse(self.line_set._fits(order))
                self.object.write({'group_id': self.group.id, 'product_id': self.part.id})
                self.assertTrue(self.line_set._fits(order))
                self.object.write({'group_id': False, 'product_id': False})

    def test_lines_are_for_the_object_chosen(self):
        second = self.object.copy({'name': "Boiler 2"})
        order = self._create_order(object_ids=(self.object | second).ids)
        self._insert(order, set_ids=self.line_set.ids, object_id=second.id)
        self.assertEqual(order.line_ids.object_id, second)

    def test_sets_do_not_change_locked_orders(self):
        order = self._worked_order()
        with self.assertRaisesRegex(UserError, "cannot be changed in stage"):
            self._insert(order, set_ids=self.line_set.ids)

    def test_only_managers_make_sets(self):
        with self.assertRaises(AccessError):
            self.line_set.with_user(self.user_dispatcher).name = "Mine"

    def test_set_item_needs_a_product(self):
        with self.assertRefused("An item line needs a product"):
            self.line_set.line_ids = [Command.create({'kind': 'item'})]

    def test_sets_of_one_company_stay_there(self):
        other = self.setup_other_company()['company']
        self.line_set.company_id = other
        order = self._create_order(task_ids=[Command.create({'task_id': self.task.id})])
        wizard = self.env['service.order.insert.set'].create({'order_id': order.id})
        self.assertNotIn(self.line_set, wizard.fitting_set_ids)
        self.assertEqual(fields.Date.to_string(order._get_order_day()), '2026-03-02')

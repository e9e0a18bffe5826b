"""Warranties: from which day, until when, what they pay by age, and what was sold beyond."""
from datetime import date, datetime

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form, freeze_time, new_test_user, tagged

from .common import ServiceCommon

D = date


@freeze_time('2026-03-02 09:00:00')
@tagged('post_install', '-at_install')
class TestServiceWarranty(ServiceCommon):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.user.group_ids |= cls.env.ref('sales_team.group_sale_manager')
        cls.salesperson = new_test_user(
            cls.env, login='salesperson', groups='sales_team.group_sale_salesman',
            company_id=cls.company.id)
        cls.group = cls.env['service.object.group'].create({
            'name': "Boilers", 'warranty_labor_months': 24, 'warranty_parts_months': 36})
        cls.extension = cls._create_service_product(
            "Two More Years", 300, extends_labor_months=12, extends_parts_months=24)

    def _object(self, **values):
        return self.env['service.object'].create({
            'name': "New", 'partner_id': self.customer.id, 'group_id': self.group.id, **values})

    def _line(self, obj, kind, day, **values):
        order = self._create_order(
            object_ids=obj.ids, date_order=datetime(day.year, day.month, day.day, 8))
        return self._create_line(order, kind, **values)

    #=== TERMS ===#

    def test_warranty_begins_with_the_day_that_the_terms_name_and_falls_back(self):
        bought, delivered, started = D(2026, 1, 1), D(2026, 2, 1), D(2026, 3, 1)
        for begin, dates, expected in (
            ('in_service', (bought, delivered, started), started),
            ('in_service', (bought, delivered, False), delivered),
            ('in_service', (bought, False, False), bought),
            ('delivery', (bought, delivered, started), delivered),
            ('delivery', (bought, False, started), bought),
            ('delivery', (False, False, started), started),
            ('purchase', (bought, delivered, started), bought),
            ('purchase', (False, delivered, started), delivered),
            ('purchase', (False, False, started), started),
            ('purchase', (False, False, False), False),
        ):
            with self.subTest(begin=begin, dates=dates):
                self.group.warranty_begin = begin
                obj = self._object(
                    date_purchase=dates[0], date_delivery=dates[1], date_in_service=dates[2])
                self.assertEqual(obj.warranty_start, expected)
                self.assertEqual(bool(obj.warranty_labor_end), bool(expected))

    def test_terms_of_the_product_win_over_those_of_the_group(self):
        obj = self._object(date_in_service='2026-01-01', product_id=self.part.id)
        self.assertEqual(obj.warranty_labor_end, D(2027, 12, 31))
        self.part.product_tmpl_id.write({
            'warranty_parts_months': 6, 'warranty_begin': 'delivery'})
        own = self._object(
            date_in_service='2026-01-01', date_delivery='2025-12-01', product_id=self.part.id)
        self.assertRecordValues(own, [{
            'warranty_start': D(2025, 12, 1), 'warranty_labor_end': False,
            'warranty_parts_end': D(2026, 5, 31)}])

    def test_end_that_a_person_entered_stays(self):
        obj = self._object(date_in_service='2026-01-01')
        with Form(obj.with_user(self.user_dispatcher)) as form:
            form.warranty_labor_end = '2030-06-30'
        obj.date_in_service = '2026-02-01'
        self.assertRecordValues(obj, [{
            'warranty_labor_end': D(2030, 6, 30), 'warranty_parts_end': D(2029, 1, 31)}])
        loose = self._object(group_id=False, warranty_labor_end='2028-01-01')
        loose.write({'group_id': self.group.id, 'date_in_service': '2026-01-01'})
        self.assertEqual(loose.warranty_labor_end, D(2028, 1, 1))

    def test_warranty_cannot_end_before_it_begins(self):
        self.group.warranty_begin = 'purchase'
        obj = self._object(date_purchase='2024-01-01', date_in_service='2027-01-01')
        self.assertEqual(obj.warranty_labor_end, D(2025, 12, 31), "it may be over before start-up")
        with self.assertRefused("cannot end before it begins"):
            obj.warranty_labor_end = '2023-12-31'

    #=== PERCENT BY AGE ===#

    def test_percent_by_age_reaches_the_price_to_the_cent(self):
        self.group.warranty_step_ids = [
            Command.create({'kind': 'labor', 'after_months': 12, 'percent': 50}),
            Command.create({'kind': 'both', 'after_months': 18, 'percent': 33.33})]
        obj = self._object(date_in_service='2026-01-01')
        for day, kind, billing, percent, subtotal in (
            (D(2026, 12, 31), 'hour', 'warranty', 100, 0),
            (D(2027, 1, 1), 'hour', 'chargeable', 50, 40),
            (D(2027, 1, 1), 'item', 'warranty', 100, 0),
            (D(2027, 7, 1), 'hour', 'chargeable', 33.33, 53.34),
            (D(2027, 7, 1), 'item', 'chargeable', 33.33, 80),
            (D(2028, 1, 1), 'hour', 'chargeable', 0, 80),
            (D(2028, 1, 1), 'item', 'chargeable', 33.33, 80),
        ):
            with self.subTest(day=day, kind=kind):
                line = self._line(obj, kind, day, quantity=1)
                self.assertRecordValues(line, [{
                    'billing': billing, 'covered_percent': percent, 'price_subtotal': subtotal}])
        self.assertEqual(
            line.billing_reason, "Parts warranty of New until 12/31/2028: 33.33 % at this age")
        self.assertIn("Warranty of New: 33.33 % off", line.price_explanation)

    def test_percentage_of_nothing_charges_the_line(self):
        self.group.warranty_step_ids = [Command.create({'after_months': 0, 'percent': 0})]
        line = self._line(self._object(date_in_service='2026-01-01'), 'item', D(2026, 2, 1))
        self.assertRecordValues(line, [{'billing': 'chargeable', 'billing_reason': False}])

    def test_the_lesser_of_terms_and_pricing_rule_counts(self):
        self.group.warranty_step_ids = [Command.create({'after_months': 12, 'percent': 50})]
        obj = self._object(date_in_service='2026-01-01')
        rule = self.env['service.price.rule'].create({
            'name': "Not All", 'kind': 'warranty', 'percent': 80})
        for day, percent, by_rule in ((D(2026, 6, 1), 80, rule), (D(2027, 6, 1), 50, rule.browse())):
            line = self._line(obj, 'item', day)
            self.assertEqual((line.covered_percent, line.coverage_rule_id), (percent, by_rule))

    def test_documents_say_warranty_where_an_agreement_pays_no_more(self):
        self.group.warranty_step_ids = [Command.create({'after_months': 12, 'percent': 50})]
        obj = self._object(date_in_service='2026-01-01')
        line = self._line(obj, 'item', D(2027, 6, 1))
        agreement = self.env['service.agreement'].create({
            'title': "Care", 'partner_id': self.customer.id, 'date_start': '2026-01-01',
            'date_end': '2029-12-31', 'coverage_parts': 50})
        agreement._activate()
        line.order_id.agreement_id = agreement
        self.assertEqual(line.covered_percent, 50)
        self.assertEqual(line._get_document_reason(), "Warranty of New")

    def test_percentage_belongs_to_one_owner(self):
        with self.assertRefused("belongs to an object group or to a product"):
            self.env['service.warranty.step'].create({'after_months': 12, 'percent': 50})
        with self.assertRefused("between 0 and 100"):
            self.group.warranty_step_ids = [Command.create({'after_months': 12, 'percent': 120})]

    def test_dispatcher_sets_no_terms(self):
        for record in (self.group, self.env['service.warranty.step']):
            with self.assertRaises(AccessError):
                record.with_user(self.user_dispatcher).create(
                    {'name': "Mine"} if record else {'group_id': self.group.id})

    #=== EXTENDED WARRANTY ===#

    def _sell(self, obj, product=None, confirm=True, **values):
        sale = self.env['sale.order'].create({
            'partner_id': self.customer.id, 'user_id': self.salesperson.id,
            'order_line': [Command.create({
                'product_id': (product or self.extension).id, 'product_uom_qty': 1,
                'service_object_id': obj and obj.id})], **values})
        if confirm:
            sale.with_user(self.salesperson).action_confirm()
        return sale

    def test_sold_extension_begins_when_the_warranty_ends(self):
        obj = self._object(date_in_service='2026-01-01')
        sale = self._sell(obj)
        self.assertRecordValues(obj.warranty_extension_ids, [
            {'kind': 'labor', 'months': 12, 'date_from': D(2028, 1, 1), 'date_to': D(2028, 12, 31),
             'create_uid': self.salesperson.id, 'sale_line_id': sale.order_line.id},
            {'kind': 'parts', 'months': 24, 'date_from': D(2029, 1, 1), 'date_to': D(2030, 12, 31),
             'create_uid': self.salesperson.id, 'sale_line_id': sale.order_line.id}])
        line = self._line(obj, 'hour', D(2028, 12, 31))
        self.assertRecordValues(line, [{
            'billing': 'warranty', 'covered_percent': 100,
            'billing_reason': "Labor warranty of New until 12/31/2028"}])
        self.assertEqual(self._line(obj, 'hour', D(2029, 1, 1)).billing, 'chargeable')

    def test_extension_sold_too_late_leaves_the_time_between_uncovered(self):
        obj = self._object(date_in_service='2023-01-01')  # labor until 2024, parts until 2025
        self._sell(obj)
        self.assertEqual(
            obj.warranty_extension_ids.mapped(lambda row: (row.date_from, row.date_to)),
            [(D(2026, 3, 2), D(2027, 3, 1)), (D(2026, 3, 2), D(2028, 3, 1))])
        self.assertEqual(self._line(obj, 'item', D(2026, 2, 1)).billing, 'chargeable')
        self.assertEqual(self._line(obj, 'item', D(2026, 3, 2)).billing, 'warranty')
        self.assertEqual(obj.warranty_state, 'full')
        self.assertIn(obj, self.env['service.object'].search([('warranty_state', '=', 'full')]))

    def test_second_extension_follows_the_first_and_the_corrected_end(self):
        obj = self._object(date_in_service='2026-01-31')
        month = self._create_service_product("One Month", 20, extends_labor_months=1)
        for _time in range(2):
            self._sell(obj, month)
        self.assertEqual(
            obj.warranty_extension_ids.mapped('date_to'), [D(2028, 2, 28), D(2028, 3, 30)])
        obj.warranty_labor_end = '2026-12-31'
        self.assertEqual(
            obj.warranty_extension_ids.mapped('date_to'), [D(2027, 1, 31), D(2027, 2, 28)])

    def test_extension_pays_all_whatever_the_percentage_was(self):
        self.group.warranty_step_ids = [Command.create({'after_months': 12, 'percent': 50})]
        obj = self._object(date_in_service='2026-01-01')
        self._sell(obj)
        self.assertEqual(self._line(obj, 'hour', D(2027, 6, 1)).covered_percent, 50)
        self.assertEqual(self._line(obj, 'hour', D(2028, 6, 1)).covered_percent, 100)

    def test_cancelled_sale_takes_the_extension_back_and_open_lines_are_charged(self):
        obj = self._object(date_in_service='2023-01-01')
        sale = self._sell(obj)
        line = self._line(obj, 'item', D(2026, 3, 2))
        sale.with_user(self.salesperson)._action_cancel()
        self.assertEqual(obj.warranty_extension_ids.mapped('date_taken_back'), [D(2026, 3, 2)] * 2)
        self.assertEqual((line.billing, obj.warranty_state), ('chargeable', 'none'))
        sale.action_draft()
        sale.with_user(self.salesperson).action_confirm()
        self.assertEqual(line.billing, 'warranty')
        self.assertEqual(len(obj.warranty_extension_ids), 4)

    def test_credit_note_takes_the_extension_back_once_it_is_posted(self):
        obj = self._object(date_in_service='2023-01-01')
        self.extension.invoice_policy = 'order'
        invoice = self._sell(obj)._create_invoices()
        invoice.action_post()
        credit = invoice._reverse_moves([{'invoice_date': invoice.invoice_date}])
        rows = obj.warranty_extension_ids
        self.assertFalse(any(rows.mapped('date_taken_back')))
        credit.action_post()
        self.assertTrue(all(rows.mapped('date_taken_back')))
        self.assertFalse(any(rows.mapped('date_to')))

    def test_credited_in_part_stays(self):
        obj = self._object(date_in_service='2023-01-01')
        self.extension.invoice_policy = 'order'
        invoice = self._sell(obj)._create_invoices()
        invoice.action_post()
        credit = invoice._reverse_moves()
        credit.invoice_line_ids.quantity = 0.5
        credit.action_post()
        self.assertFalse(any(obj.warranty_extension_ids.mapped('date_taken_back')))

    def test_extension_needs_an_object_of_the_customer(self):
        with self.assertRaisesRegex(UserError, "choose the service object"):
            self._sell(None)
        with self.assertRaisesRegex(UserError, "belongs to Bakery"):
            self._sell(self.other_object)

    def test_confirming_twice_extends_once(self):
        obj = self._object(date_in_service='2026-01-01')
        sale = self._sell(obj)
        sale.order_line._create_service()
        self.assertEqual(len(obj.warranty_extension_ids), 2)

    def test_technician_extends_nothing(self):
        with self.assertRaises(AccessError):
            self.env['service.warranty.extension'].with_user(self.user_technician).create({
                'object_id': self.object.id, 'months': 12})
        self.env['service.warranty.extension'].with_user(self.user_dispatcher).create({
            'object_id': self.object.id, 'months': 12})

    def test_extensions_of_another_company_are_not_shown(self):
        branch = self.env['res.company'].create({'name': "Elsewhere"})
        obj = self.env['service.object'].create({'name': "Far", 'company_id': branch.id})
        row = self.env['service.warranty.extension'].create({'object_id': obj.id, 'months': 12})
        with self.assertRaises(AccessError):
            row.with_user(self.user_manager).read(['months'])

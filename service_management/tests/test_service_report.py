from odoo.exceptions import AccessError, UserError
from odoo.tests import freeze_time, tagged

from .common import SIGNATURE, ServiceBaseCommon


@freeze_time('2026-03-03 09:00:00')
@tagged('post_install', '-at_install')
class TestServiceReport(ServiceBaseCommon):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.group = cls.env['service.object.group'].create({'name': "Boilers"})
        cls.object.write({'group_id': cls.group.id, 'warranty_parts_end': False})

    #=== THE ANALYSIS ===#

    def test_margin_is_revenue_less_cost_of_live_lines(self):
        order = self._create_order(object_ids=self.object.ids)
        self._plan(order)
        self._create_line(order, employee_id=self.technician.id, quantity=2)
        self._create_line(order, 'item')
        self._create_line(order, 'item').action_cancel()
        self._sign(order)
        order._post_lines()
        groups = self.env['service.order.report']._read_group(
            [('order_id', '=', order.id)], ['object_group_id', 'kind'],
            ['revenue:sum', 'cost:sum', 'margin:sum', 'margin_percent:avg', 'order_count:count_distinct'])
        self.assertEqual([(*group[:5], round(group[5], 6), group[6]) for group in groups], [
            (self.group, 'hour', 160, 60, 100, 62.5, 1),
            (self.group, 'item', 120, 70, 50, 41.666667, 1),
        ])

    def _assert_days(self, order):
        """Compare the days of the analysis with those that lines and calls have now."""
        self.env.invalidate_all()
        self.assertEqual(
            self.env['service.order.report'].search([('order_id', '=', order.id)]).mapped(
                lambda row: (row.id, row.date)),
            [(line.id, line.date or order._get_order_day()) for line in order.line_ids.filtered(
                lambda line: line.state != 'cancelled').sorted(
                    lambda line: (line.date or order._get_order_day(), line.id), reverse=True)])

    def test_work_counts_on_its_day_else_on_that_of_the_call(self):
        self.env.company.resource_calendar_id.tz = 'Pacific/Auckland'
        order = self._create_order(date_order='2026-02-27 18:00:00')
        done, called = [self._create_line(order, 'item') for _line in range(2)]
        self.assertEqual(str(called.day), '2026-02-28')
        for record, values in (
                (done, {'date': '2026-01-15'}), (order, {'date_order': '2025-12-31 18:00:00'}),
                (done, {'date': False}), (called, {'date': '2026-03-01'})):
            with self.subTest(values=values):
                record.sudo().write(values)
                self._assert_days(order)
        done.action_cancel()
        self._assert_days(order)
        self.assertEqual(str(done.day), '2026-01-01')
        self.assertEqual(self.env['service.order.report'].search_count([
            ('order_id', '=', order.id), ('date', '>=', '2026-02-01')]), 1)

    def test_margin_percent_of_a_group_divides_sums(self):
        orders = self._worked_order() | self._worked_order(partner_id=self.other_customer.id)
        orders.line_ids.filtered(lambda line: line.kind == 'hour')[0].sudo().write({
            'price_unit': 1000})
        [(percent,)] = self.env['service.order.report']._read_group(
            [('order_id', 'in', orders.ids)], [], ['margin_percent:avg'])
        revenue = 2000 + 160 + 240
        self.assertAlmostEqual(percent, 100 * (revenue - 2 * 130) / revenue)

    def test_free_work_costs_without_revenue(self):
        self.object.warranty_parts_end = '2026-12-31'
        order = self._create_order(object_ids=self.object.ids)
        self._create_line(order, 'item')
        [(revenue, margin, percent)] = self.env['service.order.report']._read_group(
            [('order_id', '=', order.id)], [], ['revenue:sum', 'margin:sum', 'margin_percent:avg'])
        self.assertEqual((revenue, margin), (0, -70))
        self.assertFalse(percent)

    def test_reversals_are_taken_off(self):
        order = self._worked_order()
        order._post_lines()
        order.line_ids.action_reverse()
        [(revenue, cost)] = self.env['service.order.report']._read_group(
            [('order_id', '=', order.id)], [], ['revenue:sum', 'cost:sum'])
        self.assertEqual((revenue, cost), (0, 0))

    def test_amounts_agree_with_the_orders(self):
        orders = self._worked_order() | self._worked_order(limit_kind='fixed', limit_amount=99.99)
        orders._post_lines()
        for order in orders:
            [(margin, cost)] = self.env['service.order.report']._read_group(
                [('order_id', '=', order.id)], [], ['margin:sum', 'cost:sum'])
            self.assertAlmostEqual(margin, order.margin)
            self.assertAlmostEqual(cost, order.amount_cost)

    def test_other_currencies_count_in_the_company_currency(self):
        currency = self.setup_other_currency('HRK', rates=[('2026-01-01', 2.0)])
        pricelist = self.env['product.pricelist'].create({
            'name': "Foreign", 'currency_id': currency.id, 'company_id': self.company.id})
        order = self._create_order(pricelist_id=pricelist.id)
        self._create_line(order, 'item')
        self.assertEqual(order.amount_untaxed, 240)
        [(revenue, margin)] = self.env['service.order.report']._read_group(
            [('order_id', '=', order.id)], [], ['revenue:sum', 'margin:sum'])
        self.assertEqual((revenue, margin), (120, 50))

    def test_two_companies_are_added_up_in_the_one_looked_from(self):
        other = self.setup_other_company()['company']
        other.currency_id = self.setup_other_currency('HRK', rates=[('2026-01-01', 2.0)])
        self.env['service.team'].create({'name': "Theirs", 'company_id': other.id})
        ours = self._create_order()
        theirs = self.env['service.order'].with_company(other).create({
            'title': "Theirs", 'partner_id': self.customer.id, 'company_id': other.id,
            'pricelist_id': False})
        for order, price in ((ours, 100), (theirs, 100)):
            self.env['service.order.line'].with_company(order.company_id).create({
                'order_id': order.id, 'kind': 'fee', 'name': "Fee", 'price_unit': price})
        report = self.env['service.order.report'].with_context(
            allowed_company_ids=(self.company | other).ids)
        [(revenue,)] = report._read_group(
            [('order_id', 'in', (ours | theirs).ids)], [], ['revenue:sum'])
        self.assertEqual(revenue, 150)
        [(alone,)] = report.with_context(allowed_company_ids=self.company.ids)._read_group(
            [('order_id', 'in', (ours | theirs).ids)], [], ['revenue:sum'])
        self.assertEqual(alone, 100)

    def test_hours_planned_beside_hours_worked(self):
        order = self._create_order()
        day = self.env.ref('uom.product_uom_day')
        self._create_line(order, quantity_planned=2, quantity=3)
        self._create_line(order, is_travel=True, quantity_planned=0, quantity=0.5)
        self._create_line(order, quantity_planned=1, quantity=1, product_uom_id=day.id)
        hours = self.env['service.order.report']._read_group(
            [('order_id', '=', order.id)], [],
            ['hours_planned:sum', 'hours_worked:sum', 'hours_travelled:sum', 'hours_difference:sum'])
        self.assertEqual(hours, [(10, 11, 0.5, 1.5)])

    def test_hours_that_are_billed_are_counted_in_hours(self):
        order = self._create_order()
        day = self.env.ref('uom.product_uom_day')
        self._create_line(order, quantity=3).sudo().qty_invoiced = 2
        self._create_line(order, quantity=1, product_uom_id=day.id).sudo().qty_invoiced = 1
        self._create_line(order, 'item', quantity=1).sudo().qty_invoiced = 1
        hours = self.env['service.order.report']._read_group(
            [('order_id', '=', order.id)], [], ['hours_billed:sum'])
        self.assertEqual(hours, [(10,)])

    def test_extensions_add_columns(self):
        from odoo.tools import SQL  # noqa: PLC0415 - only this test extends the view
        Report = self.env.registry['service.order.report']
        self.patch(Report, '_select_additional_fields', lambda self: {
            'priority': SQL("service.priority")})
        query = self.env['service.order.report']._table_query
        self.assertIn('service.priority AS "priority"', query.code)

    def test_costs_are_the_managers_to_see(self):
        for model in ('service.order.report', 'service.utilization.line'):
            with self.subTest(model=model), self.assertRaises(AccessError):
                self.env[model].with_user(self.user_dispatcher).search([])

    #=== UTILIZATION ===#

    def test_utilization_compares_work_with_the_calendar(self):
        order = self._create_order()
        self._create_line(
            order, employee_id=self.technician.id, quantity_planned=0,
            date_start='2026-03-02 08:00:00', date_end='2026-03-02 11:00:00')
        self._create_line(
            order, employee_id=self.technician.id, quantity_planned=0, is_travel=True,
            date_start='2026-03-02 07:00:00', date_end='2026-03-02 08:00:00',
            billing_override='not_chargeable', billing_note="Near")
        self.env['resource.calendar.leaves'].sudo().create({
            'name': "Leave", 'calendar_id': self.calendar.id, 'company_id': self.company.id,
            'resource_id': self.technician.resource_id.id,
            'date_from': '2026-03-03 00:00:00', 'date_to': '2026-03-03 22:00:00'})
        action = self.env['service.utilization'].with_user(self.user_manager).create({
            'date_from': '2026-03-02', 'date_to': '2026-03-08'}).action_apply()
        lines = self.env['service.utilization.line'].with_user(self.user_manager)
        groups = lines._read_group(
            action['domain'], ['employee_id'],
            ['hours_available:sum', 'hours_worked:sum', 'hours_travelled:sum', 'hours_charged:sum',
             'utilization_percent:avg', 'charged_percent:avg'])
        self.assertEqual(
            {employee.name: tuple(values) for employee, *values in groups},
            {'Anna': (36, 3, 1, 3, 100 * 4 / 36, 100 * 3 / 36), 'Boris': (45, 0, 0, 0, 0, 0)})

    def test_work_on_a_day_off_counts(self):
        self._create_line(
            self._create_order(), employee_id=self.technician.id, quantity_planned=0,
            date_start='2026-03-07 08:00:00', date_end='2026-03-07 10:00:00')
        wizard = self.env['service.utilization'].create({
            'date_from': '2026-03-07', 'date_to': '2026-03-08'})
        wizard.action_apply()
        line = self.env['service.utilization.line'].search([('utilization_id', '=', wizard.id)])
        self.assertRecordValues(line, [{
            'hours_available': 0, 'hours_worked': 2, 'utilization_percent': 0}])

    def test_utilization_of_nobody_says_so(self):
        team = self.env['service.team'].create({'name': "Empty"})
        wizard = self.env['service.utilization'].create({'team_ids': team.ids})
        with self.assertRaisesRegex(UserError, "There are no technicians"):
            wizard.action_apply()

    def test_utilization_of_ages_is_refused(self):
        wizard = self.env['service.utilization'].create({
            'date_from': '2020-01-01', 'date_to': '2026-01-01'})
        with self.assertRaisesRegex(UserError, "a year at most"):
            wizard.action_apply()

    #=== DOCUMENTS ===#

    def _render(self, name, orders, user=None):
        Report = self.env['ir.actions.report'].with_user(user or self.user_manager)
        return Report._render_qweb_html(f'service_management.{name}', orders.ids)[0].decode()

    def test_quote_shows_prices_and_hides_what_is_internal(self):
        quote = self._create_quote(
            limit_kind='maximum', limit_amount=150, note_internal="<p>Key under the mat</p>",
            note_external="<p>We bring the pump.</p>")
        quote.action_mark_quote_sent()
        html = self._render('report_service_quote', quote)
        self.assertIn("150.00", html)
        self.assertIn("Not to exceed", html)
        self.assertIn("We bring the pump.", html)
        self.assertNotIn("Key under the mat", html)
        self.assertNotIn("Accepted", html)
        quote._accept_quote("Guest", SIGNATURE)
        self.assertIn("Accepted", self._render('report_service_quote', quote))

    def test_work_receipt_says_what_is_free_and_why(self):
        self.object.warranty_parts_end = '2026-12-31'
        order = self._worked_order(object_ids=self.object.ids, note_internal="<p>Key</p>")
        html = self._render('report_service_work_receipt', order)
        self.assertIn("Warranty of Boiler", html)
        self.assertIn("Guest", html)
        self.assertIn("160.00", html)
        self.assertNotIn("Key", html)

    def test_work_description_is_the_technicians(self):
        order = self._create_order(
            object_ids=self.object.ids, note_internal="<p>Key under the mat</p>")
        self._plan(order)
        self._create_line(order, 'item')
        html = self._render('report_service_work_description', order, self.user_technician)
        for text in ("Key under the mat", "Pier 2", "B-1", "Pump", "data:image/png;base64"):
            self.assertIn(text, html)
        self.assertNotIn("120.00", html)

    def test_overviews_print_for_many_orders_and_customers(self):
        orders = self._worked_order() | self._create_order(
            partner_id=self.other_customer.id, title="Oven is cold")
        orders[0]._post_lines()
        margin = self._render('report_service_margin', orders)
        self.assertIn("150.00", margin)
        self.assertRegex(margin, r'>\s*53\.6\s*<')
        self.assertNotIn("5,357", margin)
        self.assertIn("Oven is cold", margin)
        schedule = self._render('report_service_schedule', orders)
        self.assertIn("To be agreed", schedule)
        self.assertIn("Bakery", schedule)
        stages = self._render('report_service_stages', orders)
        self.assertIn("Signed Off", stages)
        self.assertIn("Oven is cold", stages)

    def test_documents_speak_the_customers_language(self):
        self.env['res.lang']._activate_lang('fr_FR')
        self.customer.lang = 'fr_FR'
        quote = self._create_quote()
        quote.action_mark_quote_sent()
        self.env['ir.module.module']._load_module_terms(['service_management'], ['fr_FR'])
        html = self._render('report_service_quote', quote)
        self.assertIn("160,00", html)
        self.assertIn("Devis", html)
        self.object.warranty_parts_end = '2026-12-31'
        receipt = self._render(
            'report_service_work_receipt', self._worked_order(object_ids=self.object.ids))
        self.assertIn("Garantie de Boiler", receipt)

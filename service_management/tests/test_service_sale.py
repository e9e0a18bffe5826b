from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form, freeze_time, new_test_user, tagged

from .common import ServiceCommon


@freeze_time('2026-03-02 09:00:00')
@tagged('post_install', '-at_install')
class TestServiceSale(ServiceCommon):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.user.group_ids |= cls.env.ref('sales_team.group_sale_manager')
        cls.salesperson = new_test_user(
            cls.env, login='salesperson', groups='sales_team.group_sale_salesman',
            company_id=cls.company.id)
        cls.line_set = cls.env['service.line.set'].create({
            'name': "Boiler Service",
            'line_ids': [
                Command.create({'kind': 'hour', 'quantity': 1.5}),
                Command.create({'kind': 'item', 'product_id': cls.part.id}),
            ],
        })
        cls.job = cls._create_service_product(
            "Annual Service", 250, service_tracking='service_order',
            service_line_set_id=cls.line_set.id)
        cls.sold_hours = cls._create_service_product(
            "Consulting", 90, uom=cls.env.ref('uom.product_uom_hour'),
            service_tracking='service_order')
        cls.request = cls._create_service_product(
            "Inspection", 50, service_tracking='service_request')

    @classmethod
    def _create_sale(cls, *products, quantity=1, **values):
        return cls.env['sale.order'].create({
            'partner_id': cls.customer.id,
            'partner_shipping_id': cls.site.id,
            'user_id': cls.salesperson.id,
            'order_line': [Command.create({
                'product_id': product.id, 'product_uom_qty': quantity}) for product in products],
            **values,
        })

    def _confirm(self, *products, **values):
        sale_order = self._create_sale(*products, **values)
        sale_order.with_user(self.salesperson).action_confirm()
        return sale_order

    def _post(self, order):
        self._plan(order)
        self._sign(order)
        order._post_lines()

    #=== FROM SALES TO SERVICE ===#

    def test_sold_work_stays_with_whoever_pays_it(self):
        sale_order = self._confirm(self.job)
        order = sale_order.service_order_ids.with_user(self.user_dispatcher)
        with self.assertRefusedWith(
                UserError, f"sold to Harbour Hotel in {sale_order.name}", order, order.line_ids):
            order.partner_id = self.other_customer
        order.partner_id = self.site
        self.assertEqual(order.commercial_partner_id, self.customer)

    def test_confirming_a_sale_opens_a_service_order(self):
        sale_order = self._confirm(self.job, client_order_ref="PO 7")
        order = sale_order.service_order_ids
        self.assertRecordValues(order, [{
            'title': "Annual Service", 'state': 'open', 'channel': 'sale',
            'partner_id': self.customer.id, 'site_id': self.site.id, 'client_order_ref': "PO 7",
            'company_id': self.company.id, 'team_id': self.team.id,
            'user_id': self.salesperson.id}])
        self.assertRecordValues(order.line_ids, [
            {'kind': 'fee', 'product_id': self.job.id, 'price_unit': 250, 'quantity_planned': 1,
             'billing': 'chargeable', 'sale_line_id': sale_order.order_line.id,
             'price_explanation': f"Sold in {sale_order.name}"},
            {'kind': 'hour', 'product_id': self.hours.id, 'price_unit': 80,
             'quantity_planned': 1.5, 'billing': 'not_chargeable', 'sale_line_id': False,
             'price_explanation': order.line_ids[1].price_explanation},
            {'kind': 'item', 'product_id': self.part.id, 'price_unit': 120, 'quantity_planned': 1,
             'billing': 'not_chargeable', 'sale_line_id': False,
             'price_explanation': order.line_ids[2].price_explanation},
        ])
        self.assertEqual(order.line_ids[1].billing_reason, f"Included in {sale_order.name}")
        self.assertEqual(order.amount_untaxed, 250)

    def test_sets_are_taken_as_often_as_sold(self):
        order = self._confirm(self.job, quantity=3).service_order_ids
        self.assertEqual(order.line_ids.mapped('quantity_planned'), [3, 4.5, 3])

    def test_confirming_many_sales_makes_an_order_each(self):
        sales = self._create_sale(self.job) | self._create_sale(self.job) | self._create_sale(
            self.request, partner_id=self.other_customer.id,
            partner_shipping_id=self.other_customer.id)
        sales.action_confirm()
        self.assertEqual([len(sale.service_order_ids) for sale in sales], [1, 1, 1])
        self.assertEqual(sales.service_order_ids.mapped('partner_id'),
                         self.customer | self.other_customer)

    def test_product_that_makes_orders_from_now_on_leaves_alone_what_was_sold(self):
        billed = self._confirm(self.part)
        billed.order_line.qty_delivered = 1
        billed._create_invoices()
        delivered = self._confirm(self.part)
        delivered.order_line.qty_delivered = 1
        waiting = self._create_sale(self.part)
        self.part.service_tracking = 'service_order'
        self.assertRecordValues((billed | delivered).order_line, [
            {'qty_delivered_method': 'manual', 'qty_delivered': 1, 'qty_to_invoice': 0},
            {'qty_delivered_method': 'manual', 'qty_delivered': 1, 'qty_to_invoice': 1}])
        waiting.with_user(self.salesperson).action_confirm()
        self.assertTrue(waiting.service_order_ids)
        self.assertEqual(waiting.order_line.qty_delivered_method, 'service_order')

    def test_orders_go_on_delivering_what_a_product_made_them_for(self):
        sale_order = self._confirm(self.job)
        self.job.service_tracking = 'no'
        self._post(sale_order.service_order_ids)
        self.assertRecordValues(sale_order.order_line, [
            {'qty_delivered_method': 'service_order', 'qty_delivered': 1}])

    def test_request_products_make_requests(self):
        sale_order = self._confirm(self.job, self.request)
        self.assertEqual(
            sale_order.service_order_ids.sorted('id').mapped('state'), ['open', 'draft'])

    def test_lines_of_one_sale_share_a_service_order(self):
        order = self._confirm(self.job, self.sold_hours).service_order_ids
        self.assertEqual(len(order), 1)
        self.assertEqual(order.title, "Annual Service, Consulting")

    def test_other_products_make_no_service(self):
        self.assertFalse(self._confirm(self.part).service_order_ids)

    def test_site_of_another_customer_is_not_taken(self):
        order = self._confirm(
            self.job, partner_shipping_id=self.other_customer.id).service_order_ids
        self.assertEqual(order.site_id.commercial_partner_id, self.customer)

    def test_copies_of_sales_have_service_of_their_own(self):
        sale_order = self._confirm(self.job)
        copy = sale_order.copy()
        self.assertFalse(copy.service_order_ids)
        copy.action_confirm()
        self.assertEqual(len(copy.service_order_ids), 1)
        self.assertNotEqual(copy.service_order_ids, sale_order.service_order_ids)

    def test_confirming_again_makes_nothing_twice(self):
        sale_order = self._confirm(self.job)
        sale_order._action_cancel()
        sale_order.action_draft()
        sale_order.action_confirm()
        self.assertEqual(len(sale_order.service_order_ids), 1)

    def test_lines_added_to_a_confirmed_sale_are_served_too(self):
        sale_order = self._confirm(self.part)
        sale_order.order_line = [Command.create({'product_id': self.job.id})]
        self.assertEqual(len(sale_order.service_order_ids), 1)

    def test_open_work_follows_the_quantity_and_price_sold(self):
        sale_order = self._confirm(self.sold_hours, quantity=2)
        sale_order.order_line.write({'product_uom_qty': 5, 'price_unit': 85})
        self.assertRecordValues(sale_order.service_order_ids.line_ids, [{
            'quantity_planned': 5, 'price_unit': 85}])

    def test_what_somebody_gave_stays_when_the_price_sold_changes(self):
        sale_order = self._confirm(self.job)
        work = sale_order.order_line.service_order_line_ids
        work.write({'quantity': 3, 'name': "As discussed"})
        sale_order.order_line.price_unit = 70
        work.quantity_planned = 5
        self.assertRecordValues(work, [{
            'quantity': 3, 'name': "As discussed", 'price_unit': 70}])

    def test_cancelled_sale_tells_the_planner(self):
        self.team.user_id = self.user_dispatcher
        sale_order = self._confirm(self.job)
        sale_order.with_user(self.salesperson)._action_cancel()
        self.assertRecordValues(sale_order.service_order_ids.activity_ids, [{
            'user_id': self.user_dispatcher.id,
            'summary': f"{sale_order.name} was cancelled: cancel the service, too?"}])

    #=== DELIVERED AND BILLED ===#

    def test_posted_work_is_delivered_and_billed_by_the_sale_alone(self):
        sale_order = self._confirm(self.job, quantity=2)
        order = sale_order.service_order_ids
        self.assertEqual(sale_order.order_line.qty_delivered, 0)
        self._post(order)
        self.assertRecordValues(sale_order.order_line, [{
            'qty_delivered_method': 'service_order', 'qty_delivered': 2, 'qty_to_invoice': 2}])
        self.assertEqual(order.invoice_status, 'no')
        with self.assertRaisesRegex(UserError, "nothing to bill"):
            order._create_invoices()
        self.assertEqual(sale_order._create_invoices().amount_untaxed, 500)

    def test_hours_are_delivered_as_booked(self):
        sale_order = self._confirm(self.sold_hours, quantity=4)
        order = sale_order.service_order_ids
        visit = self._plan(order, '2026-03-02 09:00:00').with_user(self.user_technician)
        for start, end in (('09:00', '10:30'), ('11:00', '12:00')):
            with freeze_time(f'2026-03-02 {start}:00'):
                visit.action_start()
            with freeze_time(f'2026-03-02 {end}:00'):
                visit.action_stop()
        self.assertRecordValues(order.line_ids.sorted('date_start'), [
            {'quantity': 1.5, 'price_unit': 90, 'sale_line_id': sale_order.order_line.id},
            {'quantity': 1, 'price_unit': 90, 'sale_line_id': sale_order.order_line.id},
        ])
        visit.action_done()
        self._sign(order)
        order._post_lines()
        self.assertEqual(sale_order.order_line.qty_delivered, 2.5)

    def test_travel_is_not_sold_as_work(self):
        sale_order = self._confirm(self.sold_hours, quantity=4)
        visit = self._plan(sale_order.service_order_ids, '2026-03-02 09:00:00')
        visit.action_travel()
        with freeze_time('2026-03-02 09:30:00'):
            visit.action_start()
        travel = sale_order.service_order_ids.line_ids.filtered('is_travel')
        self.assertRecordValues(travel, [{'sale_line_id': False, 'price_unit': 50}])

    def test_reversed_work_is_taken_back_from_the_sale(self):
        sale_order = self._confirm(self.job)
        self._post(sale_order.service_order_ids)
        sale_order.service_order_ids.line_ids.filtered('sale_line_id').action_reverse()
        self.assertEqual(sale_order.order_line.qty_delivered, 0)

    def test_delivered_at_date(self):
        sale_order = self._confirm(self.job)
        with freeze_time('2026-03-05 09:00:00'):
            self._post(sale_order.service_order_ids)
        with freeze_time('2026-03-31 09:00:00'):
            for day, expected in (('2026-03-04', 0), ('2026-03-05', 1), ('2026-03-30', 1)):
                line = sale_order.order_line.with_context(accrual_entry_date=day)
                self.assertEqual(line.qty_delivered_at_date, expected, day)

    def test_delivered_is_stored_without_the_day_that_a_caller_looks_at(self):
        sale_order = self._confirm(self.job)
        with freeze_time('2026-03-05 09:00:00'):
            self._post(sale_order.service_order_ids)
        line = sale_order.order_line.with_context(accrual_entry_date='2026-03-04')
        self.env.add_to_compute(line._fields['qty_delivered'], line)
        self.assertEqual(line.qty_delivered, 1)

    def test_extra_work_is_billed_by_the_service_order(self):
        sale_order = self._confirm(self.job)
        order = sale_order.service_order_ids
        self._create_line(order, 'item')
        self._post(order)
        self.assertEqual(order._create_invoices().amount_untaxed, 120)

    def test_warranty_does_not_touch_what_was_sold(self):
        order = self._confirm(self.sold_hours).service_order_ids
        self.object.warranty_labor_end = '2026-12-31'
        order.object_ids = self.object
        line = order.line_ids
        self.assertRecordValues(line, [{'object_id': self.object.id, 'billing': 'chargeable'}])

    def test_agreed_totals_leave_sold_lines_alone(self):
        order = self._confirm(self.job).service_order_ids
        order.write({'limit_kind': 'maximum', 'limit_amount': 100})
        self._create_line(order, 'fee', price_unit=150)
        order.action_apply_price_rules()
        self.assertEqual(
            sorted(order.line_ids.filtered(lambda line: line.kind == 'fee').mapped('price_unit')),
            [100, 250])

    #=== FROM SERVICE TO SALES ===#

    def test_technician_sells_what_was_found(self):
        order = self._create_order(user_id=self.user_dispatcher.id)
        self._plan(order)
        self.customer.user_id = self.salesperson
        wizard = Form(self.env['service.order.sell'].with_user(self.user_technician).with_context(
            default_order_id=order.id))
        wizard.note = "<p>The tank leaks.</p>"
        with wizard.line_ids.new() as line:
            line.product_id = self.part
            line.quantity = 2
        action = wizard.save().action_apply()
        self.assertEqual(action['type'], 'ir.actions.act_window_close')
        sale_order = order.found_sale_order_ids
        self.assertRecordValues(sale_order, [{
            'state': 'draft', 'partner_id': self.customer.id, 'origin': order.name,
            'user_id': self.salesperson.id, 'service_order_count': 1}])
        self.assertRecordValues(sale_order.order_line, [{
            'product_id': self.part.id, 'product_uom_qty': 2, 'price_unit': 120}])
        self.assertEqual(sale_order.activity_ids.user_id, self.salesperson)
        self.assertEqual(order.sale_order_count, 1)

    def test_what_was_found_is_sold_by_who_may_sell(self):
        """The customer's salesperson, else the team's; never who cannot open the quotation."""
        self.customer.user_id = self.user_technician
        order = self._create_order(user_id=self.user_dispatcher.id)
        manager = self.user_manager
        for salesperson, expected in ((False, manager), (self.salesperson, self.salesperson)):
            with self.subTest(salesperson and salesperson.name):
                self.team.salesperson_id = salesperson
                wizard = self.env['service.order.sell'].with_user(self.user_technician).create({
                    'order_id': order.id, 'note': "<p>The tank leaks.</p>"})
                before = order.found_sale_order_ids
                wizard.action_apply()
                sale = order.found_sale_order_ids - before
                self.assertEqual(sale.user_id, expected)
                self.assertEqual(sale.activity_ids.user_id, expected)
                self.assertTrue(sale.with_user(expected).has_access('write'))

    def test_selling_nothing_is_refused(self):
        wizard = self.env['service.order.sell'].create({'order_id': self._create_order().id})
        with self.assertRaisesRegex(UserError, "Say what you found"):
            wizard.action_apply()

    def test_technicians_sell_on_their_own_orders_only(self):
        other_team = self.env['service.team'].create({'name': "South"})
        order = self._create_order(team_id=other_team.id)
        wizard = self.env['service.order.sell'].with_user(self.user_technician).create({
            'order_id': order.id, 'note': "Found"})
        with self.assertRaises(AccessError):
            wizard.action_apply()

    #=== ROLES ===#

    def test_salespeople_look_at_the_service_of_their_own_sales(self):
        own = self._confirm(self.job).service_order_ids.with_user(self.salesperson)
        colleague = self._create_sale(self.job, user_id=self.env.user.id)
        colleague.action_confirm()
        self.assertTrue(own.read(['title', 'state']))
        self.assertTrue(own.line_ids.mapped('name'))
        # The sales order of a colleague is neither counted nor opened for who may not see it.
        for user, seen in ((self.user_manager, 0), (self.env.user, 1)):
            sold = colleague.service_order_ids.with_user(user)
            self.assertEqual(sold.sale_order_count, seen)
            self.assertEqual(bool(sold.action_view_sale_orders().get('res_id')), bool(seen))
        others = (colleague.service_order_ids | self._create_order()).with_user(self.salesperson)
        for order in others:
            with self.assertRaises(AccessError):
                order.read(['title'])
        with self.assertRaises(AccessError):
            own.title = "Mine"
        self.assertEqual(self.env['service.order'].with_user(self.salesperson).search([]), own)

    def test_links_to_sales_are_not_written_by_hand(self):
        sale_order = self._confirm(self.job)
        line = self._create_line(self._create_order())
        with self.assertRaisesRegex(AccessError, "by its actions only"):
            line.with_user(self.user_dispatcher).sale_line_id = sale_order.order_line

    def test_two_companies_sell_their_own_service(self):
        other = self.setup_other_company()
        self.env['service.team'].create({'name': "Theirs", 'company_id': other['company'].id})
        sale_order = self.env['sale.order'].with_company(other['company']).create({
            'partner_id': self.customer.id, 'company_id': other['company'].id,
            'order_line': [Command.create({'product_id': self.request.id})]})
        sale_order.action_confirm()
        order = sale_order.service_order_ids
        self.assertRecordValues(order, [{'company_id': other['company'].id, 'state': 'draft'}])
        self.assertEqual(order.team_id.name, "Theirs")

    def test_product_says_what_confirming_its_sale_does(self):
        for tracking, text in (
            ('service_order', "opens a service order"),
            ('service_request', "makes a request that a dispatcher confirms"),
            ('service_subscription', "prepares a subscription, which bills it"),
            ('service_agreement', "prepares an agreement"),
        ):
            with self.subTest(tracking):
                self.job.service_tracking = tracking
                product = self.job.product_tmpl_id.with_user(self.salesperson)
                self.assertIn(f"Confirming a sales order {text}", product.product_tooltip)
        self.job.service_tracking = 'no'
        self.assertNotIn("Confirming a sales order", self.job.product_tooltip or '')

import itertools
import random
from collections import defaultdict

from dateutil.relativedelta import relativedelta
from lxml import html

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import freeze_time, new_test_user, users

from .common_subscription import SubscriptionCommon


@freeze_time('2026-03-02')
class TestServiceSubscriptionSale(SubscriptionCommon):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.user_sales = new_test_user(
            cls.env, login='service_sales', groups='sales_team.group_sale_salesman',
            company_id=cls.company.id)
        cls.monitoring.write({
            'service_tracking': 'service_subscription', 'service_plan_id': cls.monthly.id})
        cls.template = cls.env['service.agreement'].create({
            'title': "Full Care", 'is_template': True, 'coverage_labor': 100,
            'line_ids': [Command.create({'kind': 'hour', 'interval_unit': 'year'})]})
        cls.care = cls._create_service_product(
            "Care", 500, service_tracking='service_agreement',
            service_agreement_template_id=cls.template.id)

    def _sell(self, *products, user=None, **values):
        order = self.env['sale.order'].with_user(user or self.user_sales).create({
            'partner_id': self.customer.id,
            'order_line': [Command.create({'product_id': product.id, 'product_uom_qty': 2})
                           for product in products], **values})
        order.action_confirm()
        return order

    def test_a_sold_product_prepares_a_subscription_at_its_price(self):
        order = self._sell(self.monitoring, commitment_date='2026-03-15 10:00:00')
        subscription = order.sudo().service_subscription_ids
        self.assertRecordValues(subscription, [{
            'state': 'draft', 'partner_id': self.customer.id, 'plan_id': self.monthly.id,
            'user_id': self.user_sales.id}])
        self.assertEqual(str(subscription.date_start), '2026-03-15')
        self.assertRecordValues(subscription.line_ids, [{
            'quantity': 2, 'base_price': 100, 'tax_ids': self.tax.ids}])
        self.assertIn("check and activate", subscription.activity_ids.summary)

    def test_what_was_sold_is_activated_by_who_may_and_the_sale_says_that_it_waits(self):
        order = self._sell(self.monitoring, self.care)
        documents = (order.sudo().service_subscription_ids, order.sudo().service_agreement_ids)
        for document in documents:
            self.assertEqual(document.activity_ids.user_id, self.user_manager)
        sold = order.with_user(self.user_sales)
        names = sorted(document.name for document in documents)
        self.assertEqual(sorted(sold.service_waiting.split(', ')), names)
        for document in documents:
            document.with_user(self.user_manager).action_activate()
        self.assertFalse(sold.service_waiting)

    def test_quotation_says_what_recurs_how_often_and_what_that_is_in_a_year(self):
        yearly = self._create_plan("Yearly", interval_unit='year')
        flat = self._create_service_product(
            "Flat Rate", 1980, service_tracking='service_subscription', service_plan_id=yearly.id)
        order = self.env['sale.order'].with_user(self.user_sales).create({
            'partner_id': self.customer.id, 'order_line': [
                Command.create({'product_id': product.id, 'product_uom_qty': 1})
                for product in (self.care, self.monitoring, flat)]})
        self.assertEqual(
            order.order_line.mapped('service_period'), [False, "per month", "per year"])
        self.assertEqual(
            [(words, amount) for words, amount in order._get_service_recurring()],
            [("Once", 500), ("Per month", 100), ("Per year", 1980),
             ("Recurring, in a year", 1200 + 1980)])
        self.assertIn("Per month", order.service_recurring)
        paper = self.env['ir.actions.report'].sudo()._render_qweb_html(
            'sale.report_saleorder', order.ids)[0].decode()
        for text in ("per month", "per year", "Recurring, in a year", "3,180.00"):
            self.assertIn(text, paper)
        # Beside the totals: below them it went to a page of its own.
        tree = html.fromstring(paper)
        self.assertTrue(tree.xpath("//div[@id='total']//*[contains(@class, 'o_service_recurring')]"))
        rows = tree.xpath("//tr[@name='tr_product']/@style")
        self.assertEqual(rows, ['page-break-inside: avoid'] * 3)

    def test_quotation_of_what_is_paid_once_says_nothing_of_it(self):
        order = self.env['sale.order'].with_user(self.user_sales).create({
            'partner_id': self.customer.id,
            'order_line': [Command.create({'product_id': self.part.id})]})
        self.assertRecordValues(order, [{
            'has_service_recurring': False, 'service_recurring': False}])

    def test_agreement_says_what_it_costs_with_its_subscription(self):
        agreement = self.env['service.agreement'].create({
            'title': "Care", 'partner_id': self.customer.id, 'date_start': '2026-01-01',
            'coverage_labor': 100, 'coverage_parts': 20, 'discount': 5,
            'line_ids': [
                Command.create({'kind': 'hour', 'interval_unit': 'month', 'interval_count': 6,
                                'is_fixed_price': True, 'price_unit': 80, 'quantity': 2}),
                Command.create({'kind': 'hour', 'is_fixed_price': True, 'price_unit': 999})]})
        self.assertEqual(agreement.amount_yearly, 320)
        before = agreement._get_quote_fingerprint()
        self._subscribe(activate=False, agreement_id=agreement.id, title="Flat rate")
        agreement.invalidate_recordset(['amount_yearly'])
        self.assertEqual(agreement.amount_yearly, 1520)
        self.assertNotEqual(
            agreement._get_quote_fingerprint(), before, "Whoever signs has read the price")
        paper = self.env['ir.actions.report'].sudo()._render_qweb_html(
            'service_management.report_service_agreement', agreement.ids)[0].decode()
        for text in ("1,520.00", "per month, billed in advance", "Labor: free of charge",
                     "Parts: 20 % off", "at our prices of the day, 5 % off"):
            self.assertIn(text, paper)

    def test_the_sales_order_does_not_bill_what_the_subscription_bills(self):
        self.monitoring.invoice_policy = 'order'
        order = self._sell(self.monitoring)
        self.assertEqual(order.order_line.qty_to_invoice, 0)
        self.assertEqual(order.invoice_status, 'no')
        with self.assertRaisesRegex(UserError, "(?i)invoic"):
            order.sudo()._create_invoices()

    def test_product_that_makes_subscriptions_from_now_on_leaves_alone_what_was_sold(self):
        self.monitoring.write({'service_tracking': 'no', 'invoice_policy': 'order'})
        order = self._sell(self.monitoring)
        self.monitoring.service_tracking = 'service_subscription'
        self.assertEqual(order.order_line.qty_to_invoice, 2)
        self.assertEqual(order.invoice_status, 'to invoice')
        subscribed = self._sell(self.monitoring)
        self.monitoring.service_tracking = 'no'
        self.assertEqual(subscribed.order_line.qty_to_invoice, 0)

    def test_other_lines_are_billed_by_the_sales_order(self):
        self.part.invoice_policy = 'order'
        order = self._sell(self.monitoring, self.part)
        self.assertEqual(order.invoice_status, 'to invoice')
        invoice = order.sudo()._create_invoices()
        self.assertEqual(invoice.invoice_line_ids.product_id, self.part)

    def test_a_sold_agreement_comes_from_its_template(self):
        order = self._sell(self.care)
        agreement = order.sudo().service_agreement_ids
        self.assertRecordValues(agreement, [{
            'state': 'draft', 'title': "Full Care", 'coverage_labor': 100,
            'partner_id': self.customer.id}])
        self.assertEqual(len(agreement.line_ids), 1)

    def test_a_subscription_sold_with_an_agreement_pays_for_it(self):
        order = self._sell(self.monitoring, self.care)
        self.assertEqual(
            order.sudo().service_subscription_ids.agreement_id,
            order.sudo().service_agreement_ids)

    def test_one_subscription_for_each_plan(self):
        yearly = self._create_plan("Yearly", interval_unit='year')
        other = self._create_service_product(
            "Licence", 900, service_tracking='service_subscription', service_plan_id=yearly.id)
        order = self._sell(self.monitoring, other, self.monitoring)
        subscriptions = order.sudo().service_subscription_ids
        self.assertEqual(sorted(len(sub.line_ids) for sub in subscriptions), [1, 2])

    def test_confirming_again_makes_nothing_twice(self):
        order = self._sell(self.monitoring, self.care)
        order.sudo()._action_cancel()
        order.sudo().action_draft()
        order.action_confirm()
        self.assertEqual(len(order.sudo().service_subscription_ids), 1)
        self.assertEqual(len(order.sudo().service_agreement_ids), 1)

    def test_a_line_added_later_makes_its_own(self):
        order = self._sell(self.part)
        order.write({'order_line': [Command.create({'product_id': self.monitoring.id})]})
        self.assertEqual(len(order.sudo().service_subscription_ids), 1)

    def test_cancelling_the_order_tells_the_responsible(self):
        order = self._sell(self.monitoring)
        order.sudo()._action_cancel()
        summaries = order.sudo().service_subscription_ids.activity_ids.mapped('summary')
        self.assertTrue(any("was cancelled" in summary for summary in summaries))

    def test_a_product_without_plan_cannot_be_sold(self):
        self.monitoring.service_plan_id = False
        with self.assertRaisesRegex(UserError, "has no plan"):
            self._sell(self.monitoring)

    @users('service_sales')
    def test_salespeople_see_what_came_of_their_sales_and_nothing_else(self):
        order = self._sell(self.monitoring)
        other = self._subscribe()
        self.assertEqual(order.service_subscription_count, 1)
        found = self.env['service.subscription'].search([])
        self.assertEqual(found, order.service_subscription_ids)
        with self.assertRaises(AccessError):
            other.with_user(self.env.user).read(['title'])
        with self.assertRaises(AccessError):
            found.action_activate()

    def test_salespeople_look_at_the_agreements_that_they_sold(self):
        own = self._sell(self.care).sudo().service_agreement_ids
        other = self._sell(self.care, user=self.env.user).service_agreement_ids
        Agreement = self.env['service.agreement'].with_user(self.user_sales)
        self.assertEqual(Agreement.search([]), own)
        self.assertEqual(own.with_user(self.user_sales).line_ids.mapped('kind'), ['hour'])
        with self.assertRaises(AccessError):
            other.with_user(self.user_sales).read(['title'])
        with self.assertRaises(AccessError):
            own.with_user(self.user_sales).title = "Mine"
        for user in (self.user_technician, self.user_manager):
            self.assertEqual(Agreement.with_user(user).search([('is_template', '=', False)]), own | other)

    def test_the_subscription_of_a_sale_is_billed_like_any_other(self):
        subscription = self._sell(self.monitoring).sudo().service_subscription_ids
        subscription.with_user(self.user_manager).action_activate()
        invoice = self._bill(subscription, '2026-03-02')
        self.assertEqual(invoice.amount_untaxed, 193.55)  # 200 × 30/31


class TestServiceSubscriptionReports(SubscriptionCommon):

    def _revenue(self, **domain):
        with freeze_time('2026-06-15'):
            self.env.flush_all()
            groups = self.env['service.subscription.revenue']._read_group(
                [(name, '=', value.id) for name, value in domain.items()], ['month:month'], [
                    'amount_new:sum', 'amount_expanded:sum', 'amount_contracted:sum',
                    'amount_churned:sum', 'amount_total:sum'])
        return {str(month)[:7]: tuple(round(amount, 2) for amount in amounts)
                for month, *amounts in groups}

    def test_recurring_revenue_says_what_is_new_grew_shrank_and_was_lost(self):
        subscription = self._subscribe('2026-01-10')
        line = subscription.line_ids
        self._bill(subscription, '2026-01-10')
        line = line._change_terms(self._day('2026-03-01'), quantity=3)
        self._bill(subscription, '2026-03-01')
        line._change_terms(self._day('2026-04-15'), quantity=2)
        subscription._close(self._day('2026-05-20'), self.close_reason)
        self.assertEqual(self._revenue(subscription_id=subscription), {
            '2026-01': (100, 0, 0, 0, 100), '2026-02': (0, 0, 0, 0, 100),
            '2026-03': (0, 200, 0, 0, 300), '2026-04': (0, 0, -100, 0, 200),
            '2026-05': (0, 0, 0, -200, 0)})

    def _day(self, text):
        return self.env['service.subscription.fee']._fields['date_start'].to_date(text)

    def test_recurring_revenue_is_per_month_whatever_the_plan(self):
        for unit, expected in (('year', 100), ('quarter', 400), ('month', 1200)):
            plan = self._create_plan(unit, interval_unit=unit)
            subscription = self._subscribe('2026-06-01', plan, price=1200)
            self.assertEqual(
                self._revenue(subscription_id=subscription)['2026-06'][-1], expected)
            self.assertEqual(round(subscription.amount_monthly, 2), expected)

    def test_forecast_is_what_will_be_billed(self):
        with freeze_time('2026-01-15'):
            subscription = self._subscribe('2026-01-15', date_end='2026-12-10')
            forecast = self.env['service.subscription.forecast'].create({'months': 12})
            action = forecast.action_apply()
            lines = self.env['service.subscription.forecast.line'].search(action['domain'])
            self.assertEqual(len(lines), 12)
            self.assertEqual(lines[0].amount, 54.84)
            self._bill(subscription, '2026-12-31')
        self.assertAlmostEqual(
            sum(lines.mapped('amount')), sum(subscription.fee_ids.mapped('amount')), 2)

    def test_forecast_comes_to_what_the_engine_plans(self):
        """Lines that are alike are planned once: to the cent what each of them is planned by."""
        chance = random.Random(15)
        plans = [self._create_plan(
            f"Plan {number}", interval_unit=unit, interval_count=count, **{
                name: chance.choice([key for key, _label in self.monthly._fields[name].selection])
                for name in ('alignment', 'timing', 'first_period', 'last_period', 'proration')})
            for number, (unit, count) in enumerate(
                itertools.product(('week', 'month', 'quarter', 'year'), (1, 2)))]
        euro = self.env.ref('base.EUR')
        euro.active = True
        self.env['res.currency.rate'].create({
            'name': '2026-01-01', 'currency_id': euro.id, 'company_id': self.company.id,
            'inverse_company_rate': 1.2345})
        pricelist = self.env['product.pricelist'].create({'name': "EUR", 'currency_id': euro.id})
        today = self._day('2026-03-10')
        subscriptions = self.env['service.subscription']
        with freeze_time('2026-03-10 12:00:00'):
            for plan in plans * 3:
                start = today + relativedelta(days=chance.randint(-500, 200))
                end = chance.choice([False, start + relativedelta(days=chance.randint(0, 800))])
                subscription = self._subscribe(
                    start, plan, date_end=end, pricelist_id=chance.choice([False, pricelist.id]),
                    lines=[{'base_price': price} for price in chance.sample(
                        [100, 33.33, 0.07, 1234.5], 2)])
                subscriptions |= subscription
                if chance.random() < 0.7:
                    self._bill(subscription, today + relativedelta(days=chance.randint(-100, 40)))
                line = subscription.line_ids[0]
                if chance.random() < 0.4 and line._is_served(today):
                    line._change_terms(today, quantity=chance.choice([0, 3]))
                if chance.random() < 0.3:
                    # Renewed after its last, cut period was billed: the rest of it is billed next.
                    subscription.date_end = False
                if chance.random() < 0.2 and start <= today:
                    subscription._close(
                        today + relativedelta(days=chance.randint(0, 90)), self.close_reason)
            forecast = self.env['service.subscription.forecast'].with_user(
                self.user_manager).create({'months': 18})
            lines = self.env['service.subscription.forecast.line'].with_user(
                self.user_manager).search(forecast.action_apply()['domain'])
            expected = self._forecast(subscriptions, today, self._day('2027-08-31'))
        self.assertEqual(len(lines), len({
            (line.subscription_id, line.month) for line in lines}))
        self.assertEqual({
            (line.subscription_id.id, line.month): round(line.amount, 2)
            for line in lines if line.subscription_id in subscriptions}, expected)
        self.assertTrue(any(
            line._is_cut() for line in subscriptions.line_ids), "Nothing is billed in part here.")

    def _forecast(self, subscriptions, today, until):
        """Return {(subscription, month): amount} of fees that are planned one by one."""
        amounts = defaultdict(float)
        for vals in subscriptions.line_ids._plan_fees(until):
            line = self.env['service.subscription.line'].browse(vals['line_id'])
            amounts[line.subscription_id, max(vals['date_due'], today).replace(day=1)] += (
                vals['amount'])
        for fee in subscriptions._get_open_fees(until):
            amounts[self.env['service.subscription'].browse(fee.subscription_id.id),
                    max(fee.date_due, today).replace(day=1)] += fee.amount
        return {
            (subscription.id, month): round(subscription.currency_id._convert(
                amount, self.company.currency_id, self.company, today), 2)
            for (subscription, month), amount in amounts.items()}

    @freeze_time('2026-01-15')
    def test_forecast_takes_the_same_queries_however_much_there_is(self):
        counts = []
        for number in (2, 2, 12):
            for _index in range(number):
                # Open fees, lines to plan, and a line that was cut by days that have a fee.
                subscription = self._subscribe('2026-01-01', date_end='2026-02-10')
                self._bill(subscription, '2026-02-01')
                subscription.date_end = False
                self._subscribe('2026-01-01')._create_due_fees(self._day('2026-01-15'))
            forecast = self.env['service.subscription.forecast'].create({'months': 12})
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            forecast.action_apply()
            counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(counts[1], counts[2])

    def test_only_its_maker_sees_a_forecast(self):
        with freeze_time('2026-01-15'):
            self._subscribe('2026-01-15')
            forecast = self.env['service.subscription.forecast'].with_user(
                self.user_manager).create({'months': 3})
            domain = forecast.action_apply()['domain']
        Line = self.env['service.subscription.forecast.line']
        self.assertEqual(Line.with_user(self.user_manager).search_count(domain), 3)
        self.assertFalse(Line.with_user(self.env.ref('base.user_admin')).search(domain))

    def test_runs_of_a_forecast_are_months_of_the_same_amount(self):
        Forecast = self.env['service.subscription.forecast']
        for amounts, runs in (
            ({}, []),
            ({0: 5.0, 1: 5.0, 2: 5.0}, [(0, 1, 3, 5.0)]),
            ({1: 5.0, 4: 5.0, 7: 5.0, 8: 5.0}, [(1, 3, 3, 5.0), (8, 1, 1, 5.0)]),
            ({3: 4.0, 2: 5.0, 5: 4.0}, [(2, 1, 1, 5.0), (3, 2, 2, 4.0)]),
        ):
            self.assertEqual(Forecast._get_runs(amounts), runs)

    def test_figures_hold_what_subscriptions_billed(self):
        agreement = self.env['service.agreement'].create({
            'title': "Care", 'partner_id': self.customer.id})
        subscription = self._subscribe(
            agreement_id=agreement.id, lines=[{'object_id': self.object.id}])
        with freeze_time('2026-01-02'):
            self._bill(subscription, '2026-01-01').action_post()
        for record in (agreement, self.customer, self.object):
            self.assertEqual(record.service_recurring_revenue, 100)
            self.assertEqual(record.service_margin, 100)
            self.assertEqual(record.with_user(self.user_manager).service_revenue, 100)
        self.assertEqual(agreement.subscription_count, 1)
        self.assertEqual(self.customer.service_subscription_count, 1)
        self.assertEqual(self.object.subscription_count, 1)

    def test_documents_are_rendered(self):
        subscription = self._subscribe()
        self._bill(subscription, '2026-02-01')
        Report = self.env['ir.actions.report']
        html = Report._render_qweb_html(
            'service_management.report_service_subscription', subscription.ids)[0].decode()
        self.assertIn(subscription.name, html)
        self.assertIn('200.00', html)
        html = Report._render_qweb_html(
            'service_management.report_service_subscription_fee',
            subscription.fee_ids.ids)[0].decode()
        self.assertIn(subscription.name, html)

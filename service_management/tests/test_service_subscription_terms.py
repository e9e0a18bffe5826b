from lxml import etree, html

from odoo import fields
from odoo.fields import Command
from odoo.tests import Form, freeze_time

from .common_subscription import SubscriptionCommon


class TestServiceSubscriptionTerms(SubscriptionCommon):
    """Taxes and terms of a subscription of 100.00 a month, at 21 % VAT."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.vat = cls._create_tax(21)
        cls.monitoring.taxes_id = cls.vat
        cls.exempt = cls.env['account.fiscal.position'].create({
            'name': "Exempt", 'company_id': cls.company.id, 'auto_apply': True,
            'vat_required': True, 'country_id': cls.env.ref('base.lv').id})
        cls.free = cls._create_tax(
            0, fiscal_position_ids=[Command.link(cls.exempt.id)],
            original_tax_ids=[Command.link(cls.vat.id)])
        cls.customer.write({'country_id': cls.env.ref('base.lv').id, 'vat': False})

    @classmethod
    def _create_tax(cls, amount, **values):
        return cls.env['account.tax'].create({
            'name': f"Terms {amount}", 'amount': amount, 'type_tax_use': 'sale',
            'company_id': cls.company.id, **values})

    def _bill_month(self, subscription, month):
        invoice = self._bill(subscription, f'2026-{month:02}-01')
        invoice.action_post()
        return invoice

    #=== WHAT FOLLOWS THE CUSTOMER ===#

    def test_a_vat_number_exempts_from_the_next_bill_on(self):
        subscription = self._subscribe()
        self.assertEqual(self._bill_month(subscription, 1).amount_tax, 21)
        self.customer.vat = 'LV41234567891'
        invoice = self._bill_month(subscription, 2)
        self.assertEqual(invoice.amount_tax, 0)
        self.assertEqual(invoice.fiscal_position_id, self.exempt)
        self.assertEqual(subscription.line_ids.tax_ids, self.free)

    def test_what_was_billed_is_credited_with_its_taxes(self):
        subscription = self._subscribe()
        self._bill_month(subscription, 1)
        self.customer.vat = 'LV41234567891'
        subscription._close(fields.Date.to_date('2025-12-31'), self.close_reason)
        self.assertEqual(self._bill_month(subscription, 1).amount_tax, 21)

    def test_what_a_person_gave_stays(self):
        other = self.env['account.fiscal.position'].create({
            'name': "Other", 'company_id': self.company.id})
        term = self.env.ref('account.account_payment_term_30days')
        subscription = self._subscribe(fiscal_position_id=other.id)
        subscription.payment_term_id = term
        self.customer.vat = 'LV41234567891'
        self.customer.property_payment_term_id = self.env.ref(
            'account.account_payment_term_15days')
        invoice = self._bill_month(subscription, 1)
        self.assertEqual(invoice.fiscal_position_id, other)
        self.assertEqual(invoice.invoice_payment_term_id, term)

    def test_payment_terms_and_invoice_address_are_those_of_the_day(self):
        subscription = self._subscribe()
        self._bill_month(subscription, 1)
        term = self.env.ref('account.account_payment_term_15days')
        self.customer.property_payment_term_id = term
        address = self.env['res.partner'].create({
            'name': "Books", 'type': 'invoice', 'parent_id': self.customer.id})
        invoice = self._bill_month(subscription, 2)
        self.assertEqual(invoice.invoice_payment_term_id, term)
        self.assertEqual(invoice.partner_id, address)

    def test_taxes_that_a_person_gave_stay(self):
        own = self._create_tax(12)
        subscription = self._subscribe(lines=[{'tax_ids': [Command.set(own.ids)]}])
        self.assertTrue(subscription.line_ids._is_given('tax_ids'))
        self.customer.vat = 'LV41234567891'
        self.assertEqual(self._bill_month(subscription, 1).amount_tax, 12)

    def test_another_customer_brings_terms_of_its_own(self):
        subscription = self._subscribe(
            activate=False,
            payment_term_id=self.env.ref('account.account_payment_term_30days').id)
        self.assertEqual(set(subscription.given_fields), {'payment_term_id'})
        subscription.partner_id = self.env['res.partner'].create({'name': "Next"})
        self.assertFalse(subscription.given_fields)

    #=== ARCHIVED TAXES ===#

    def test_an_archived_tax_goes_on_where_a_line_has_it(self):
        subscription = self._subscribe()
        line = subscription.line_ids
        self.vat.active = False
        self.assertEqual(self._bill_month(subscription, 1).amount_tax, 21)
        with Form(subscription) as form:
            form.client_order_ref = "PO 1"
        self.assertEqual(line.tax_ids, self.vat)
        successor = line._change_terms(fields.Date.to_date('2026-02-01'), quantity=2)
        self.assertEqual(successor.tax_ids, self.vat)
        self.assertEqual(self._bill_month(subscription, 2).amount_tax, 42)

    def test_new_lines_do_not_get_an_archived_tax(self):
        self.vat.active = False
        self.assertFalse(self._subscribe().line_ids.tax_ids)


class TestServiceSubscriptionFigures(SubscriptionCommon):
    """Figures of a subscription of 121.00 a month with a discount of 20 %, VAT of 21 % included."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.monitoring.taxes_id = cls.env['account.tax'].create({
            'name': "Included", 'amount': 21, 'type_tax_use': 'sale',
            'price_include_override': 'tax_included', 'company_id': cls.company.id})

    def test_figures_are_net_from_the_open_fee_to_the_credit(self):
        subscription = self._subscribe(lines=[{'base_price': 121, 'discount': 20}])
        subscription._create_due_fees(fields.Date.to_date('2026-01-01'))
        fee = subscription.fee_ids
        self.assertEqual((fee.amount, fee.amount_untaxed, fee.amount_company), (96.8, 80, 80))
        invoice = self._bill(subscription, '2026-01-01')
        self.assertEqual((fee.amount_untaxed, fee.amount_company), (80, 80))
        invoice.action_post()
        self.assertEqual(fee.amount_company, -invoice.invoice_line_ids.balance)
        invoice._reverse_moves([{}]).action_post()
        self.assertEqual((fee.amount_untaxed, fee.amount_company), (0, 0))

    def _subscribe_in_euro(self):
        """Return subscriptions of 121.00 a month in two currencies; a euro is 1.25 of ours."""
        euro = self.env.ref('base.EUR')
        euro.active = True
        self.env['res.currency.rate'].create({
            'name': '2026-01-01', 'currency_id': euro.id, 'company_id': self.company.id,
            'inverse_company_rate': 1.25})
        pricelist = self.env['product.pricelist'].create({'name': "EUR", 'currency_id': euro.id})
        return self._subscribe(price=121) | self._subscribe(
            price=121, pricelist_id=pricelist.id)

    def test_currencies_are_added_in_that_of_the_company(self):
        subscriptions = self._subscribe_in_euro()
        self._bill(subscriptions, '2026-01-01').action_post()
        Fee = self.env['service.subscription.fee'].with_user(self.user_accountant)
        [[total]] = Fee._read_group(
            [('subscription_id', 'in', subscriptions.ids)], [], ['amount_company:sum'])
        self.assertEqual(total, 100 + 125)
        measures = [name for name, field in Fee.fields_get().items()
                    if field['type'] == 'monetary' and field.get('aggregator')]
        self.assertEqual(
            {Fee._fields[name].get_currency_field(Fee) for name in measures},
            {'company_currency_id'})

    def test_recurring_revenue_of_several_months_is_that_of_the_last(self):
        subscription = self._subscribe('2026-01-01', lines=[{'base_price': 121, 'discount': 20}])
        subscription.line_ids._change_terms(fields.Date.to_date('2026-03-01'), quantity=2)
        Revenue = self.env['service.subscription.revenue'].with_user(self.user_manager)
        domain = [('subscription_id', '=', subscription.id)]
        with freeze_time('2026-06-15'):
            self.env.flush_all()
            months = dict(Revenue._read_group(domain, ['month:month'], ['amount_total:sum']))
            quarters = Revenue._read_group(domain, ['month:quarter'], ['amount_total:sum'])
            [[total]] = Revenue._read_group(domain, [], ['amount_total:sum'])
        self.assertEqual([round(amount, 2) for amount in months.values()],
                         [80, 80, 160, 160, 160, 160])
        self.assertEqual([round(amount, 2) for _quarter, amount in quarters], [160, 160])
        self.assertAlmostEqual(total, 160)
        self.assertFalse(Revenue._read_group([('id', '=', 0)], ['plan_id'], ['amount_total:sum']))

    def test_recurring_revenue_is_never_a_sum_of_months_in_any_view(self):
        """What pivot, graph and grouped lists ask for, totals included, is what the last month brings."""
        self._subscribe('2026-01-01', lines=[{'base_price': 121}])
        self._subscribe('2026-01-01', self._create_plan("Other"), lines=[{'base_price': 242}],
                        date_end='2026-03-31')
        Revenue = self.env['service.subscription.revenue'].with_user(self.user_manager)
        pivot, graph = (etree.fromstring(Revenue.get_view(view_type=kind)['arch']) for kind in (
            'pivot', 'graph'))
        first, *_others = pivot.findall("field[@type='measure']")
        self.assertEqual(first.get('name'), 'amount_total')
        measures = ['amount_total:sum', 'amount_total:sum_currency']
        with freeze_time('2026-06-15'):
            self.env.flush_all()
            sets = Revenue.formatted_read_grouping_sets(
                [], [[], ['month:month'], ['plan_id'], ['plan_id', 'month:month']], measures)
            lists = Revenue.web_read_group([], ['plan_id'], measures)['groups']
            points = [Revenue.formatted_read_group([], [f'month:{interval}'], measures)
                      for interval in ('month', 'quarter', 'year')]
        self.assertEqual([node.get('name') for node in graph.iter('field')],
                         ['month', 'amount_total'])

        def read(groups):
            for group in groups:
                self.assertAlmostEqual(group[measures[0]], group[measures[1]])
            return [round(group[measures[0]], 2) for group in groups]

        total, months, plans, _both = map(read, sets)
        by_month = [300, 300, 300, 100, 100, 100]
        self.assertEqual((total, months, sorted(plans)), ([100], by_month, [0, 100]))
        self.assertEqual(sorted(read(lists)), [0, 100])
        self.assertEqual([read(groups) for groups in points], [by_month, [300, 100], [100]])

    def test_rows_of_recurring_revenue_keep_their_number(self):
        first = self._subscribe('2026-01-01')
        Revenue = self.env['service.subscription.revenue'].with_user(self.user_manager)

        def read():
            self.env.flush_all()
            self.env.invalidate_all()
            return {(row.month, row.subscription_id): row.id for row in Revenue.search([])}

        with freeze_time('2026-03-15'):
            before = read()
            self._subscribe('2025-11-01')
            after = read()
        self.assertEqual(len({row for row in after.values()}), 3 + 5)
        for key in before:
            self.assertEqual(after[key], before[key])
        self.assertEqual({subscription for _month, subscription in before}, {first})

    #=== PRINTED ===#

    def _print(self, name, records, companies=None):
        """Return the rows of each page of a report: the texts of their cells."""
        Report = self.env['ir.actions.report'].with_user(self.user_manager).with_context(
            allowed_company_ids=(companies or self.company).ids)
        page = html.fromstring(Report._render_qweb_html(
            f'service_management.{name}', records.ids)[0])
        return [
            [[' '.join(cell.text_content().split()) for cell in row.iter('td', 'th')]
             for row in table.iter('tr') if row.text_content().strip()]
            for table in page.xpath("//table[contains(@class, 'o_service_fees')]")]

    def test_printed_transactions_are_those_of_the_invoice_lines(self):
        subscription = self._subscribe(lines=[{'base_price': 121, 'discount': 20}])
        invoice = self._bill(subscription, '2026-02-01')
        invoice.action_post()
        for name, records in (('report_service_subscription', subscription),
                              ('report_service_subscription_fee', subscription.fee_ids)):
            with self.subTest(name):
                [[_head, *rows, total]] = self._print(name, records)
                self.assertEqual(
                    [row[-1] for row in rows if len(row) == 4], ["$ 80.00", "$ 80.00"])
                self.assertEqual(total, ["Total, less what was credited", "$ 160.00"])
        self.assertEqual(invoice.amount_untaxed, 160)
        invoice._reverse_moves([{}]).action_post()
        [[_head, *rows, total]] = self._print('report_service_subscription', subscription)
        self.assertEqual([row[-1] for row in [*rows, total]], ["$ 0.00"] * 3)
        [rows] = self._print('report_service_subscription', self._subscribe())
        self.assertEqual(rows[1:], [["Nothing was billed yet."]])

    def test_printed_fees_are_added_up_by_company_and_currency(self):
        subscriptions = self._subscribe_in_euro()
        other = self.setup_other_company(currency_id=self.env.ref('base.EUR').id)['company']
        self.user_manager.company_ids |= other
        theirs = self.env['service.subscription'].with_company(other).create({
            'title': "Theirs", 'partner_id': self.other_customer.id, 'company_id': other.id,
            'pricelist_id': False, 'plan_id': self.monthly.id, 'date_start': '2026-01-01',
            'line_ids': [Command.create({
                'product_id': self.monitoring.id, 'base_price': 50, 'tax_ids': []})]})
        theirs._begin()
        for subscription in (subscriptions, theirs):
            self._bill(subscription.with_company(subscription.company_id), '2026-01-01').action_post()
        ours, foreign = self._print(
            'report_service_subscription_fee', (subscriptions | theirs).fee_ids,
            self.company | other)
        if len(ours) < len(foreign):
            ours, foreign = foreign, ours
        self.assertEqual(len(ours), 1 + 2 * 2 + 3, "headings, each subscription with its fee, totals")
        self.assertCountEqual(ours[-3:-1], [
            ["Total in USD, less what was credited", "$ 100.00"],
            ["Total in EUR, less what was credited", "100.00 €"]])
        self.assertEqual(
            ours[-1], ["Total in the currency of the company, as booked", "$ 225.00"])
        self.assertEqual(foreign[-1], ["Total, less what was credited", "50.00 €"])
        self.assertEqual(foreign[1], [f"{theirs.display_name}, Bakery"])

from odoo.fields import Command

from .common import ServiceCommon
from .common_ledger import LedgerComparison


class TestServiceOrderLedger(LedgerComparison, ServiceCommon):
    """Invoices of orders are those that Odoo makes one by one, field by field."""

    PRICES = ((33.33, 3, 0), (0.005, 7, 0), (99.99, 1, 12.5), (1234.57, 2.5, 33.33), (0, 1, 0),
              (10.01, 1, 100))

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.stage_first.can_sign_off = True  # nothing is planned here
        cls.account = cls.env['account.analytic.account'].create({
            'name': "Contracts",
            'plan_id': cls.env['account.analytic.plan'].create({'name': "Plan"}).id})

    def _order(self, taxes, pricelist, **values):
        """Return a posted order with a line for each price, the last one without a product."""
        order = self._create_order(pricelist_id=pricelist.id, **values)
        lines = self.env['service.order.line'].create([{
            'order_id': order.id, 'kind': 'fee', 'name': f"Line {number}",
            'product_id': self.travel.id if number < 5 else False,
            'quantity_planned': quantity, 'tax_ids': [Command.set(tax.ids)],
            'analytic_distribution': {str(self.account.id): 100} if number % 2 else False,
        } for number, (tax, (_price, quantity, _discount)) in enumerate(
            zip(taxes, self.PRICES, strict=True))])
        for line, (price, _quantity, discount) in zip(lines, self.PRICES, strict=True):
            line.write({'price_unit': price, 'discount': discount})
        self._sign(order)
        order._post_lines()
        return order

    def _assert_same(self, orders):
        """Compare the invoice of orders with the one made of the least values."""
        lines = orders.line_ids.grouped('order_id')
        vals = orders.sudo()._prepare_invoice(lines)
        expected = self.env['account.move'].sudo().with_company(self.company).create([vals])
        ledger = self._read_ledger(expected)
        expected.unlink()
        invoice = orders._create_invoices()
        self.assertEqual(self._read_ledger(invoice), ledger)
        self.assertEqual(orders.mapped('invoice_status'), ['invoiced'] * len(orders))

    def _get_pricelists(self):
        euro = self.setup_other_currency('EUR', rates=[('2026-01-01', 0.8317)])
        return self.env['product.pricelist'].create([
            {'name': "Own", 'currency_id': self.company.currency_id.id},
            {'name': "EUR", 'currency_id': euro.id}])

    def test_ledger_is_the_one_of_the_standard_way(self):
        taxes = self._get_taxes()
        names, pricelists = list(taxes), self._get_pricelists()
        terms = (self.env['account.payment.term'], self.env.ref(
            'account.account_payment_term_advance_60days'))
        for rounding in ('round_per_line', 'round_globally'):
            self.company.tax_calculation_rounding_method = rounding
            for number in range(len(names)):
                for pricelist in pricelists:
                    with self.subTest(
                            rounding=rounding, tax=names[number], currency=pricelist.name):
                        self._assert_same(self._order([
                            taxes[names[(number + turn * (number % 2)) % len(names)]]
                            for turn in range(len(self.PRICES))
                        ], pricelist, payment_term_id=terms[number % 2].id))

    def test_orders_on_one_invoice_in_sections(self):
        taxes, pricelists = self._get_taxes(), self._get_pricelists()
        for pricelist in pricelists:
            with self.subTest(currency=pricelist.name):
                self._assert_same(
                    self._order([taxes['included']] * 6, pricelist)
                    | self._order([taxes['excluded']] * 6, pricelist))

    def test_cash_is_rounded_and_early_payment_is_discounted_alike(self):
        rounding = self.env['account.cash.rounding'].create({
            'name': "0.05", 'rounding': 0.05, 'strategy': 'add_invoice_line',
            'rounding_method': 'HALF-UP',
            'profit_account_id': self.company_data['default_account_revenue'].id,
            'loss_account_id': self.company_data['default_account_expense'].id})
        self.env['ir.default'].set('account.move', 'invoice_cash_rounding_id', rounding.id)
        early = self.env['account.payment.term'].create({
            'name': "Early", 'early_discount': True, 'discount_percentage': 2, 'discount_days': 10,
            'line_ids': [Command.create({'value': 'percent', 'value_amount': 100, 'nb_days': 30})]})
        taxes, pricelists = self._get_taxes(), self._get_pricelists()
        for computation in ('included', 'excluded', 'mixed'):
            early.early_pay_discount_computation = computation
            for pricelist in pricelists:
                for name in ('excluded', 'included', 'group'):
                    with self.subTest(
                            computation=computation, currency=pricelist.name, tax=name):
                        self._assert_same(self._order(
                            [taxes[name]] * 6, pricelist, payment_term_id=early.id))

    def test_what_is_credited_for_reversed_lines_is_the_same(self):
        order = self._order([self.tax] * 6, self._get_pricelists()[0])
        order._create_invoices()
        order.line_ids.action_reverse()
        billed = order.line_ids.filtered(lambda line: line.invoice_status == 'to_invoice')
        vals = order.sudo()._prepare_invoice({order: billed})
        expected = self.env['account.move'].sudo().with_company(self.company).create([vals])
        ledger = self._read_ledger(expected)
        expected.unlink()
        credit = order._create_invoices()
        self.assertEqual(credit.move_type, 'out_refund')
        self.assertEqual(self._read_ledger(credit), ledger)

    def test_what_was_sold_is_billed_by_its_sales_order_alone(self):
        """The lines that are left make the same invoice; the sold one is in none of them."""
        self.hours.service_tracking = 'service_order'
        sale = self.env['sale.order'].create({
            'partner_id': self.customer.id, 'order_line': [Command.create(
                {'product_id': self.hours.id, 'product_uom_qty': 2})]})
        sale.action_confirm()
        order = sale.order_line.service_order_line_ids.order_id
        self._create_line(order, 'item', quantity_planned=2)
        order.line_ids.filtered('sale_line_id').quantity = 2
        self._sign(order)
        order._post_lines()
        lines = order.line_ids.filtered(lambda line: not line.sale_line_id)
        vals = order.sudo()._prepare_invoice({order: lines})
        expected = self.env['account.move'].sudo().with_company(self.company).create([vals])
        ledger = self._read_ledger(expected)
        expected.unlink()
        self.assertEqual(self._read_ledger(order._create_invoices()), ledger)

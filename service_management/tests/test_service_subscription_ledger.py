from odoo import fields
from odoo.fields import Command

from .common_subscription import SubscriptionCommon


class TestServiceSubscriptionLedger(SubscriptionCommon):
    """Invoices that are made in bulk are those that Odoo makes one by one, field by field."""

    LINE_FIELDS = (
        'display_type', 'account_id', 'balance', 'amount_currency', 'currency_id', 'tax_ids',
        'tax_line_id', 'tax_repartition_line_id', 'tax_tag_ids', 'tax_base_amount', 'group_tax_id',
        'date_maturity', 'price_unit', 'quantity', 'discount', 'price_subtotal', 'price_total',
        'name', 'partner_id', 'product_id', 'product_uom_id', 'analytic_distribution', 'debit',
        'credit')
    MOVE_FIELDS = (
        'journal_id', 'fiscal_position_id', 'partner_bank_id', 'invoice_date_due', 'currency_id',
        'amount_untaxed', 'amount_tax', 'amount_total', 'amount_total_signed', 'team_id',
        'preferred_payment_method_line_id', 'invoice_user_id', 'partner_shipping_id',
        'invoice_payment_term_id', 'payment_reference', 'narration', 'invoice_incoterm_id')

    def _read(self, moves):
        return [(
            [move[name] for name in self.MOVE_FIELDS],
            sorted([str(line[name]) for name in self.LINE_FIELDS] for line in move.line_ids),
        ) for move in moves]

    def _get_taxes(self):
        Tax = self.env['account.tax']
        common = {'type_tax_use': 'sale', 'company_id': self.company.id}
        plain = Tax.create({'name': "Plain", 'amount': 7.7, **common})
        parts = Tax.create([
            {'name': f"Part {n}", 'amount': n, 'type_tax_use': 'none',
             'company_id': self.company.id} for n in (5, 9)])
        return {
            'none': Tax,
            'excluded': plain,
            'included': Tax.create({
                'name': "Included", 'amount': 21, 'price_include_override': 'tax_included',
                **common}),
            'fixed': Tax.create({
                'name': "Fixed", 'amount': 0.37, 'amount_type': 'fixed', **common}),
            'group': Tax.create({
                'name': "Group", 'amount_type': 'group', 'children_tax_ids': parts.ids, **common}),
            'two': plain | Tax.create({'name': "More", 'amount': 1.13, **common}),
            'cash basis': Tax.create({
                'name': "Cash", 'amount': 12, 'tax_exigibility': 'on_payment',
                'cash_basis_transition_account_id': self.env['account.account'].create({
                    'name': "Transition", 'code': '251777',
                    'account_type': 'liability_current', 'reconcile': True}).id, **common}),
        }

    def test_ledger_is_the_one_of_the_standard_way(self):
        taxes = self._get_taxes()
        euro = self.env.ref('base.EUR')
        euro.active = True
        self.env['res.currency.rate'].create({
            'name': '2026-01-01', 'currency_id': euro.id, 'company_id': self.company.id,
            'rate': 0.8317})
        pricelists = self.env['product.pricelist'].create([
            {'name': "Own", 'currency_id': self.company.currency_id.id},
            {'name': "EUR", 'currency_id': euro.id}])
        terms = (self.env['account.payment.term'], self.env.ref(
            'account.account_payment_term_advance_60days'))
        prices = ((33.33, 3, 0), (0.005, 7, 0), (99.99, 1, 12.5), (1234.565, 2.5, 33.33),
                  (0, 1, 0), (10.01, 1, 100))
        names = list(taxes)
        for rounding in ('round_per_line', 'round_globally'):
            self.company.tax_calculation_rounding_method = rounding
            for number, name in enumerate(names):
                for pricelist in pricelists:
                    with self.subTest(rounding=rounding, tax=name, currency=pricelist.name):
                        lines = [
                            {'base_price': price, 'quantity': quantity, 'discount': discount,
                             'tax_ids': [Command.set(
                                 taxes[names[(number + turn * (number % 2)) % len(names)]].ids)]}
                            for turn, (price, quantity, discount) in enumerate(prices)]
                        subscription = self._subscribe(
                            '2026-01-10', lines=lines, pricelist_id=pricelist.id,
                            payment_term_id=terms[number % 2].id)
                        self._assert_same(subscription)

    def _assert_same(self, subscription):
        """Compare the invoices of a subscription with those made of the least values."""
        invoices = self._bill(subscription, '2026-02-01')
        fees = subscription.fee_ids.sorted(lambda fee: (
            fee.subscription_id.id, fee.date_start, fee.line_id.id, fee.id))
        vals = fees.sudo()._prepare_invoice(fields.Date.to_date('2026-02-01'))
        invoices.line_ids.service_fee_id = False
        for command in vals['invoice_line_ids']:
            del command[2]['service_fee_id']
        expected = self.env['account.move'].sudo().with_company(self.company).create([vals])
        self.assertEqual(self._read(invoices), self._read(expected))

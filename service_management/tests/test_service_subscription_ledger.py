from odoo import fields
from odoo.fields import Command

from .common_ledger import LedgerComparison
from .common_subscription import SubscriptionCommon


class TestServiceSubscriptionLedger(LedgerComparison, SubscriptionCommon):
    """Invoices that are made in bulk are those that Odoo makes one by one, field by field."""

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
        self.assertEqual(self._read_ledger(invoices), self._read_ledger(expected))

from odoo import models


class ServiceOrderLine(models.Model):
    """What a quote says of a line, and what stays when the customer has accepted it."""
    _inherit = 'service.order.line'

    def _get_quote_content(self):
        """Return what the quote says of one line, as plain values; extend for more."""
        self.ensure_one()
        return [
            self.id, self.name, self.product_id.id, self.product_uom_id.id, self.billing,
            *(round(amount, 6) for amount in (
                self._get_priced_quantity(), self.price_unit, self.discount, self.price_subtotal,
                self.price_total)),
            sorted(self.tax_ids.ids),
        ]

    def _agree(self):
        """Hold price, discount, taxes and who pays of those of these lines that are offered."""
        offered = self.filtered(lambda line: line.state == 'open' or line.is_cancelled_with_order)
        agreed_prices = offered.filtered(
            lambda line: not line.is_price_agreed)._get_agreed_price()
        for line in offered.sudo():  # nobody enters by hand what was agreed
            line.write({
                'is_price_agreed': True,
                'agreed_coverage': {
                    name: line._fields[name].convert_to_write(line[name], line)
                    for name in line._get_no_coverage()},
                'agreed_price': agreed_prices.get(line, line.agreed_price),
            })

    def _get_agreed_price(self):
        """Return {line: its price and discount, and what they were if the customer paid all}.

        Of those that somebody else pays for, wholly or in part.
        """
        found = {}
        # What is found is found for whoever asks.
        for line in self.sudo():
            if not line.billing_override and (line.covered_percent or line.billing != 'chargeable'):
                copy = self.env['service.order.line'].sudo().new(origin=line)
                copy.update({
                    'state': 'open', 'is_price_agreed': False, 'billing_override': 'chargeable'})
                found[line] = {
                    'offered': {
                        name: line._get_own_value(name) for name in ('price_unit', 'discount')},
                    'uncovered': {name: copy[name] for name in ('price_unit', 'discount')}}
        return found

    def _get_quantity_words(self, quantity=None):
        """Return how much one line is, as customers read it, by default what it is priced by."""
        self.ensure_one()
        quantity = self._get_priced_quantity() if quantity is None else quantity
        return self.product_uom_id._get_words(quantity)

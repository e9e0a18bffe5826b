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
        for line in offered.sudo():  # nobody enters by hand what was agreed
            line.write({
                'is_price_agreed': True,
                'agreed_coverage': {
                    name: line._fields[name].convert_to_write(line[name], line)
                    for name in line._get_no_coverage()},
            })

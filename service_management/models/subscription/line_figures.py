from odoo import api, fields, models

from ..common.records import format_quantity


class ServiceSubscriptionLine(models.Model):
    """What lines cost without taxes, whether the price includes them or not."""
    _inherit = 'service.subscription.line'

    amount_period_untaxed = fields.Monetary(
        string="Each Period Before Taxes", compute='_compute_amount_period_untaxed', store=True,
        precompute=True, help="Without taxes, even those that the price includes.")

    @api.depends('amount_period', 'tax_ids.price_include', 'tax_ids.amount', 'currency_id')
    def _compute_amount_period_untaxed(self):
        for line in self:
            line.amount_period_untaxed = line._get_untaxed(line.amount_period)

    def _get_untaxed(self, amount):
        """Return what an amount in the terms of one line's price is without all taxes."""
        self.ensure_one()
        if not any(self.tax_ids.flatten_taxes_hierarchy().mapped('price_include')):
            return amount
        return self._get_taxed(amount)['total_excluded']

    def _get_taxed(self, amount):
        """Return what an amount in the terms of one line's price comes to, as taxes tell it."""
        return self.tax_ids._origin.compute_all(
            amount, currency=self.currency_id, product=self.product_id,
            partner=self.subscription_id.partner_id)

    def _get_total(self):
        return self._get_taxed(self.amount_period)['total_included']

    def _get_quantity_words(self):
        """Return how much one line is, as customers read it."""
        self.ensure_one()
        return format_quantity(self.env, self.quantity)

from odoo import models


class ProductPricelistItem(models.Model):
    _inherit = 'product.pricelist.item'

    def _get_undiscounted_price(self, product, **conditions):
        """Return the price that one rule reduces, before all discounts of a chain of pricelists.

        A fixed price is a price, not a discount, however low it is.

        :param conditions: as `_compute_price` has them
        """
        self.ensure_one()
        if self.compute_price == 'fixed':
            return self._compute_price(product, **conditions)
        base = self.base_pricelist_id
        if self.base != 'pricelist' or not base:
            return self._compute_base_price(product, **conditions)
        base_conditions = {**conditions, 'currency': base.currency_id}
        rule = self.browse(base._get_product_rule(product, **base_conditions))
        price = rule._get_undiscounted_price(product, **base_conditions) if rule else (
            rule._compute_base_price(product, **base_conditions))
        return base.currency_id._convert(
            price, conditions['currency'], self.env.company, conditions['date'], round=False)

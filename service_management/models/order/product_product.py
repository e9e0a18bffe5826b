from odoo import models


class ProductProduct(models.Model):
    _inherit = 'product.product'

    def action_archive(self):
        """Ask first: products do not return what archiving them answers."""
        return self._ask_before_archiving() or super().action_archive()

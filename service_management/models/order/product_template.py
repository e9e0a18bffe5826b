from odoo import models


class ProductTemplate(models.Model):
    _inherit = 'product.template'

    def _get_open_work(self):
        """Work names the variants, which are archived along."""
        return '\n'.join(filter(None, (
            super()._get_open_work(), self.product_variant_ids._get_open_work())))

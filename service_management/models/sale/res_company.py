from odoo import api, models


class ResCompany(models.Model):
    _inherit = 'res.company'

    @api.model
    def _get_sold_service(self):
        """Return what selling a product may make of service; extend for more."""
        return ['service_order', 'service_request']

    def _get_service_products(self):
        sold = self.env['product.product'].search([
            ('service_tracking', 'in', self._get_sold_service()),
            ('company_id', 'in', (False, self.id))])
        return super()._get_service_products() | sold

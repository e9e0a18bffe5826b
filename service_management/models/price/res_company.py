from odoo import models


class ResCompany(models.Model):
    _inherit = 'res.company'

    def _get_service_products(self):
        rules = self.env['service.price.rule'].search([('company_id', 'parent_of', self.id)])
        return super()._get_service_products() | rules.product_id

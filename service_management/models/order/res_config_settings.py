from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = 'res.config.settings'

    service_hour_product_id = fields.Many2one(
        related='company_id.service_hour_product_id', readonly=False)
    service_travel_product_id = fields.Many2one(
        related='company_id.service_travel_product_id', readonly=False)
    service_require_signature = fields.Boolean(
        related='company_id.service_require_signature', readonly=False)

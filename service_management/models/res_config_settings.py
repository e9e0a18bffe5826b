from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = 'res.config.settings'

    service_hour_product_id = fields.Many2one(
        related='company_id.service_hour_product_id', readonly=False)
    service_travel_product_id = fields.Many2one(
        related='company_id.service_travel_product_id', readonly=False)
    service_visit_hours = fields.Float(related='company_id.service_visit_hours', readonly=False)
    service_require_signature = fields.Boolean(
        related='company_id.service_require_signature', readonly=False)
    service_quote_days = fields.Integer(related='company_id.service_quote_days', readonly=False)
    service_sla_reason_exceeded = fields.Boolean(
        related='company_id.service_sla_reason_exceeded', readonly=False)
    service_sla_reason_cancel = fields.Boolean(
        related='company_id.service_sla_reason_cancel', readonly=False)

from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = 'res.config.settings'

    service_sla_reason_exceeded = fields.Boolean(
        related='company_id.service_sla_reason_exceeded', readonly=False)
    service_sla_reason_cancel = fields.Boolean(
        related='company_id.service_sla_reason_cancel', readonly=False)

from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = 'res.config.settings'

    service_claim_days = fields.Integer(related='company_id.service_claim_days', readonly=False)
    service_repeat_days = fields.Integer(related='company_id.service_repeat_days', readonly=False)

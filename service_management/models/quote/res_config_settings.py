from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = 'res.config.settings'

    service_quote_days = fields.Integer(related='company_id.service_quote_days', readonly=False)

from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = 'res.config.settings'

    service_retention_years = fields.Integer(
        related='company_id.service_retention_years', readonly=False)

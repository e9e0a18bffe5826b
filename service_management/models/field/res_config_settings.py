from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = 'res.config.settings'

    service_take_back_minutes = fields.Integer(
        related='company_id.service_take_back_minutes', readonly=False)

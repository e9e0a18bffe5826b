from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = 'res.config.settings'

    service_repeat_days = fields.Integer(related='company_id.service_repeat_days', readonly=False)

from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = 'res.config.settings'

    service_visit_hours = fields.Float(related='company_id.service_visit_hours', readonly=False)

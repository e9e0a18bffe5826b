from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = 'res.config.settings'

    service_visit_hours = fields.Float(related='company_id.service_visit_hours', readonly=False)
    service_clock_hours = fields.Float(related='company_id.service_clock_hours', readonly=False)

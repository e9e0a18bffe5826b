from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = 'res.config.settings'

    service_absence_type_id = fields.Many2one(
        related='company_id.service_absence_type_id', readonly=False,
        domain="[('requires_allocation', '=', False), ('time_type', '=', 'leave'),"
               " ('company_id', 'in', (company_id, False))]")

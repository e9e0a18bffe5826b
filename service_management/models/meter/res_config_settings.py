from odoo import api, fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = 'res.config.settings'

    group_service_meter = fields.Boolean(
        string="Meters", implied_group='service_management.service_management_group_meter')

    @api.onchange('group_service_meter')
    def _onchange_group_service_meter(self):
        return self._warn_of_used_feature('group_service_meter', 'service.meter')

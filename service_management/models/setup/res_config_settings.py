from odoo import api, fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = 'res.config.settings'

    group_service_zone = fields.Boolean(
        string="Zones", implied_group='service_management.service_management_group_zone')

    @api.onchange('group_service_zone')
    def _onchange_group_service_zone(self):
        return self._warn_of_used_feature(
            'group_service_zone', 'service.zone')

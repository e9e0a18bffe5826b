from odoo import api, fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = 'res.config.settings'

    group_service_warranty = fields.Boolean(
        string="Warranty Terms", implied_group='service_management.service_management_group_warranty')

    @api.onchange('group_service_warranty')
    def _onchange_group_service_warranty(self):
        return self._warn_of_used_feature(
            'group_service_warranty', 'service.warranty.extension')

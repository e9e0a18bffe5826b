from odoo import api, fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = 'res.config.settings'

    group_service_certificate = fields.Boolean(
        string="Certificates", implied_group='service_management.service_management_group_certificate')

    @api.onchange('group_service_certificate')
    def _onchange_group_service_certificate(self):
        return self._warn_of_used_feature('group_service_certificate', 'service.object.certificate')

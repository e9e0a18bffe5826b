from odoo import api, fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = 'res.config.settings'

    group_service_certificate = fields.Boolean(
        string="Certificates", implied_group='service_management.service_management_group_certificate')
    service_certificate_rule = fields.Selection(
        related='company_id.service_certificate_rule', readonly=False, required=True)
    service_shows_certificates = fields.Boolean(
        related='company_id.service_shows_certificates', readonly=False)

    @api.onchange('group_service_certificate')
    def _onchange_group_service_certificate(self):
        return self._warn_of_used_feature('group_service_certificate', 'service.object.certificate')

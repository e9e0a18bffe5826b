from odoo import api, fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = 'res.config.settings'

    group_service_sla = fields.Boolean(
        string="Service Levels", implied_group='service_management.service_management_group_sla')
    service_sla_reason_exceeded = fields.Boolean(
        related='company_id.service_sla_reason_exceeded', readonly=False)
    service_sla_reason_cancel = fields.Boolean(
        related='company_id.service_sla_reason_cancel', readonly=False)

    @api.onchange('group_service_sla')
    def _onchange_group_service_sla(self):
        return self._warn_of_used_feature(
            'group_service_sla', 'service.sla')

from odoo import api, fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = 'res.config.settings'

    group_service_structure = fields.Boolean(
        string="Structures", implied_group='service_management.service_management_group_structure')
    service_portal_structure = fields.Selection(
        related='company_id.service_portal_structure', readonly=False)

    @api.onchange('group_service_structure')
    def _onchange_group_service_structure(self):
        return self._warn_of_used_feature('group_service_structure', 'service.object.component')

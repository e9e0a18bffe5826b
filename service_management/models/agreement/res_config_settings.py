from odoo import api, fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = 'res.config.settings'

    group_service_agreement = fields.Boolean(
        string="Agreements", implied_group='service_management.service_management_group_agreement')

    @api.onchange('group_service_agreement')
    def _onchange_group_service_agreement(self):
        return self._warn_of_used_feature(
            'group_service_agreement', 'service.agreement',
            [('state', '=', 'active'), ('is_template', '=', False)])

from odoo import api, fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = 'res.config.settings'

    group_service_subscription = fields.Boolean(
        string="Subscriptions", implied_group='service_management.service_management_group_subscription')

    @api.onchange('group_service_subscription')
    def _onchange_group_service_subscription(self):
        return self._warn_of_used_feature(
            'group_service_subscription', 'service.subscription', [('state', '=', 'active')])

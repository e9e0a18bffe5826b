from odoo import api, fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = 'res.config.settings'

    group_service_price_rule = fields.Boolean(
        string="Pricing Rules", implied_group='service_management.service_management_group_price_rule')

    @api.onchange('group_service_price_rule')
    def _onchange_group_service_price_rule(self):
        return self._warn_of_used_feature(
            'group_service_price_rule', 'service.price.rule')

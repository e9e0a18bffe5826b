from odoo import api, fields, models
from odoo.fields import Domain


class ResConfigSettings(models.TransientModel):
    _inherit = 'res.config.settings'

    group_service_repair = fields.Boolean(
        string="Repairs", implied_group='service_management.service_management_group_repair')
    service_portal_repairs = fields.Boolean(
        related='company_id.service_portal_repairs', readonly=False)

    @api.onchange('group_service_repair')
    def _onchange_group_service_repair(self):
        return self._warn_of_used_feature(
            'group_service_repair', 'service.repair', Domain('order_state', 'in', ('draft', 'open')))

    def set_values(self):
        """Give open orders what the feature shows of them, once it is switched on."""
        was_on = self._is_feature_on('group_service_repair')
        result = super().set_values()
        if self.group_service_repair and not was_on:
            self.env['service.order'].sudo().search([
                ('state', 'in', ('draft', 'open')), ('object_ids', '!=', False),
            ])._keep_object_statuses()
        return result

from odoo import fields, models


class ResPartner(models.Model):
    _inherit = 'res.partner'

    _figures_fee_field = 'commercial_partner_id'
    service_subscription_count = fields.Integer(
        compute='_compute_service_subscription_count',
        groups='service_management.service_management_group_dispatcher')

    def _compute_service_subscription_count(self):
        count_by_customer = dict(self.env['service.subscription']._read_group(
            [('commercial_partner_id', 'in', self.commercial_partner_id.ids)],
            ['commercial_partner_id'], ['__count']))
        for partner in self:
            partner.service_subscription_count = count_by_customer.get(
                partner.commercial_partner_id._origin, 0)

    def action_view_service_subscriptions(self):
        return self._action_view_service('service_management.service_subscription_action')

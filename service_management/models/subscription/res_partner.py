from odoo import fields, models


class ResPartner(models.Model):
    _inherit = 'res.partner'

    _figures_fee_field = 'commercial_partner_id'

    service_subscription_count = fields.Integer(
        compute='_compute_service_subscription_count',
        groups='service_management.service_management_group_customer_service')

    def _compute_service_subscription_count(self):
        self._count_service('service_subscription_count', 'service.subscription')

    def action_view_service_subscriptions(self):
        """Show the subscriptions of the customer."""
        return self._action_view_service('service_management.service_subscription_action')

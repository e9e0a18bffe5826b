from odoo import api, fields, models
from odoo.fields import Domain


class ResPartner(models.Model):
    _inherit = 'res.partner'

    _figures_fee_field = 'commercial_partner_id'

    service_subscription_count = fields.Integer(
        compute='_compute_service_subscription_count',
        groups='service_management.service_management_group_customer_service')

    @api.model
    def _get_customer_models(self):
        return [*super()._get_customer_models(), 'service.subscription']

    def _on_other_customer(self, of_others):
        super()._on_other_customer(of_others)
        self._ensure_no_site({'service.subscription': (
            Domain('partner_invoice_id', 'in', self.ids)
            & self.env['service.subscription']._get_open_domain() & of_others)})

    def _compute_service_subscription_count(self):
        self._count_service('service_subscription_count', 'service.subscription')

    def action_view_service_subscriptions(self):
        """Show the subscriptions of the customer."""
        return self._action_view_service('service_management.service_subscription_action')

from odoo import api, fields, models


class ProductTemplate(models.Model):
    _inherit = 'product.template'

    service_tracking = fields.Selection(
        selection_add=[('service_subscription', "Service Subscription")],
        ondelete={'service_subscription': 'set default'})
    service_plan_id = fields.Many2one(
        comodel_name='service.subscription.plan', string="Subscription Plan", check_company=True,
        ondelete='restrict', index='btree_not_null',
        help="How the subscription is billed that selling the product creates. The price sold is"
             " the price of a period.")

    @api.model
    def fields_get(self, allfields=None, attributes=None):
        """Offer to sell subscriptions where they are used."""
        described = super().fields_get(allfields, attributes)
        self._leave_out_tracking(described, 'service_subscription', 'subscription')
        return described

    @api.model
    def _get_saleable_tracking_types(self):
        return [*super()._get_saleable_tracking_types(), 'service_subscription']

    def _prepare_service_tracking_tooltip(self):
        if self.service_tracking == 'service_subscription':
            return self.env._("Confirming a sales order prepares a subscription, which bills it.")
        return super()._prepare_service_tracking_tooltip()

from odoo import fields, models


class ServiceSubscriptionHistory(models.Model):
    """The history of the terms of subscriptions."""
    _name = 'service.subscription.history'
    _description = "Change of a Subscription's Terms"
    _inherit = ['service.change.mixin']

    subscription_id = fields.Many2one(
        comodel_name='service.subscription', required=True, ondelete='cascade', index=True)
    company_id = fields.Many2one(
        related='subscription_id.company_id', store=True, index=True, precompute=True)

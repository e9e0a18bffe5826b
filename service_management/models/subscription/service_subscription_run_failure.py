from odoo import fields, models


class ServiceSubscriptionRunFailure(models.Model):
    _name = 'service.subscription.run.failure'
    _description = "Subscription That Could Not Be Billed"

    run_id = fields.Many2one(
        comodel_name='service.subscription.run', required=True, readonly=True, index=True,
        ondelete='cascade')
    subscription_id = fields.Many2one(
        comodel_name='service.subscription', required=True, readonly=True, index=True,
        ondelete='cascade')
    partner_id = fields.Many2one(related='subscription_id.partner_id')
    error = fields.Text(required=True, readonly=True)

from odoo import api, fields, models


class ServiceSubscriptionActivate(models.TransientModel):
    """Asks whether lines without a price are meant to be free, and activates many at once."""
    _name = 'service.subscription.activate'
    _description = "Activate Subscriptions"
    _inherit = ['service.activate.mixin']
    _documents = 'subscription_ids'

    subscription_ids = fields.Many2many(comodel_name='service.subscription', required=True)
    line_ids = fields.Many2many(
        comodel_name='service.subscription.line', string="Free Lines", compute='_compute_line_ids')

    @api.depends('subscription_ids')
    def _compute_ready_count(self):
        super()._compute_ready_count()

    @api.depends('subscription_ids')
    def _compute_line_ids(self):
        for dialog in self:
            dialog.line_ids = dialog._get_lines()

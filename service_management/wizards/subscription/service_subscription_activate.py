from odoo import api, fields, models


class ServiceSubscriptionActivate(models.TransientModel):
    """Asks whether lines without a price are meant to be free."""
    _name = 'service.subscription.activate'
    _description = "Activate Subscriptions With Lines That Cost Nothing"

    subscription_ids = fields.Many2many(comodel_name='service.subscription', required=True)
    line_ids = fields.Many2many(
        comodel_name='service.subscription.line', string="Free Lines", compute='_compute_line_ids')

    @api.depends('subscription_ids')
    def _compute_line_ids(self):
        for wizard in self:
            wizard.line_ids = wizard.subscription_ids.line_ids._filter_free()

    def action_apply(self):
        """Let the subscriptions begin: the lines are free."""
        self.ensure_one()
        self.subscription_ids._begin()
        return {'type': 'ir.actions.act_window_close'}

from odoo import fields, models


class ServiceSubscriptionIndexationLine(models.Model):
    _name = 'service.subscription.indexation.line'
    _inherit = ['service.guarded.mixin']
    _description = "Changed Price of a Subscription Line"

    indexation_id = fields.Many2one(
        comodel_name='service.subscription.indexation', required=True, ondelete='cascade',
        index=True)
    line_id = fields.Many2one(
        comodel_name='service.subscription.line', required=True, index=True,
        ondelete='cascade')
    new_line_id = fields.Many2one(
        comodel_name='service.subscription.line', string="Becomes", readonly=True,
        index='btree_not_null', ondelete='set null')
    subscription_id = fields.Many2one(related='line_id.subscription_id')
    partner_id = fields.Many2one(related='line_id.subscription_id.partner_id')
    currency_id = fields.Many2one(related='line_id.currency_id')
    quantity = fields.Float(digits='Product Unit')
    old_base_price = fields.Float(string="Base Price", min_display_digits='Product Price')
    new_base_price = fields.Float(min_display_digits='Product Price')
    old_index = fields.Float(string="Index (%)", digits=(16, 6))
    new_index = fields.Float(string="New Index (%)", digits=(16, 6))
    old_price = fields.Float(string="Price", min_display_digits='Product Price')
    new_price = fields.Float(min_display_digits='Product Price')

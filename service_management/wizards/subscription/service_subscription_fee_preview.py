from odoo import fields, models

from ...models.subscription.service_subscription_fee import KINDS


class ServiceSubscriptionFeePreview(models.AbstractModel):
    """A row of a dialog that shows fees before they are made."""
    _name = 'service.subscription.fee.preview'
    _description = "Fee Before It Is Made"
    _order = 'date_start, id'

    line_id = fields.Many2one(comodel_name='service.subscription.line')
    subscription_id = fields.Many2one(related='line_id.subscription_id')
    partner_id = fields.Many2one(related='line_id.subscription_id.partner_id')
    currency_id = fields.Many2one(related='line_id.currency_id')
    kind = fields.Selection(selection=KINDS)
    date_start = fields.Date(string="From")
    date_end = fields.Date(string="To")
    amount = fields.Monetary()

from odoo import api, fields, models


class ServiceSubscriptionChange(models.TransientModel):
    _name = 'service.subscription.change'
    _description = "Change a Subscription Line From a Day On"
    _date_years = 100
    _inherit = ['service.dated.mixin']

    line_id = fields.Many2one(comodel_name='service.subscription.line', required=True)
    currency_id = fields.Many2one(related='line_id.currency_id')
    date_billed_to = fields.Date(related='line_id.date_billed_to')
    date = fields.Date(
        string="From", required=True, default=lambda self: self.env.company._get_service_today(),
        help="First day of the new terms. Days that were billed already are credited and billed"
             " anew with the next run; what was billed before stays.")
    # One compute each: what is not given stays as it is.
    quantity = fields.Float(
        digits='Product Unit', compute='_compute_quantity', store=True, readonly=False,
        help="0 ends the line.")
    base_price = fields.Float(
        min_display_digits='Product Price', compute='_compute_base_price', store=True,
        readonly=False)
    index = fields.Float(
        string="Index (%)", digits=(16, 6), compute='_compute_index', store=True, readonly=False)
    discount = fields.Float(
        string="Discount (%)", digits='Discount', at_least=0, at_most=100,
        compute='_compute_discount', store=True,
        readonly=False)

    @api.depends('line_id')
    def _compute_quantity(self):
        for wizard in self:
            wizard.quantity = wizard.line_id.quantity

    @api.depends('line_id')
    def _compute_base_price(self):
        for wizard in self:
            wizard.base_price = wizard.line_id.base_price

    @api.depends('line_id')
    def _compute_index(self):
        for wizard in self:
            wizard.index = wizard.line_id.index

    @api.depends('line_id')
    def _compute_discount(self):
        for wizard in self:
            wizard.discount = wizard.line_id.discount

    def action_apply(self):
        """Let the new terms hold from the day on."""
        self.ensure_one()
        self.line_id.subscription_id._ensure_may_manage()
        self.line_id._change_terms(
            self.date, **{name: self[name] for name in self.line_id._terms})
        return {'type': 'ir.actions.act_window_close'}

from odoo import api, fields, models


class ServiceSubscriptionClose(models.TransientModel):
    _name = 'service.subscription.close'
    _description = "Close Subscriptions"
    _date_years = 100
    _inherit = ['service.dated.mixin']

    subscription_ids = fields.Many2many(comodel_name='service.subscription', required=True)
    date_end = fields.Date(
        string="Last Day", required=True, default=lambda self: self.env.company._get_service_today(),
        help="Days after it are credited if they were billed; days up to it are billed.")
    reason_id = fields.Many2one(
        comodel_name='service.reason', required=True, domain="[('usage', '=', 'agreement')]")
    note = fields.Char()
    bill_now = fields.Boolean(
        string="Create the Credit Note Now", default=True,
        help="Otherwise the next run bills and credits what is left.")
    credit_summary = fields.Char(compute='_compute_credit_summary')

    @api.depends('subscription_ids', 'date_end')
    def _compute_credit_summary(self):
        """Say what was billed for the days after the last one."""
        for wizard in self:
            totals = {}
            for line, amount in wizard._get_credits():
                totals[line.currency_id] = totals.get(line.currency_id, 0.0) + amount
            wizard.credit_summary = ', '.join(
                currency.format(amount) for currency, amount in totals.items())

    def _get_credits(self):
        """Return [(line, amount)] of what closing takes back."""
        self.ensure_one()
        # While the dialog is open, it has copies of them.
        lines = self.subscription_ids._origin.line_ids
        if not self.date_end:
            return []
        ends = {line: min(line._get_life()[1] or self.date_end, self.date_end) for line in lines}
        _gone, vals_list = lines._plan_credits(ends)
        return [(lines.browse(vals['line_id']), -vals['amount']) for vals in vals_list]

    def action_apply(self):
        """Close the subscriptions, and bill what is left if that is wanted."""
        self.ensure_one()
        self.subscription_ids._close(self.date_end, self.reason_id, self.note)
        if not self.bill_now:
            return {'type': 'ir.actions.act_window_close'}
        due = self.subscription_ids.filtered_domain(self.subscription_ids._get_due_domain())
        if not due:
            return {'type': 'ir.actions.act_window_close'}
        # A run is written by the engine only.
        runs = self.env['service.subscription.run'].sudo()._start_today(due, is_closing=True)
        runs._begin()
        return runs.sudo(False)._show()

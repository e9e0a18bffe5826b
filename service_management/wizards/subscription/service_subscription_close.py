from odoo import api, fields, models
from odoo.fields import Command

from ...models.subscription.service_subscription_fee import TIME_KINDS


class ServiceSubscriptionClose(models.TransientModel):
    _name = 'service.subscription.close'
    _description = "Close Subscriptions"

    subscription_ids = fields.Many2many(comodel_name='service.subscription', required=True)
    date_end = fields.Date(
        string="Last Day", required=True, default=fields.Date.context_today,
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
            for fee in wizard.subscription_ids.fee_ids:
                if (fee.kind not in TIME_KINDS or fee.state not in ('draft', 'posted')
                        or not wizard.date_end or fee.date_end <= wizard.date_end
                        or fee._is_kept(wizard.date_end)):
                    continue
                totals[fee.currency_id] = totals.get(fee.currency_id, 0.0) + sum(
                    fee._share(span) for span in fee._get_spans_beyond(wizard.date_end))
            wizard.credit_summary = ', '.join(
                currency.format(amount) for currency, amount in totals.items())

    def action_apply(self):
        """Close the subscriptions, and bill what is left if that is wanted."""
        self.ensure_one()
        self.subscription_ids._close(self.date_end, self.reason_id, self.note)
        if not self.bill_now:
            return {'type': 'ir.actions.act_window_close'}
        today = fields.Date.context_today(self)
        due = self.subscription_ids.filtered_domain(
            self.subscription_ids._get_due_domain(today))
        if not due:
            return {'type': 'ir.actions.act_window_close'}
        return self.env['service.subscription.bill'].create({
            'subscription_ids': [Command.set(due.ids)], 'date_until': today,
        }).action_apply()

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date


class ServiceSubscriptionRenew(models.TransientModel):
    _name = 'service.subscription.renew'
    _description = "Renew Subscriptions"

    subscription_ids = fields.Many2many(comodel_name='service.subscription', required=True)
    months = fields.Integer(
        string="For", default=12, at_most=1200, help="Months after the present end. 0: without an end.")
    percent = fields.Float(
        string="Price Change (%)", digits='Discount', at_least=-100, at_most=1000,
        help="On the base prices, from the day after the present end on.")
    summary = fields.Char(compute='_compute_summary')

    def _get_end(self, subscription):
        """Return the new last day of a subscription, or False."""
        following = subscription.date_end + relativedelta(days=1)
        return bool(self.months) and following + relativedelta(months=self.months, days=-1)

    @api.depends('subscription_ids', 'months')
    def _compute_summary(self):
        for wizard in self:
            ends = {wizard._get_end(subscription) for subscription in wizard.subscription_ids
                    if subscription.date_end}
            wizard.summary = ', '.join(
                format_date(self.env, end) if end else self.env._("No end")
                for end in sorted(ends))

    def action_apply(self):
        """Move the ends of the subscriptions.

        :raise UserError: if a term or a price is not possible
        """
        self.ensure_one()
        if self.months < 0 or self.percent <= -100:
            raise UserError(self.env._(
                "A term has no less than 0 months, and a price cannot fall below nothing."))
        for subscription in self.subscription_ids:
            end = subscription.date_end and self._get_end(subscription)
            subscription._renew(end, self.percent)
        return {'type': 'ir.actions.act_window_close'}

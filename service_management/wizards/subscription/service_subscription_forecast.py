from collections import defaultdict

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.tools import split_every

#: Subscriptions that are planned at once.
BATCH_SIZE = 500


class ServiceSubscriptionForecast(models.TransientModel):
    """Says what will be billed in the next months, by the very rules that bill it."""
    _name = 'service.subscription.forecast'
    _description = "Forecast of Subscriptions"

    months = fields.Integer(required=True, default=12)
    company_id = fields.Many2one(
        comodel_name='res.company', required=True, default=lambda self: self.env.company)
    plan_ids = fields.Many2many(
        comodel_name='service.subscription.plan', string="Plans", help="Empty means every plan.",
        context={'active_test': False})

    _months = models.Constraint(
        'CHECK (months BETWEEN 1 AND 36)', "A forecast reaches 1 to 36 months ahead.")

    def action_apply(self):
        """Plan the fees and open what they come to."""
        self.ensure_one()
        Line = self.env['service.subscription.forecast.line']
        for vals_list in self._prepare_lines():
            Line.create(vals_list)
        return {
            'type': 'ir.actions.act_window',
            'res_model': 'service.subscription.forecast.line',
            'view_mode': 'pivot,graph,list',
            'domain': [('forecast_id', '=', self.id)],
            'name': self.env._("Forecast of Subscriptions"),
        }

    def _prepare_lines(self):
        """Yield lists of values of lines: one for each subscription and month."""
        self.ensure_one()
        Subscription = self.env['service.subscription']
        today = self.company_id._get_service_today()
        until = today + relativedelta(months=self.months, day=1, days=-1)
        domain = [('company_id', '=', self.company_id.id), ('state', 'in', ('active', 'closed')),
                  *Subscription._get_due_domain(until)]
        if self.plan_ids:
            domain.append(('plan_id', 'in', self.plan_ids.ids))
        for ids in split_every(BATCH_SIZE, Subscription.search(domain).ids):
            subscriptions = Subscription.browse(ids)
            amounts = defaultdict(float)
            for vals in subscriptions.line_ids._plan_fees(until):
                line = self.env['service.subscription.line'].browse(vals['line_id'])
                amounts[line.subscription_id, self._get_month(vals['date_due'], today)] += vals[
                    'amount']
            for fee in subscriptions._get_open_fees(until):
                # Open fees come in sudo; the subscription is read with the user's own rights.
                amounts[fee.subscription_id.sudo(self.env.su),
                        self._get_month(fee.date_due, today)] += fee.amount
            yield [self._prepare_line(subscription, month, amount, today)
                   for (subscription, month), amount in amounts.items()]

    @api.model
    def _get_month(self, day, today):
        """Return the first day of the month in which something is billed; what is late, now."""
        return max(day, today) + relativedelta(day=1)

    def _prepare_line(self, subscription, month, amount, today):
        """Return the values of the line of a subscription for a month; extend to carry more over."""
        return {
            'forecast_id': self.id,
            'subscription_id': subscription.id,
            'partner_id': subscription.commercial_partner_id.id,
            'plan_id': subscription.plan_id.id,
            'user_id': subscription.user_id.id,
            'month': month,
            'currency_id': self.company_id.currency_id.id,
            'amount': subscription.currency_id._convert(
                amount, self.company_id.currency_id, self.company_id, today),
        }


class ServiceSubscriptionForecastLine(models.TransientModel):
    _name = 'service.subscription.forecast.line'
    _description = "Forecast of a Subscription for a Month"
    _order = 'month, subscription_id'

    forecast_id = fields.Many2one(
        comodel_name='service.subscription.forecast', required=True, ondelete='cascade', index=True)
    subscription_id = fields.Many2one(
        comodel_name='service.subscription', required=True, ondelete='cascade')
    partner_id = fields.Many2one(
        comodel_name='res.partner', string="Customer", ondelete='cascade')
    plan_id = fields.Many2one(comodel_name='service.subscription.plan', ondelete='cascade')
    user_id = fields.Many2one(
        comodel_name='res.users', string="Responsible", ondelete='cascade')
    month = fields.Date(required=True)
    currency_id = fields.Many2one(comodel_name='res.currency', ondelete='cascade')
    amount = fields.Monetary(string="To Be Billed")

from collections import defaultdict
from functools import cache

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.tools import SQL, split_every

#: Subscriptions that are planned at once.
BATCH_SIZE = 5000


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
        self.flush_recordset()
        for rows in self._get_rows():
            self._insert(rows)
        return {
            'type': 'ir.actions.act_window',
            'res_model': 'service.subscription.forecast.line',
            'view_mode': 'pivot,graph,list',
            'domain': [('forecast_id', '=', self.id)],
            'name': self.env._("Forecast of Subscriptions"),
        }

    def _get_rows(self):
        """Yield lists of (id of a subscription, first month, months from one to the next, how many,
        amount in the currency of the company): what is the same in many months is one row.
        """
        self.ensure_one()
        Subscription, target = self.env['service.subscription'], self.company_id.currency_id
        today = self.company_id._get_service_today()
        until = today + relativedelta(months=self.months, day=1, days=-1)
        domain = [('company_id', '=', self.company_id.id), ('state', 'in', ('active', 'closed')),
                  *Subscription._get_due_domain(until)]
        if self.plan_ids:
            domain.append(('plan_id', 'in', self.plan_ids.ids))
        number_of = cache(lambda day: self._get_number(day, today))
        for ids in split_every(BATCH_SIZE, Subscription.search(domain, order='id').ids):
            lines = self.env['service.subscription.line'].search(
                [('subscription_id', 'in', ids)], order='id')
            amounts = defaultdict(lambda: defaultdict(float))
            for subscription, currency, day, amount in lines._plan_amounts(until):
                amounts[subscription, currency][number_of(day)] += amount
            # Who may see a subscription sees what it will be billed.
            for fee in self.env['service.subscription.fee'].sudo().search_fetch(
                    Subscription.browse(ids)._get_open_fees_domain(until),
                    ['subscription_id', 'currency_id', 'date_due', 'amount'], order='id'):
                amounts[fee.subscription_id.id, fee.currency_id.id][number_of(fee.date_due)] += (
                    fee.amount)
            convert = cache(lambda currency, amount: self.env['res.currency'].browse(
                currency)._convert(amount, target, self.company_id, today))
            yield [(subscription, today + relativedelta(months=first, day=1), step, count, amount)
                   for (subscription, currency), of_months in amounts.items()
                   for first, step, count, amount in self._get_runs({
                       number: convert(currency, amount) for number, amount in of_months.items()})]
            # Memory stays the same, however many subscriptions there are.
            self.env.invalidate_all()

    @api.model
    def _get_number(self, day, today):
        """Return in how many months something is billed; what is late, now."""
        return 12 * (day.year - today.year) + day.month - today.month if day > today else 0

    @api.model
    def _get_runs(self, amounts):
        """Return [(first number, from one to the next, how many, amount)] of {number: amount}."""
        runs = []
        for number, amount in sorted(amounts.items()):
            first, step, count, same = runs[-1] if runs else (0, 0, 0, None)
            if amount == same and (count == 1 or number == first + step * count):
                runs[-1] = (first, number - first if count == 1 else step, count + 1, amount)
            else:
                runs.append((number, 1, 1, amount))
        return runs

    def _insert(self, rows):
        """Note what `_get_rows` returns."""
        # So many rows of a report are not made one by one.
        now = self.env.cr.now()
        self.env.cr.execute(SQL(
            """INSERT INTO service_subscription_forecast_row (
                      forecast_id, currency_id, create_uid, write_uid, create_date, write_date,
                      subscription_id, month, step, count, amount)
               SELECT %s, %s, %s, %s, %s, %s, planned.*
                 FROM unnest(CAST(%s AS integer[]), CAST(%s AS date[]), CAST(%s AS integer[]),
                             CAST(%s AS integer[]), CAST(%s AS numeric[])) AS planned""",
            self.id, self.company_id.currency_id.id, self.env.uid, self.env.uid, now, now,
            *map(list, zip(*rows, strict=True) if rows else ((),) * 5)))


class ServiceSubscriptionForecastRow(models.TransientModel):
    """What a subscription will bill in one or more months that are as far from each other."""
    _name = 'service.subscription.forecast.row'
    _description = "Row of a Forecast of Subscriptions"

    forecast_id = fields.Many2one(
        comodel_name='service.subscription.forecast', required=True, ondelete='cascade', index=True)
    subscription_id = fields.Many2one(
        comodel_name='service.subscription', required=True, ondelete='cascade')
    currency_id = fields.Many2one(comodel_name='res.currency', ondelete='cascade')
    month = fields.Date(required=True)
    step = fields.Integer(required=True)
    count = fields.Integer(required=True)
    amount = fields.Monetary()


class ServiceSubscriptionForecastLine(models.Model):
    """What the user's forecasts come to: a line for each subscription and month."""
    _name = 'service.subscription.forecast.line'
    _description = "Forecast of a Subscription for a Month"
    _auto = False
    _order = 'month, subscription_id'
    _rec_name = 'subscription_id'
    _depends = {
        'service.subscription': ['commercial_partner_id', 'plan_id', 'user_id'],
        'service.subscription.forecast.row': [
            'amount', 'count', 'currency_id', 'forecast_id', 'month', 'step', 'subscription_id'],
    }

    forecast_id = fields.Many2one(comodel_name='service.subscription.forecast', readonly=True)
    subscription_id = fields.Many2one(comodel_name='service.subscription', readonly=True)
    partner_id = fields.Many2one(comodel_name='res.partner', string="Customer", readonly=True)
    plan_id = fields.Many2one(comodel_name='service.subscription.plan', readonly=True)
    user_id = fields.Many2one(comodel_name='res.users', string="Responsible", readonly=True)
    month = fields.Date(readonly=True)
    currency_id = fields.Many2one(comodel_name='res.currency', readonly=True)
    amount = fields.Monetary(string="To Be Billed", readonly=True)

    @property
    def _table_query(self):
        columns = {
            'id': SQL("CAST(planned.id AS bigint) * 100 + months.number"),
            **{name: SQL("planned.%s", SQL.identifier(name)) for name in (
                'forecast_id', 'subscription_id', 'currency_id', 'amount')},
            'month': SQL(
                "CAST(planned.month + months.number * planned.step * INTERVAL '1 month' AS date)"),
            'partner_id': SQL("subscription.commercial_partner_id"),
            'plan_id': SQL("subscription.plan_id"),
            'user_id': SQL("subscription.user_id"),
            **self._select_additional_fields(),
        }
        # Who makes a forecast sees it, nobody else does.
        return SQL(
            """SELECT %s
                 FROM service_subscription_forecast_row planned
                 JOIN service_subscription subscription ON subscription.id = planned.subscription_id
           CROSS JOIN LATERAL generate_series(0, planned.count - 1) AS months (number)
                WHERE planned.create_uid = %s""",
            SQL(", ").join(SQL("%s AS %s", column, SQL.identifier(name))
                           for name, column in columns.items()), self.env.uid)

    def _select_additional_fields(self):
        """Return {field: its SQL} of further columns of the `subscription`; extend with the fields."""
        return {}

from odoo import fields, models
from odoo.tools import SQL

from ...tools.proration import MONTHS


class ServiceSubscriptionRevenue(models.Model):
    """What subscriptions bring each month, and what changed against the month before.

    A month counts what is in force on its last day; the present month counts today, as it is where
    the company of the subscription is. Amounts are
    averages per month, whatever the period of the plan, and before all taxes.
    """
    _name = 'service.subscription.revenue'
    _description = "Recurring Revenue"
    _auto = False
    _order = 'month desc, id desc'
    _rec_name = 'subscription_id'
    _depends = {
        'service.subscription': [
            'commercial_partner_id', 'company_id', 'currency_id', 'date_closed', 'date_end',
            'date_start', 'plan_id', 'state', 'user_id'],
        'service.subscription.line': [
            'amount_period_untaxed', 'date_end', 'date_start', 'is_replaced', 'subscription_id'],
        'service.subscription.plan': ['interval_count', 'interval_unit'],
    }

    month = fields.Date(readonly=True)
    subscription_id = fields.Many2one(comodel_name='service.subscription', readonly=True)
    company_id = fields.Many2one(comodel_name='res.company', readonly=True)
    partner_id = fields.Many2one(
        comodel_name='res.partner', string="Customer", readonly=True)
    plan_id = fields.Many2one(comodel_name='service.subscription.plan', readonly=True)
    user_id = fields.Many2one(comodel_name='res.users', string="Responsible", readonly=True)
    currency_id = fields.Many2one(
        comodel_name='res.currency', readonly=True,
        help="Amounts are in the currency of the company that is looked from.")
    amount_new = fields.Monetary(string="New", readonly=True)
    amount_expanded = fields.Monetary(string="Expanded", readonly=True)
    amount_contracted = fields.Monetary(string="Contracted", readonly=True)
    amount_churned = fields.Monetary(string="Churned", readonly=True)
    amount_change = fields.Monetary(string="Net Change", readonly=True)
    amount_total = fields.Monetary(
        string="Recurring Revenue", readonly=True,
        help="Of several months: what the last of them brings.")

    def _read_group_select(self, aggregate_spec, query):
        """Let several months bring together what the last of them brings, not their sum."""
        if aggregate_spec not in ('amount_total:sum', 'amount_total:sum_currency'):
            return super()._read_group_select(aggregate_spec, query)
        month, amount = (
            self._field_to_sql(self._table, name, query) for name in ('month', 'amount_total'))
        return SQL(
            """(SELECT SUM(figure.amount)
                  FROM unnest(ARRAY_AGG(%(month)s), ARRAY_AGG(%(amount)s))
                       AS figure (month, amount)
                 WHERE figure.month = MAX(%(month)s))""", month=month, amount=amount)

    @property
    def _table_query(self):
        # Not materialized: months that nobody asked for are not looked at.
        return SQL(
            "WITH month AS NOT MATERIALIZED (%s), revenue AS NOT MATERIALIZED (%s), change AS (%s) %s",
            self._query_months(), self._query_revenue(), self._query_change(), self._select())

    def _query_months(self):
        """Return the months from the first subscription on, by company, with the day that counts."""
        return SQL(
            """SELECT company_id, CAST(first AS date) AS first,
                      LEAST(CAST(first + INTERVAL '1 month - 1 day' AS date), today) AS day
                 FROM (VALUES %s) AS days (company_id, today),
                      generate_series(
                      (SELECT date_trunc('month', MIN(date_start)) FROM service_subscription
                        WHERE state <> 'draft'),
                      CAST(today AS timestamp), INTERVAL '1 month') AS first""",
            SQL(", ").join(
                SQL("(%s, CAST(%s AS date))", company.id, day)
                for company, day in self.env['res.company']._get_todays().items()))

    def _query_revenue(self):
        """Return what each subscription brings in each month, in its currency."""
        return SQL(
            """SELECT month.first AS month, subscription.id AS subscription_id, month.company_id,
                      SUM(line.amount_period_untaxed / plan.interval_count * CASE plan.interval_unit %s END
                      ) AS amount
                 FROM service_subscription_line line
                 JOIN service_subscription subscription ON subscription.id = line.subscription_id
                 JOIN service_subscription_plan plan ON plan.id = subscription.plan_id
                 JOIN month ON month.company_id = subscription.company_id AND month.day BETWEEN
                      GREATEST(subscription.date_start, line.date_start)
                      AND COALESCE(LEAST(line.date_end, subscription.date_end,
                                         subscription.date_closed), 'infinity')
                WHERE subscription.state <> 'draft' AND line.is_replaced IS NOT TRUE
             GROUP BY month.first, month.company_id, subscription.id""",
            SQL(" ").join(
                SQL("WHEN %s THEN CAST(%s AS numeric) / %s", unit, months.denominator, months.numerator)
                for unit, months in MONTHS.items()))

    def _query_change(self):
        """Return the same with the month before, and with the months in which nothing is left."""
        return SQL(
            """SELECT month, subscription_id, SUM(amount) AS amount, SUM(former) AS former
                 FROM (SELECT month, company_id, subscription_id, amount, 0 AS former FROM revenue
                    UNION ALL
                       SELECT CAST(month + INTERVAL '1 month' AS date), company_id, subscription_id,
                              0, amount FROM revenue) figure
                WHERE (company_id, month) IN (SELECT company_id, first FROM month)
             GROUP BY month, subscription_id""")

    def _select(self):
        columns = {**self._get_columns(), **self._select_additional_fields()}
        return SQL(
            "SELECT %s FROM %s",
            SQL(", ").join(SQL("%s AS %s", column, SQL.identifier(name))
                           for name, column in columns.items()),
            self._from())

    def _get_columns(self):
        """Return {field: its SQL}."""
        amount, former = (
            SQL("(change.%s * rates.rate)", SQL.identifier(name)) for name in ('amount', 'former'))
        difference = SQL("(%s - %s)", amount, former)
        return {
            # The same row has the same number, whenever and of whatever months it is read.
            'id': SQL("""CAST(subscription.id AS bigint) * 100000
                + CAST(EXTRACT(YEAR FROM change.month) * 12 + EXTRACT(MONTH FROM change.month) AS integer)"""),
            'month': SQL("change.month"),
            'subscription_id': SQL("subscription.id"),
            'company_id': SQL("subscription.company_id"),
            'partner_id': SQL("subscription.commercial_partner_id"),
            'plan_id': SQL("subscription.plan_id"),
            'user_id': SQL("subscription.user_id"),
            'currency_id': SQL("CAST(%s AS integer)", self.env.company.currency_id.id),
            'amount_new': SQL("CASE WHEN change.former = 0 THEN %s ELSE 0 END", amount),
            'amount_churned': SQL("CASE WHEN change.amount = 0 THEN -%s ELSE 0 END", former),
            'amount_expanded': SQL(
                "CASE WHEN change.former <> 0 AND change.amount > change.former THEN %s ELSE 0 END",
                difference),
            'amount_contracted': SQL(
                "CASE WHEN change.amount <> 0 AND change.amount < change.former THEN %s ELSE 0 END",
                difference),
            'amount_change': difference,
            'amount_total': amount,
        }

    def _select_additional_fields(self):
        """Return {field: its SQL} of further columns.

        Extend together with the fields, with `_depends`, which is merged, and with `_from` where
        another table is needed.
        """
        return {}

    def _from(self):
        return SQL(
            """change
            JOIN service_subscription subscription ON subscription.id = change.subscription_id
            JOIN (VALUES %s) AS rates (currency_id, rate)
                 ON rates.currency_id = subscription.currency_id""", self._get_rates())

    def _get_rates(self):
        """Return (currency, what it is worth in the one looked from today) as SQL values."""
        company = self.env.company
        today = company._get_service_today()
        # Subscriptions may be in a currency that was archived since. The view is of all of them:
        # what the user may see of it is decided when it is read.
        currencies = self.env['res.currency'].with_context(active_test=False).search([
            '|', ('active', '=', True), ('id', 'in', self.env['service.subscription'].sudo()._search(
                []).subselect('currency_id'))])
        return SQL(", ").join(
            SQL("(%s, CAST(%s AS double precision))", currency.id, currency._get_conversion_rate(
                currency, company.currency_id, company, today))
            for currency in currencies)

from datetime import date

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.orm.domains import DomainAnd, DomainOr
from odoo.tools import SQL

from ...tools.proration import MONTHS

#: What rows tell of a month. All else of a row is the subscription's.
FIGURES = (
    'amount_new', 'amount_expanded', 'amount_contracted', 'amount_churned', 'amount_change',
    'amount_total')
#: Rows of a subscription are numbered by month within so many.
MONTH_STEPS = 100000
#: From when to when a line counts
_START = SQL("GREATEST(subscription.date_start, line.date_start)")
_END = SQL("LEAST(line.date_end, subscription.date_end, subscription.date_closed)")
#: Aggregates that come to the same of rows that are put together.
SAFE = {'count_distinct', 'array_agg_distinct', 'min', 'max'}


def number_of(day):
    """Return the number of the month that a day is in: months follow each other by one."""
    return day.year * 12 + day.month


def day_of(number):
    """Return the first day of the month with a number."""
    return date((number - 1) // 12, (number - 1) % 12 + 1, 1)


def limits_of(domain):
    """Return what a domain lets through at most.

    :param domain: fully optimized
    :return: (number of the first month, number of the last one, set of ids of subscriptions), each of
        them or None
    """
    if isinstance(domain, (DomainAnd, DomainOr)):
        firsts, lasts, subscriptions = zip(*map(limits_of, domain.children), strict=True)
        if isinstance(domain, DomainOr):
            return (None if None in firsts else min(firsts), None if None in lasts else max(lasts),
                    None if None in subscriptions else set.union(*subscriptions))
        known = [ids for ids in subscriptions if ids is not None]
        return (max((number for number in firsts if number is not None), default=None),
                min((number for number in lasts if number is not None), default=None),
                set.intersection(*known) if known else None)
    field, operator, value = (
        getattr(domain, name, None) for name in ('field_expr', 'operator', 'value'))
    if field == 'month' and operator in ('>', '>='):
        return number_of(value), None, None
    if field == 'month' and operator in ('<', '<='):
        return None, number_of(value), None
    if operator != 'in' or not all(value):
        return None, None, None
    if field == 'month':
        numbers = [*map(number_of, value)]
        return min(numbers), max(numbers), None
    if field == 'id':
        numbers = [row % MONTH_STEPS for row in value]
        return min(numbers), max(numbers), {row // MONTH_STEPS for row in value}
    return None, None, set(value) if field == 'subscription_id' else None


class _Asked(dict):
    """What the report asks itself for: no caller can send one, and what he sends instead is not looked at."""


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

    #=== WHAT IS ASKED FOR ===#

    # Subscriptions change seldom, and last for many months. So what changes is counted once, put
    # together by what somebody asks for, and spread over the months that he asks for: a row for each
    # subscription and month is made where he looks at these only.

    def _search(self, domain, *args, **kwargs):
        return super(ServiceSubscriptionRevenue, self._ask_for(domain))._search(
            domain, *args, **kwargs)

    def _as_query(self, ordered=True):
        return super(ServiceSubscriptionRevenue, self._ask_for(
            Domain('id', 'in', self._ids)))._as_query(ordered)

    def _read_group(self, domain, groupby=(), aggregates=(), having=(), *args, **kwargs):
        columns = None if having else self._get_asked_columns(domain, groupby, aggregates)
        groups = super(ServiceSubscriptionRevenue, self._ask(columns=columns))._read_group(
            domain, groupby, aggregates, having, *args, **kwargs)
        return self._forget_asked(groups)

    def _read_grouping_sets(self, domain, grouping_sets, aggregates=(), order=None):
        columns = self._get_asked_columns(
            domain, [spec for groupby in grouping_sets for spec in groupby], aggregates)
        found = super(ServiceSubscriptionRevenue, self._ask(columns=columns))._read_grouping_sets(
            domain, grouping_sets, aggregates, order)
        return [self._forget_asked(groups) for groups in found]

    def _get_asked(self):
        """Return what is asked for: first and last month, subscriptions, columns; all or some."""
        asked = self.env.context.get('service_revenue_asked')
        return asked if isinstance(asked, _Asked) else {}

    def _ask(self, **asked):
        """Return the model with more that is asked for."""
        return self.with_context(service_revenue_asked=_Asked({**self._get_asked(), **asked}))

    def _ask_for(self, domain):
        """Ask for the months and subscriptions that a domain lets through."""
        first, last, subscriptions = limits_of(Domain(domain).optimize_full(self))
        return self._ask(
            first=first, last=last, subscriptions=subscriptions and sorted(subscriptions))

    def _forget_asked(self, groups):
        """Return groups whose records know nothing of the columns that were asked for."""
        return [tuple(value.with_env(self.env) if isinstance(value, models.BaseModel) else value
                      for value in group) for group in groups]

    def _get_asked_columns(self, domain, groupby, aggregates):
        """Return the names of the columns that rows may be put together by, or None for each row."""
        asked = set()
        for spec in aggregates:
            name, _separator, function = spec.partition(':')
            if spec == '__count' or (name in FIGURES and function in ('sum', 'sum_currency')):
                continue
            if function not in SAFE:
                return None
            asked.add(name)
        rule = self.env['ir.rule']._compute_domain(self._name, 'read')
        asked.update(condition.field_expr for of_rows in (Domain(domain), Domain(rule))
                     for condition in of_rows.iter_conditions())
        asked.update(spec.partition(':')[0] for spec in groupby)
        asked = {name.partition('.')[0] for name in asked} - {'month', 'currency_id'}
        return sorted(asked) if asked <= set(self._get_columns()) else None

    def _read_group_select(self, aggregate_spec, query):
        """Let several months bring together what the last of them brings, not their sum."""
        if aggregate_spec == '__count':
            return SQL("CAST(COALESCE(SUM(%s), 0) AS bigint)", SQL.identifier(self._table, 'row_count'))
        if aggregate_spec not in ('amount_total:sum', 'amount_total:sum_currency'):
            return super()._read_group_select(aggregate_spec, query)
        month, amount = (
            self._field_to_sql(self._table, name, query) for name in ('month', 'amount_total'))
        return SQL(
            """(SELECT SUM(figure.amount)
                  FROM unnest(ARRAY_AGG(%(month)s), ARRAY_AGG(%(amount)s))
                       AS figure (month, amount)
                 WHERE figure.month = MAX(%(month)s))""", month=month, amount=amount)

    #=== AS THINGS STAND ===#

    @api.model
    def _get_present(self):
        """Return what subscriptions of the active companies bring each month.

        It is the total of the present month's analysis, without a look at each subscription.

        :return: amount in the money of the company that is looked from
        """
        for model, names in self._depends.items():
            self.env[model].flush_model(names)
        [[amount]] = self.env.execute_query(SQL(
            """SELECT SUM(figure.amount * terms.worth)
                 FROM (SELECT subscription.plan_id, subscription.currency_id,
                              SUM(line.amount_period_untaxed) AS amount
                         FROM service_subscription_line line
                         JOIN service_subscription subscription
                              ON subscription.id = line.subscription_id
                         JOIN (VALUES %(days)s) AS day (company_id, today, present)
                              ON day.company_id = subscription.company_id
                        WHERE subscription.state <> 'draft' AND line.is_replaced IS NOT TRUE
                          AND subscription.company_id IN %(companies)s AND %(alive)s
                          AND day.today BETWEEN %(start)s AND COALESCE(%(end)s, 'infinity')
                     GROUP BY subscription.plan_id, subscription.currency_id) figure
                 JOIN (%(terms)s) AS terms ON terms.plan_id = figure.plan_id
                      AND terms.currency_id = figure.currency_id""",
            days=self._get_days(), terms=self._query_terms(), start=_START, end=_END,
            alive=self._is_alive(min(self.env['res.company']._get_todays().values())),
            companies=tuple(self.env.companies.ids)))
        return amount or 0.0

    #=== HOW IT IS COUNTED ===#

    @property
    def _table_query(self):
        columns = self._get_columns()
        wanted = self._get_asked().get('columns')
        if wanted is None:
            wanted = ['subscription_id', *columns]
        columns = {name: columns[name] for name in ('company_id', *wanted)}
        return SQL(
            """WITH day (company_id, today, present) AS (VALUES %s), line AS (%s), event AS (%s),
                    step AS (%s), change AS (%s), movement AS (%s), span AS (%s) %s""",
            self._get_days(), self._query_lines(), self._query_events(), self._query_steps(),
            self._query_changes(), self._query_movements(columns), self._query_spans(columns),
            self._select(columns))

    def _get_days(self):
        """Return (company, today, number of the present month) as SQL values."""
        return SQL(", ").join(
            SQL("(%s, CAST(%s AS date), %s)", company.id, day, number_of(day))
            for company, day in self.env['res.company']._get_todays().items())

    def _number(self, day):
        """Return the SQL of the number of the month that a day is in; as `number_of`."""
        return SQL("CAST(date_part('year', %(day)s) * 12 + date_part('month', %(day)s) AS integer)",
                   day=day)

    def _is_alive(self, day):
        """Return the SQL of whether a subscription was not closed before a day: an index says it."""
        return SQL("(subscription.date_closed IS NULL OR subscription.date_closed >= %s)", day)

    def _query_lines(self):
        """Return what lines bring in a period, from which month on, and up to which one."""
        asked, first = (self._get_asked().get(key) for key in ('subscriptions', 'first'))
        return SQL(
            """SELECT line.subscription_id, day.present, line.amount_period_untaxed AS amount,
                      GREATEST(%(first)s, %(since)s) AS first,
                      CASE WHEN day.today BETWEEN %(start)s AND COALESCE(%(end)s, 'infinity')
                           THEN day.present
                           ELSE LEAST(%(following)s - 1, day.present - 1) END AS last
                 FROM service_subscription_line line
                 JOIN service_subscription subscription ON subscription.id = line.subscription_id
                 JOIN day ON day.company_id = subscription.company_id
                WHERE subscription.state <> 'draft' AND line.is_replaced IS NOT TRUE AND %(asked)s
                  AND %(alive)s""",
            start=_START, end=_END,
            first=self._number(_START), following=self._number(SQL("(%s + 1)", _END)),
            asked=SQL("line.subscription_id IN %s", tuple(asked)) if asked else SQL("TRUE"),
            # What was closed before the month before says nothing of those that are asked for.
            alive=self._is_alive(day_of(first - 1)) if first else SQL("TRUE"),
            # What began before the first month that is asked for may have begun just before it.
            since=(first or 1) - 1)

    def _query_events(self):
        """Return by how much, in the terms of its plan, a subscription changes in which months."""
        return SQL(
            """SELECT subscription_id, number, present, SUM(amount) AS amount,
                      CAST(SUM(count) AS integer) AS count
                 FROM (SELECT subscription_id, first AS number, present, amount, 1 AS count
                         FROM line WHERE first <= last
                    UNION ALL
                       SELECT subscription_id, last + 1, present, -amount, -1
                         FROM line WHERE first <= last AND last < present) event
             GROUP BY subscription_id, number, present""")

    def _query_steps(self):
        """Return what a subscription brings from such a month on, and what it brought before."""
        return SQL(
            """SELECT subscription_id, number, present, SUM(amount) OVER steps AS amount,
                      SUM(amount) OVER steps - amount AS former, SUM(count) OVER steps AS count,
                      SUM(count) OVER steps - count AS former_count
                 FROM event
               WINDOW steps AS (PARTITION BY subscription_id ORDER BY number)""")

    def _query_changes(self):
        """Return the same with the number of rows that come and go.

        A subscription has a row in each month in which it, or its end, counts.
        """
        return SQL(
            """SELECT subscription_id, number, present, amount, former,
                      CASE WHEN former_count = 0 THEN 1 ELSE 0 END AS row_count FROM step
            UNION ALL
               SELECT subscription_id, number + 1, present, 0, 0, -1 FROM step WHERE count = 0""")

    def _query_movements(self, columns):
        """Return what changes in the figures of subscriptions that have the same in some columns."""
        figures = {
            'amount_new': SQL("CASE WHEN former = 0 THEN amount ELSE 0 END"),
            'amount_churned': SQL("CASE WHEN amount = 0 THEN -former ELSE 0 END"),
            'amount_expanded': SQL(
                "CASE WHEN former <> 0 AND amount > former THEN amount - former ELSE 0 END"),
            'amount_contracted': SQL(
                "CASE WHEN amount <> 0 AND amount < former THEN amount - former ELSE 0 END"),
            'amount_change': SQL("amount - former"),
        }
        return SQL(
            """SELECT %(names)s, number, present, CAST(SUM(row_count) AS integer) AS row_count,
                      %(figures)s
                 FROM (SELECT %(columns)s, change.number, change.present, change.row_count,
                              change.amount * terms.worth AS amount,
                              change.former * terms.worth AS former
                         FROM %(tables)s) figure
             GROUP BY %(names)s, number, present""",
            names=self._list(columns), columns=SQL(", ").join(
                SQL("%s AS %s", column, SQL.identifier(name)) for name, column in columns.items()),
            figures=SQL(", ").join(
                SQL("SUM(%s) AS %s", figure, SQL.identifier(name))
                for name, figure in figures.items()),
            tables=self._from())

    def _query_spans(self, columns):
        """Return up to which month it stays so, and what it comes to by then."""
        return SQL(
            """SELECT movement.*, SUM(amount_change) OVER months AS amount_total,
                      SUM(row_count) OVER months AS rows,
                      LEAST(LEAD(number) OVER months - 1, present, %(last)s) AS last
                 FROM movement
               WINDOW months AS (PARTITION BY %(names)s ORDER BY number)""",
            names=self._list(columns), last=self._get_asked().get('last'))

    def _select(self, columns):
        """Return the months that are asked for; figures of changes in the month that they are of."""
        figures = [name for name in FIGURES if name != 'amount_total']
        return SQL(
            """SELECT %(id)s AS id, %(names)s, CAST(%(currency)s AS integer) AS currency_id,
                      make_date((month_number - 1) / 12, (month_number - 1) %% 12 + 1, 1) AS month,
                      rows AS row_count, CAST(amount_total AS double precision) AS amount_total,
                      %(figures)s
                 FROM (SELECT *, generate_series(GREATEST(number, %(first)s), last) AS month_number
                         FROM span WHERE rows > 0) figure""",
            # The same row has the same number, whenever and of whatever months it is read.
            id=SQL("CAST(subscription_id AS bigint) * %s + month_number", MONTH_STEPS)
            if 'subscription_id' in columns else SQL("0"),
            names=self._list(columns), currency=self.env.company.currency_id.id,
            first=self._get_asked().get('first') or 0,
            figures=SQL(", ").join(
                SQL("CASE WHEN month_number = number THEN CAST(%(name)s AS double precision) ELSE 0 END"
                    " AS %(name)s", name=SQL.identifier(name)) for name in figures))

    @staticmethod
    def _list(names):
        """Return names as SQL."""
        return SQL(", ").join(map(SQL.identifier, names))

    def _get_columns(self):
        """Return {field: its SQL} of what rows have of their subscription."""
        return {
            'subscription_id': SQL("subscription.id"),
            'company_id': SQL("subscription.company_id"),
            'partner_id': SQL("subscription.commercial_partner_id"),
            'plan_id': SQL("subscription.plan_id"),
            'user_id': SQL("subscription.user_id"),
            **self._select_additional_fields(),
        }

    def _select_additional_fields(self):
        """Return {field: its SQL} of further columns of subscriptions.

        Extend together with the fields, with `_depends`, which is merged, and with `_from` where
        another table is needed.
        """
        return {}

    def _from(self):
        return SQL(
            """change
            JOIN service_subscription subscription ON subscription.id = change.subscription_id
            JOIN (%s) AS terms ON terms.plan_id = subscription.plan_id
                 AND terms.currency_id = subscription.currency_id""", self._query_terms())

    def _query_terms(self):
        """Return what a period's amount of a plan in a currency is worth, on average in a month."""
        return SQL(
            """SELECT plan.id AS plan_id, rates.currency_id,
                      rates.rate / plan.interval_count * CASE plan.interval_unit %s END AS worth
                 FROM service_subscription_plan plan, (VALUES %s) AS rates (currency_id, rate)""",
            SQL(" ").join(
                SQL("WHEN %s THEN CAST(%s AS numeric) / %s", unit, months.denominator, months.numerator)
                for unit, months in MONTHS.items()),
            self._get_rates())

    def _get_rates(self):
        """Return (currency, what it is worth in the one looked from today) as SQL values."""
        company = self.env.company
        today = company._get_service_today()
        # Subscriptions may be in a currency that was archived since. The view is of all of them:
        # what the user may see of it is decided when it is read.
        currencies = self.env['res.currency'].with_context(active_test=False).search(
            Domain('active', '=', True) | Domain('id', 'in', self._get_used_currencies()))
        return SQL(", ").join(
            SQL("(%s, CAST(%s AS numeric))", currency.id, currency._get_conversion_rate(
                currency, company.currency_id, company, today))
            for currency in currencies)

    def _get_used_currencies(self):
        """Return the ids of the currencies of subscriptions: from one to the next in their index."""
        self.env['service.subscription'].flush_model(['currency_id'])
        return [row[0] for row in self.env.execute_query(SQL(
            """WITH RECURSIVE used AS (
                   SELECT MIN(currency_id) AS id FROM service_subscription
                UNION ALL
                   SELECT (SELECT MIN(currency_id) FROM service_subscription
                            WHERE currency_id > used.id)
                     FROM used WHERE used.id IS NOT NULL)
               SELECT id FROM used WHERE id IS NOT NULL"""))]

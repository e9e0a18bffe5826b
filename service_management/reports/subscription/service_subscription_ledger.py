from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.tools import SQL

ACTIVITY = 'service_management.mail_activity_type_ledger'


class ServiceSubscriptionLedger(models.Model):
    """What the accrual schedule says of accounts of deferred revenue, and what the ledger says.

    A row for each company, account and month; up to today, or up to the day of the dialog.
    """
    _name = 'service.subscription.ledger'
    _description = "Accruals Against the Ledger"
    _inherit = ['service.document.mixin']
    _auto = False
    _order = 'company_id, account_id, month desc, id'
    _rec_name = 'account_id'
    _depends = {
        'account.move': ['date'],
        'account.move.line': ['account_id', 'balance', 'company_id', 'date', 'parent_state'],
        'res.company': ['currency_id'],
        'service.subscription.accrual': [
            'amount', 'company_id', 'date', 'deferral_id', 'deferred_account_id', 'kind',
            'mirror_of_id', 'move_id', 'plan_id', 'state'],
        'service.subscription.plan': ['deferred_account_id'],
    }

    company_id = fields.Many2one(comodel_name='res.company', readonly=True)
    account_id = fields.Many2one(
        comodel_name='account.account', readonly=True,
        help="Empty: accruals that wait for an account of deferred revenue.")
    month = fields.Date(readonly=True)
    currency_id = fields.Many2one(
        comodel_name='res.currency', string="Company Currency", readonly=True)
    amount_schedule = fields.Monetary(
        string="Schedule", readonly=True,
        help="Deferred less recognised in the month, as the accrual schedule says.")
    amount_ledger = fields.Monetary(
        string="Ledger", readonly=True, help="The same, as posted journal items say.")
    amount_difference = fields.Monetary(
        string="Difference", readonly=True,
        help="Ledger less schedule: what was booked on the account by something else.")
    amount_waiting = fields.Monetary(
        string="Due, Not Posted", readonly=True,
        help="Deferred less recognised by accruals that are due and not posted yet.")
    balance_schedule = fields.Monetary(
        string="Deferred by Schedule", readonly=True, aggregator=None,
        help="What is deferred at the end of the month.")
    balance_ledger = fields.Monetary(
        string="Deferred by Ledger", readonly=True, aggregator=None)

    @property
    def _table_query(self):
        return SQL(
            """
            WITH movement AS (%(schedule)s UNION ALL %(ledger)s),
            monthly AS (
                SELECT company_id, account_id, CAST(date_trunc('month', date) AS date) AS month,
                       SUM(schedule) AS schedule, SUM(ledger) AS ledger, SUM(waiting) AS waiting
                  FROM movement WHERE date <= %(until)s
              GROUP BY company_id, account_id, CAST(date_trunc('month', date) AS date))
            SELECT ROW_NUMBER() OVER (ORDER BY company_id, account_id, month) AS id,
                   company_id, account_id, month, company.currency_id,
                   schedule AS amount_schedule,
                   ledger AS amount_ledger, ledger - schedule AS amount_difference,
                   waiting AS amount_waiting,
                   SUM(schedule) OVER until_month AS balance_schedule,
                   SUM(ledger) OVER until_month AS balance_ledger
              FROM monthly
              JOIN res_company company ON company.id = monthly.company_id
            WINDOW until_month AS (PARTITION BY company_id, account_id ORDER BY month)
            """, schedule=self._query_schedule(), ledger=self._query_ledger(),
            until=self._get_until())

    @api.model
    def _get_until(self):
        """Return the last day that counts."""
        until = fields.Date.to_date(self.env.context.get('service_ledger_until'))
        return until or self.env.company._get_service_today()

    def _query_schedule(self):
        """Return what accruals have posted, and what of them waits, by account and day."""
        return SQL(
            """SELECT accrual.company_id, COALESCE(
                          accrual.deferred_account_id, source.deferred_account_id, CAST(
                          plan.deferred_account_id ->> CAST(accrual.company_id AS text) AS integer)
                      ) AS account_id,
                      COALESCE(move.date, accrual.date) AS date,
                      CASE accrual.state WHEN 'posted' THEN signed.amount ELSE 0 END AS schedule,
                      CAST(0 AS numeric) AS ledger,
                      CASE accrual.state WHEN 'planned' THEN signed.amount ELSE 0 END AS waiting
                 FROM service_subscription_accrual accrual
                 JOIN service_subscription_plan plan ON plan.id = accrual.plan_id
            LEFT JOIN service_subscription_accrual source
                   ON source.id = COALESCE(accrual.mirror_of_id, accrual.deferral_id)
            LEFT JOIN account_move move ON move.id = accrual.move_id
           CROSS JOIN LATERAL (
                      SELECT CASE accrual.kind WHEN 'deferral' THEN 1 ELSE -1 END * accrual.amount
                      ) signed (amount)
                WHERE accrual.state IN ('planned', 'posted')""")

    def _query_ledger(self):
        """Return what is posted on accounts that accruals have used, by account and day."""
        return SQL(
            """SELECT line.company_id, line.account_id, line.date, 0, -line.balance, 0
                 FROM account_move_line line
                WHERE line.parent_state = 'posted' AND (line.company_id, line.account_id) IN (
                      SELECT company_id, deferred_account_id FROM service_subscription_accrual
                       WHERE state = 'posted')""")

    def _get_days(self, name):
        """Return the domain of the days of one row, for a field of dates."""
        self.ensure_one()
        last = min(self.month + relativedelta(months=1, days=-1), self._get_until())
        return [(name, '>=', self.month), (name, '<=', last)]

    def action_view_schedule(self):
        """Show the accruals of one row."""
        self.ensure_one()
        Accrual = self.env['service.subscription.accrual']
        # The days are those of journal entries, which not everybody may see who sees the schedule.
        rows = Accrual.sudo().search([
            ('company_id', '=', self.company_id.id), '|',
            '&', '&', ('state', '=', 'posted'), ('deferred_account_id', '=', self.account_id.id),
            *['&', *self._get_days('move_id.date')],
            '&', ('state', '=', 'planned'), '&', *self._get_days('date')])
        return Accrual._show_found([('id', 'in', rows.ids)])

    def action_view_items(self):
        """Show the journal items of one row."""
        self.ensure_one()
        return {
            'type': 'ir.actions.act_window',
            'name': self.account_id.display_name,
            'res_model': 'account.move.line',
            'view_mode': 'list,form',
            'views': [(False, 'list'), (False, 'form')],
            'domain': [
                ('company_id', '=', self.company_id.id), ('account_id', '=', self.account_id.id),
                ('parent_state', '=', 'posted'), *self._get_days('date')],
        }

    @api.model
    def _cron_compare(self):
        """Put accounts that differ on the to-do list of an accountant, once, until they agree.

        What was posted on them, or taken back, wakes the job: only then there is anything to compare.
        """
        for company, account, difference in self._read_group(
                [('account_id', '!=', False)], ['company_id', 'account_id'],
                ['amount_difference:sum']):
            user = company._get_accountant()
            told = account.activity_search([ACTIVITY], user_id=user.id)
            if company.currency_id.is_zero(difference):
                told.unlink()
            elif user and not told:
                account._schedule_todo(
                    ACTIVITY, False, users=user, company=company, note=self.env._(
                        "%(company)s: the ledger and the accrual schedule of subscriptions differ"
                        " by %(amount)s on this account. See “Accruals Against the Ledger”.",
                        company=company.name,
                        amount=company.currency_id.format(difference)))

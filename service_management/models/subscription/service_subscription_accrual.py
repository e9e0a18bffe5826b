import logging
from collections import defaultdict
from fractions import Fraction

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command, Domain
from odoo.tools import split_every

from ...tools.proration import accrue, rounded
from ..common.batches import attempt

_logger = logging.getLogger(__name__)


class ServiceSubscriptionAccrual(models.Model):
    """The ledger of what is earned when: the schedule of a billed fee, and its journal entries.

    A deferral moves what was billed from revenue to deferred revenue, releases move it back part by
    part. What was posted is never changed: a mirror of it takes it back.
    """
    _name = 'service.subscription.accrual'
    _description = "Accrual of a Subscription Fee"
    _inherit = ['service.document.mixin', 'service.job.mixin']
    _window_action = 'service_management.service_subscription_accrual_action'
    _transitions = {
        'planned': {'held', 'cancelled'},
        'posted': {'planned'},
        'cancelled': {'planned', 'held'},
    }
    _order = 'date, kind, id'
    _check_company_auto = True

    fee_id = fields.Many2one(
        comodel_name='service.subscription.fee', required=True, readonly=True, index=True,
        ondelete='restrict')
    subscription_id = fields.Many2one(
        related='fee_id.subscription_id', store=True, index=True, precompute=True)
    company_id = fields.Many2one(
        related='fee_id.company_id', store=True, index=True, precompute=True)
    partner_id = fields.Many2one(related='fee_id.partner_id', store=True, precompute=True)
    plan_id = fields.Many2one(related='fee_id.plan_id', store=True, precompute=True)
    company_currency_id = fields.Many2one(
        related='company_id.currency_id', string="Company Currency")
    invoice_line_id = fields.Many2one(
        comodel_name='account.move.line', readonly=True,
        index='btree_not_null', ondelete='set null')
    invoice_id = fields.Many2one(related='invoice_line_id.move_id', string="Invoice")
    kind = fields.Selection(
        selection=[('deferral', "Deferral"), ('release', "Recognition")], required=True,
        readonly=True)
    date_start = fields.Date(string="From", required=True, readonly=True)
    date_end = fields.Date(string="To", required=True, readonly=True)
    date = fields.Date(
        string="Posting Date", required=True, readonly=True,
        help="Day of the journal entry; the first open day after it, where its period is locked.")
    date_fallback = fields.Date(
        readonly=True, help="Posting date where the other one is in a locked period.")
    amount = fields.Monetary(
        currency_field='company_currency_id', required=True, readonly=True,
        help="Deferral: moved from revenue to deferred revenue. Recognition: moved back.")
    state = fields.Selection(
        selection=[
            ('planned', "Planned"), ('held', "To Reverse By Hand"), ('posted', "Posted"),
            ('cancelled', "Cancelled")],
        required=True, default='planned', readonly=True, index=True)
    mirror_of_id = fields.Many2one(
        comodel_name='service.subscription.accrual', string="Takes Back", readonly=True,
        index='btree_not_null', ondelete='restrict')
    mirror_ids = fields.One2many(
        comodel_name='service.subscription.accrual', inverse_name='mirror_of_id', readonly=True)
    cancelled_by_id = fields.Many2one(
        comodel_name='account.move.line', readonly=True,
        index='btree_not_null', ondelete='set null')
    move_id = fields.Many2one(
        comodel_name='account.move', string="Journal Entry", readonly=True,
        index='btree_not_null', ondelete='restrict')
    error = fields.Text(string="What Failed", readonly=True)

    _entry = models.Constraint(
        "CHECK (state <> 'posted' OR move_id IS NOT NULL)",
        "A posted accrual has a journal entry.")
    # As the ORM asks for an empty text: PostgreSQL derives one condition from the other.
    _due = models.Index("(date, id) WHERE state = 'planned' AND (error = '' OR error IS NULL)")

    @api.depends('fee_id', 'date_start', 'date_end')
    def _compute_display_name(self):
        for row in self:
            row.display_name = row.fee_id._format_span((row.date_start, row.date_end))

    @api.model
    def _build(self, lines):
        """Plan how posted invoice lines of fees are earned.

        :param lines: account.move.line of fees whose plans defer revenue
        """
        vals_list = []
        for line in lines:
            fee, plan = line.service_fee_id, line.service_fee_id.plan_id
            rounding = line.company_currency_id.rounding
            total = round(-line.balance / rounding)
            if not total:
                continue
            span = (fee.date_start, fee.date_end)
            vals_list.append(self._prepare(line, 'deferral', span, line.move_id.date, total))
            vals_list += [
                self._prepare(line, 'release', (first, last), last, part)
                for first, last, part in accrue(
                    total, span, plan.accrual_unit, plan.accrual_method, plan.accrual_remainder)
                if part]
        self.sudo().create(vals_list)  # posting invoices is accounting's; the schedule follows
        if vals_list:
            self._wake_job()

    @api.model
    def _prepare(self, line, kind, span, day, steps, **values):
        """Return the values of a row for an amount in steps of the company's currency."""
        currency = line.company_currency_id
        return {
            'fee_id': line.service_fee_id.id, 'invoice_line_id': line.id, 'kind': kind,
            'date_start': span[0], 'date_end': span[1], 'date': day,
            'amount': currency.round(steps * currency.rounding), **values}

    def _take_back(self, line, part, day, method='credit_date'):
        """Take back the schedule of an invoice line, or a part of it.

        :param line: account.move.line that takes it back: of a credit note, or its own
        :param Fraction part: how much of it, 0 to 1
        :param date day: the day on which it is taken back
        :param str method: as the plan's choice for credit notes
        """
        rows = self.filtered(lambda row: row.state in ('planned', 'posted'))
        if part == 1:
            planned = rows.filtered(lambda row: row.state == 'planned')
            planned._set_state('cancelled', cancelled_by_id=line.id)
            rows -= planned
        vals_list = []
        for kind, of_kind in rows.grouped('kind').items():
            before = taken = 0
            for row in of_kind.sorted(lambda row: (row.date, row.id)):
                # Cumulated, so that the parts of a part add up as well.
                before += round(row.amount / row.company_currency_id.rounding)
                steps = rounded(before * part) - taken
                taken += steps
                if steps:
                    vals_list.append(self._prepare(
                        line, kind, (row.date_start, row.date_end),
                        row.date if method == 'original' else max(row.date, day), -steps,
                        fee_id=row.fee_id.id, mirror_of_id=row.id, date_fallback=day,
                        state='held' if method == 'manual' else 'planned'))
        self.create(vals_list)
        if vals_list:
            self._wake_job()

    @api.model
    def _on_post(self, moves):
        """Follow the posting of invoices and credit notes; runs in sudo."""
        lines = moves.line_ids.filtered('service_fee_id')
        reversals = lines.filtered('is_service_credit')
        self._build((lines - reversals).filtered(
            lambda line: line.service_fee_id.plan_id.is_deferred))
        originals = {line: line.service_fee_id.invoice_line_ids.filtered(
            lambda other, line=line: other.move_id == line.move_id.reversed_entry_id)
            for line in reversals}
        rows_by_line = self.search([
            ('invoice_line_id', 'in', reversals.browse().union(*originals.values()).ids),
        ]).grouped('invoice_line_id')
        for line, original in originals.items():
            rows = self.union(*(rows_by_line.get(one, self.browse()) for one in original))
            billed = -sum(original.mapped('balance'))
            if rows and billed:
                rounding = line.company_currency_id.rounding
                part = Fraction(round(line.balance / rounding), round(billed / rounding))
                rows._take_back(
                    line, min(max(part, Fraction(0)), Fraction(1)), line.move_id.date,
                    line.service_fee_id.plan_id.accrual_on_credit)

    @api.model
    def _on_reset(self, moves):
        """Follow the resetting of posted invoices and credit notes to draft; runs in sudo."""
        today = fields.Date.context_today(self)
        lines = moves.line_ids.filtered('service_fee_id')
        reversals = lines.filtered('is_service_credit')
        self.search([
            ('cancelled_by_id', 'in', reversals.ids), ('invoice_line_id', 'not in', reversals.ids),
        ])._set_state('planned', cancelled_by_id=False)
        live = self.search([
            ('invoice_line_id', 'in', lines.ids), ('mirror_ids', '=', False),
            ('state', '!=', 'cancelled')])
        live.filtered(lambda row: row.state == 'held')._set_state('cancelled')
        for line, rows in live.grouped('invoice_line_id').items():
            rows._take_back(line, Fraction(1), today)

    @api.model
    def _wake_job(self):
        self.env.ref('service_management.ir_cron_accrue')._trigger()

    @api.model
    def _get_due_domain(self):
        return (
            Domain('state', '=', 'planned') & Domain('error', '=', False)
            & Domain('date', '<=', fields.Date.context_today(self)))

    @api.model
    def _cron_accrue(self, batch_size=500):
        """Post what is due."""
        self._process(self.search(self._get_due_domain(), order='date, id').ids, batch_size)

    @api.model
    def _process(self, row_ids, batch_size):
        """Post rows, some at a time."""
        self._process_batches(self._accrue_batch, split_every(batch_size, row_ids, list))

    @api.model
    def _accrue_batch(self, row_ids):
        """Post those of some rows that are still due together; if that fails, by subscription."""
        rows = self.browse(row_ids).try_lock_for_update()
        rows.filtered_domain(self._get_due_domain())._post_all()

    def _post_all(self):
        """Post these rows together; if that fails, those of each subscription alone."""
        if self and attempt(self.env, self._post):
            for subscription, rows in self.grouped('subscription_id').items():
                if error := attempt(self.env, rows._post):
                    _logger.warning(
                        "Accruals of %s were set aside", subscription.name, exc_info=error)
                    rows.error = str(error)
                    subscription._tell_failure(
                        self.env._("Recognising revenue failed"), str(error))

    def _post(self):
        """Post rows as journal entries, one for each company, journal and day.

        :raise UserError: if a plan has no account or journal for the company
        """
        groups = defaultdict(list)
        dates, accounts = {}, {}
        for row in self:
            company, plan = row.company_id, row.plan_id
            if (plan, company) not in accounts:
                accounts[plan, company] = plan._get_accrual_accounts(company)
            journal = accounts[plan, company][0]
            if not journal:
                raise UserError(self.env._(
                    "%s has no miscellaneous journal. Create one, or choose one on the plan.",
                    company.name))
            key = (company, journal, row.date, row.date_fallback)
            if key not in dates:
                dates[key] = row._get_open_date(journal)
            groups[company, journal, dates[key]].append(row)
        vals_list = [{
            'move_type': 'entry',
            'company_id': company.id,
            'journal_id': journal.id,
            'date': day,
            'ref': self.env._("Subscription revenue"),
            'line_ids': [
                command for row in rows for command in row._prepare_entry_lines(
                    accounts[row.plan_id, company][1])],
        } for (company, journal, day), rows in groups.items()]
        # Posting is what accounting set up with the plan; whoever runs the job may do it.
        moves = self.env['account.move'].sudo().create(vals_list)
        moves._post(soft=False)
        for rows, move in zip(groups.values(), moves, strict=True):
            self.browse().concat(*rows)._set_state('posted', move_id=move.id, error=False)

    def _get_open_date(self, journal):
        """Return the day on which one row is posted: its own, unless its period is locked."""
        self.ensure_one()
        for day in filter(None, (self.date, self.date_fallback)):
            locks = self.company_id._get_violated_lock_dates(day, False, journal)
            if not locks:
                return day
        return fields.Date.add(locks[-1][0], days=1)

    def _prepare_entry_lines(self, deferred):
        """Return the commands of the two journal items of one row.

        :param deferred: account of deferred revenue
        """
        self.ensure_one()
        plan = self.plan_id.with_company(self.company_id)
        line = self.invoice_line_id
        revenue = plan.recognition_account_id or line.account_id
        if not deferred or not revenue:
            raise UserError(self.env._(
                "“%(plan)s” has no account of deferred revenue for %(company)s. Choose it on the"
                " plan.", plan=plan.name, company=self.company_id.name))
        sign = -1 if self.kind == 'deferral' else 1
        common = {
            'name': f'{line.move_id.name or self.subscription_id.name} · {self.fee_id.display_name}',
            'partner_id': self.partner_id.commercial_partner_id.id,
            'currency_id': self.company_currency_id.id,
        }
        return [
            Command.create({
                **common, 'account_id': deferred.id, 'balance': sign * self.amount,
                'analytic_distribution': False}),
            Command.create({
                **common, 'account_id': revenue.id, 'balance': -sign * self.amount,
                'analytic_distribution': line.analytic_distribution or False}),
        ]

    def _ensure_may_account(self):
        """:raise AccessError: if the user does not post to the ledger"""
        self._ensure_role('account.group_account_invoice', self.env._(
            "Only accounting posts and reverses recognised revenue."))
        self.check_access('read')

    def action_post(self):
        """Post planned rows now, and try those again that failed.

        :raise UserError: if one is not planned
        """
        self._ensure_may_account()
        if refused := self.filtered(lambda row: row.state != 'planned'):
            raise UserError(self.env._(
                "%s is not planned: there is nothing to post.", refused[0].display_name))
        # The ledger is written by the engine only.
        self.sudo()._post()
        return True

    def action_reverse(self):
        """Take posted rows back today, and let those go that wait to be reversed by hand."""
        self._ensure_may_account()
        today = fields.Date.context_today(self)
        # The ledger is written by the engine only.
        rows = self.sudo()
        rows.filtered(lambda row: row.state == 'held')._set_state('planned', date=today)
        posted = rows.filtered(lambda row: row.state == 'posted')
        if back := posted.filtered('mirror_ids'):
            raise UserError(self.env._(
                "%s was taken back already.", back[0].display_name))
        for line, of_line in posted.grouped('invoice_line_id').items():
            of_line._take_back(line, Fraction(1), today)
        self._wake_job()
        return True

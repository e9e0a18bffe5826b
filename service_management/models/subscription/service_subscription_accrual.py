import logging
from collections import defaultdict
from fractions import Fraction

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command, Domain
from odoo.tools import split_every

from ...tools.proration import accrue, rounded
from ..common.batches import attempt
from ..common.records import search_yes_or_no

_logger = logging.getLogger(__name__)


class ServiceSubscriptionAccrual(models.Model):
    """The ledger of what is earned when: the schedule of a billed fee, and its journal entries.

    A deferral moves what was billed from revenue to deferred revenue, releases move it back part by
    part. What was posted is never changed: a mirror of it takes it back.
    """
    _name = 'service.subscription.accrual'
    _description = "Accrual of a Subscription Fee"
    _date_years = 100
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
    is_due = fields.Boolean(string="Due", store=False, search='_search_is_due')
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
    deferral_id = fields.Many2one(
        comodel_name='service.subscription.accrual', string="Of the Deferral", readonly=True,
        index='btree_not_null', ondelete='restrict',
        help="What was deferred by it is recognised, or taken back, from the same accounts.")
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
    journal_id = fields.Many2one(
        comodel_name='account.journal', readonly=True, ondelete='restrict',
        help="Journal and accounts are those of the plan when the deferral was posted.")
    deferred_account_id = fields.Many2one(
        comodel_name='account.account', string="Deferred Revenue", readonly=True,
        index='btree_not_null', ondelete='restrict')
    revenue_account_id = fields.Many2one(
        comodel_name='account.account', string="Recognised Revenue", readonly=True,
        ondelete='restrict')
    error = fields.Text(string="What Failed", readonly=True)

    _entry = models.Constraint(
        "CHECK (state <> 'posted' OR move_id IS NOT NULL)",
        "A posted accrual has a journal entry.")
    _due = models.Index("(date, id) WHERE state = 'planned'")

    @api.depends('fee_id', 'date_start', 'date_end')
    def _compute_display_name(self):
        for row in self:
            row.display_name = row.fee_id._format_span((row.date_start, row.date_end))

    @api.model
    def _build(self, lines):
        """Plan how posted invoice lines of fees are earned.

        :param lines: account.move.line of fees whose revenue is deferred
        """
        totals = {line: steps for line in lines if (steps := self._get_total(line))}
        # Posting invoices is accounting's; the schedule follows.
        deferrals = self.sudo().create([
            self._prepare(
                line, 'deferral', (line.service_fee_id.date_start, line.service_fee_id.date_end),
                line.move_id.date, steps,
                deferral_id=self._get_deferral(line.service_fee_id.reduced_fee_id).id)
            for line, steps in totals.items()])
        vals_list = []
        for deferral, (line, steps) in zip(deferrals, totals.items(), strict=True):
            plan = deferral.plan_id
            vals_list += [
                self._prepare(
                    line, 'release', (first, last), last, part, deferral_id=deferral.id)
                for first, last, part in accrue(
                    steps, (deferral.date_start, deferral.date_end), plan.accrual_unit,
                    plan.accrual_method, plan.accrual_remainder)
                if part]
        deferrals.create(vals_list)
        if totals:
            self._wake_job()

    @api.model
    def _get_total(self, line):
        """Return what one invoice line defers, in steps of the company's currency.

        Days that are credited take back what was deferred for them, whatever the currency of the
        invoice is worth by now.
        """
        billed = line.service_fee_id.reduced_fee_id.invoice_line_id
        balance = line.balance
        if billed.currency_id == line.currency_id and billed.amount_currency:
            balance = line.amount_currency * billed.balance / billed.amount_currency
        return round(-balance / line.company_currency_id.rounding)

    @api.model
    def _get_deferral(self, fee):
        """Return the row that deferred what a fee billed, or none."""
        return fee.accrual_ids.filtered(lambda row: (
            row.kind == 'deferral' and not row.mirror_of_id and row.state != 'cancelled'))[-1:]

    @api.model
    def _is_deferred(self, line):
        """Tell whether what a posted invoice line bills is earned later.

        Days that are credited follow the fee that billed them, whatever the plan says by now.
        """
        reduced = line.service_fee_id.reduced_fee_id
        if reduced.state in ('posted', 'credited'):
            return bool(self._get_deferral(reduced))
        return line.service_fee_id.plan_id.is_deferred

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
        :param Fraction part: how much of it is taken back by now, 0 to 1
        :param date day: the day on which it is taken back
        :param str method: as the plan's choice for credit notes
        """
        if part < 1:
            self.filtered(lambda row: row.cancelled_by_id and not row._is_over())._set_state(
                'planned', cancelled_by_id=False)
        rows = self.filtered(
            lambda row: row.state in ('planned', 'posted') and not row._is_over())
        if part == 1:
            planned = rows.filtered(
                lambda row: row.state == 'planned' and not row._get_live_mirrors())
            planned._set_state('cancelled', cancelled_by_id=line.id)
            rows -= planned
        vals_list = []
        for of_kind in rows.grouped('kind').values():
            before = until = 0
            for row in of_kind.sorted(lambda row: (row.date, row.id)):
                # Cumulated, so that the parts of a part add up as well, and those of all credits.
                before += row._count_steps()
                wanted = rounded(before * part) - until
                until += wanted
                if steps := wanted - row._count_taken_back():
                    vals_list.append(row._prepare_mirror(line, steps, day, method))
        mirrors = self.create(vals_list)
        if line in self.invoice_line_id:
            (self | mirrors).cancelled_by_id = line
        if vals_list:
            self._wake_job()

    def _prepare_mirror(self, line, steps, day, method):
        """Return the values of a row that takes an amount of one row back; as `_take_back`."""
        self.ensure_one()
        return self._prepare(
            line, self.kind, (self.date_start, self.date_end),
            self.date if method == 'original' else max(self.date, day), -steps,
            fee_id=self.fee_id.id, mirror_of_id=self.id, date_fallback=day,
            state='held' if method == 'manual' else 'planned')

    def _count_steps(self):
        """Return the amount of one row in steps of its currency."""
        self.ensure_one()
        return round(self.amount / self.company_currency_id.rounding)

    def _get_live_mirrors(self):
        """Return the rows that take these back and were not cancelled."""
        return self.mirror_ids.filtered(lambda mirror: mirror.state != 'cancelled')

    def _is_over(self):
        """Tell whether one row, if any, was taken back by its own invoice line.

        That became a draft, or accounting reversed it by hand: credit notes change nothing of it.
        """
        return bool(self.cancelled_by_id) and self.cancelled_by_id == self.invoice_line_id

    def _count_taken_back(self):
        """Return what mirrors have taken back of one row by now, in steps of its currency."""
        self.ensure_one()
        return -sum(mirror._count_steps() - mirror._count_taken_back()
                    for mirror in self._get_live_mirrors())

    @api.model
    def _on_post(self, moves):
        """Follow the posting of invoices and credit notes; runs in sudo."""
        lines = moves.line_ids.filtered(
            lambda line: line.service_fee_id and not line.is_service_credit)
        # Days that are credited follow the fee that billed them, which may be posted with them.
        reducing = lines.filtered(lambda line: line.service_fee_id.reduced_fee_id)
        for some in (lines - reducing, reducing):
            self._build(some.filtered(self._is_deferred))
        # What was credited before its invoice was posted again stays credited.
        credits = moves.filtered('reversed_entry_id') | moves._get_reversals()
        for number, credit in enumerate(credits):
            self._follow_credit(credit, credit.date, credits[number + 1:])

    @api.model
    def _follow_credit(self, credit, day, without=()):
        """Take back what a credit note credits of the schedules of its invoice, or give it back.

        :param credit: account.move that reverses an invoice, or another credit note
        :param date day: the day on which it is taken back
        :param without: credit notes that do not count yet
        """
        unnamed = credit._get_unnamed_lines(credit)
        for line in credit._get_reversed().line_ids.filtered('service_fee_id'):
            fee = line.service_fee_id
            by = credit.line_ids & fee.invoice_line_ids or unnamed
            if by and line.parent_state == 'posted':
                rows = self.search([('invoice_line_id', '=', line.id)])
                rows._take_back(
                    by[0], self._get_credited(line, without), day, fee.plan_id.accrual_on_credit)

    @api.model
    def _get_credited(self, line, without=()):
        """Return which part of what an invoice line bills is credited by now.

        The part is one of the amounts that the customer reads: what a currency is worth on the
        days of invoice and credit note makes no difference to it.

        :param without: credit notes that do not count
        :return: Fraction of 0 to 1
        """
        move, fee = line.move_id, line.service_fee_id
        counting = move._get_reversals().filtered(lambda credit: credit not in without)
        credited = fee.invoice_line_ids.filtered(lambda other: other.move_id in counting)
        name = 'amount_currency' if len((line | credited).currency_id) == 1 else 'balance'
        billed, price = (Fraction(str(amount)) for amount in (
            line[name], line._get_fee_amount(line)))
        if not billed or not price:
            return Fraction(0)
        unnamed = Fraction(str(move._spread_unnamed_credits(without).get(fee, 0.0)))
        part = unnamed / price - sum(Fraction(str(other[name])) for other in credited) / billed
        return min(max(part, Fraction(0)), Fraction(1))

    @api.model
    def _on_reset(self, moves):
        """Follow the resetting of posted invoices and credit notes to draft; runs in sudo."""
        rows = self.search([('invoice_line_id', 'in', moves.line_ids.ids)])
        self.search([('cancelled_by_id', 'in', moves.line_ids.ids)]).filtered(
            lambda row: not row._is_over())._set_state('planned', cancelled_by_id=False)
        # What credits took from a schedule that is over stays taken.
        rows = rows.filtered(lambda row: not row.mirror_of_id._is_over())
        rows.filtered(lambda row: row.state == 'held')._set_state('cancelled')
        for line, of_line in rows.grouped('invoice_line_id').items():
            of_line._take_back(line, Fraction(1), of_line.company_id._get_service_today())
        for credit in moves._get_reversed()._get_reversals():
            self._follow_credit(credit, credit.company_id._get_service_today())

    @api.model
    def _wake_job(self):
        self.env.ref('service_management.ir_cron_accrue')._trigger()

    def _search_is_due(self, operator, value):
        return search_yes_or_no(operator, value, self._get_due_domain())

    @api.model
    def _get_due_domain(self):
        return Domain('state', '=', 'planned') & self.env['res.company']._get_today_domain(
            'date', '<=')

    @api.model
    def _cron_accrue(self, batch_size=500):
        """Post what is due, deferrals first; what failed is tried again after all others."""
        due = self._get_due_domain()
        rows = [row_id for failed in (Domain('error', '=', False), Domain('error', '!=', False))
                for row_id in self.search(due & failed, order='kind, date, id').ids]
        self._process(rows, batch_size)

    @api.model
    def _process(self, row_ids, batch_size):
        """Post rows, some at a time."""
        self._process_batches(self._accrue_batch, split_every(batch_size, row_ids, list))

    @api.model
    def _accrue_batch(self, row_ids):
        """Post those of some rows that are still due together; if that fails, by subscription."""
        rows = self.browse(row_ids).try_lock_for_update()
        rows.filtered_domain(self._get_due_domain())._get_ready()._post_all()

    def _get_source(self):
        """Return the row that one row takes back, or is a part of; or none."""
        self.ensure_one()
        return self.mirror_of_id or self.deferral_id

    def _get_ready(self):
        """Return these rows without those that would be posted before what they follow."""
        ready = self
        while waiting := ready.filtered(
                lambda row: row._get_source().state == 'planned'
                and row._get_source() not in ready):  # noqa: B023 read at once
            ready -= waiting
        return ready

    def _with_sources(self):
        """Return these rows with those that have to be posted before them."""
        rows = self
        while missing := self.union(*(row._get_source() for row in rows)).filtered(
                lambda row: row.state == 'planned') - rows:
            rows |= missing
        return rows

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
        groups, dates, terms = defaultdict(list), {}, {}
        for row in self:
            terms[row] = row._get_posting_terms(terms)
            company, journal = row.company_id, terms[row]['journal_id']
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
                command for row in rows for command in row._prepare_entry_lines(terms[row])],
        } for (company, journal, day), rows in groups.items()]
        # Posting is what accounting set up with the plan; whoever runs the job may do it.
        moves = self.env['account.move'].sudo().create(vals_list)
        moves._post(soft=False)
        failed = self.filtered('error')
        for rows, move in zip(groups.values(), moves, strict=True):
            self.browse().concat(*rows)._set_state('posted', move_id=move.id, error=False)
        for values, rows in self.grouped(lambda row: tuple(terms[row].items())).items():
            rows.write({name: record.id for name, record in values})
        failed.subscription_id._forget_accrual_failure()

    def _get_posting_terms(self, known):
        """Return {field: record} of the journal and the accounts that one row is posted with.

        What was deferred comes back from where it went, whatever the plan says by now.

        :param dict known: terms of rows and plans that are posted at the same time
        :raise UserError: if one of them is missing
        """
        self.ensure_one()
        names = ('journal_id', 'deferred_account_id', 'revenue_account_id')
        if self.deferred_account_id:
            return {name: self[name] for name in names}
        if self in known:
            return known[self]
        source, line = self._get_source(), self.invoice_line_id
        if source.state in ('planned', 'posted'):
            terms = source._get_posting_terms(known)
            if self.kind == source.kind and not self.mirror_of_id and (
                    terms['revenue_account_id'] == source.invoice_line_id.account_id):
                # Days that are credited are on an invoice line, which has its own account.
                terms = {**terms, 'revenue_account_id': line.account_id}
            return terms
        of_plan = self.plan_id, self.company_id, line.account_id
        if of_plan not in known:
            known[of_plan] = self.plan_id._get_accrual_terms(self.company_id, line.account_id)
        return known[of_plan]

    def _get_open_date(self, journal):
        """Return the day on which one row is posted: its own, unless its period is locked."""
        self.ensure_one()
        for day in filter(None, (self.date, self.date_fallback)):
            locks = self.company_id._get_violated_lock_dates(day, False, journal)
            if not locks:
                return day
        return fields.Date.add(locks[-1][0], days=1)

    def _prepare_entry_lines(self, terms):
        """Return the commands of the two journal items of one row.

        :param terms: as `_get_posting_terms`
        """
        self.ensure_one()
        line = self.invoice_line_id
        sign = -1 if self.kind == 'deferral' else 1
        common = {
            'name': f'{line.move_id.name or self.subscription_id.name} · {self.fee_id.display_name}',
            'partner_id': self.partner_id.commercial_partner_id.id,
            'currency_id': self.company_currency_id.id,
        }
        return [
            Command.create({
                **common, 'account_id': terms['deferred_account_id'].id,
                'balance': sign * self.amount,
                'analytic_distribution': False}),
            Command.create({
                **common, 'account_id': terms['revenue_account_id'].id,
                'balance': -sign * self.amount,
                'analytic_distribution': line.analytic_distribution or False}),
        ]

    def _ensure_may_account(self):
        """:raise AccessError: if the user does not post to the ledger"""
        self._ensure_role('account.group_account_invoice', self.env._(
            "Only accounting posts and reverses recognised revenue."))
        self.check_access('read')

    def action_post(self):
        """Post planned rows now, with their deferrals, and try those again that failed.

        :raise UserError: if one is not planned
        """
        self._ensure_may_account()
        if refused := self.filtered(lambda row: row.state != 'planned'):
            raise UserError(self.env._(
                "%s is not planned: there is nothing to post.", refused[0].display_name))
        # The ledger is written by the engine only.
        self.sudo()._with_sources()._post()
        return True

    def action_reverse(self):
        """Take posted rows back today, and let those go that wait to be reversed by hand.

        With a deferral goes what was recognised of it, and what was still to be.
        """
        self._ensure_may_account()
        # The ledger is written by the engine only.
        rows = self.sudo()
        for company, held in rows.filtered(
                lambda row: row.state == 'held').grouped('company_id').items():
            held._set_state('planned', date=company._get_service_today())
        posted = rows.filtered(lambda row: row.state == 'posted')
        if back := posted.filtered(lambda row: row._get_live_mirrors()):
            raise UserError(self.env._(
                "%s was taken back already.", back[0].display_name))
        posted |= posted.search([('deferral_id', 'in', posted.ids), ('kind', '=', 'release')])
        for line, of_line in posted.grouped('invoice_line_id').items():
            of_line._take_back(line, Fraction(1), of_line.company_id._get_service_today())
        self._wake_job()
        return True

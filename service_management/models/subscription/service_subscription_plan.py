from datetime import timedelta
from itertools import takewhile

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ...tools.proration import ACCRUAL_UNITS, MONTHS, calendar_start, periods_from
from ...tools.spans import common_days, free_days
from ..common.records import changes_any

INTERVAL_UNITS = [
    ('day', "Days"), ('week', "Weeks"), ('month', "Months"), ('quarter', "Quarters"),
    ('year', "Years")]


class ServiceSubscriptionPlan(models.Model):
    _name = 'service.subscription.plan'
    _description = "Subscription Plan"
    _inherit = ['service.setup.mixin']
    _order = 'sequence, name'
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        comodel_name='res.company', ondelete='restrict', condition=True, index=True,
        help="Leave empty to share the plan between companies.")

    # Periods
    interval_count = fields.Integer(string="Billed Every", required=True, default=1)
    interval_unit = fields.Selection(
        selection=INTERVAL_UNITS, string="Period", required=True, default='month')
    alignment = fields.Selection(
        selection=[('start', "The Subscription's First Day"), ('calendar', "The Calendar")],
        string="Periods Begin With", required=True, default='calendar',
        help="The calendar: periods begin on the first day of a month, quarter or year, and weeks"
             " on Monday.")
    timing = fields.Selection(
        selection=[('advance', "In Advance"), ('arrears', "In Arrears")], string="Billed",
        required=True, default='advance',
        help="In advance: on the first day of the period. In arrears: on the day after it.")
    first_period = fields.Selection(
        selection=[('prorated', "By Its Days"), ('full', "In Full")], required=True,
        default='prorated', help="What a first period costs that does not begin with its first day.")
    last_period = fields.Selection(
        selection=[('prorated', "By Its Days"), ('full', "In Full")], required=True,
        default='prorated', help="What a last period costs that ends before its last day.")
    proration = fields.Selection(
        selection=[
            ('month_days', "Days of Each Month"), ('period_days', "Days of the Period")],
        string="Days Count As", required=True, default='month_days',
        help="Days of each month: every month of a quarter costs a third of it. Days of the"
             " period: every day costs the same.")

    # Invoices
    invoicing = fields.Selection(
        selection=[
            ('draft', "Drafts"), ('post', "Posted Automatically"),
            ('send', "Posted and Sent Automatically")],
        string="Invoices Are", required=True, default='draft',
        help="Posting and sending is done by Odoo's own scheduled actions, minutes after billing.")
    grouping = fields.Selection(
        selection=[('subscription', "Subscription"), ('customer', "Customer")],
        string="One Invoice For Each", required=True, default='subscription')

    # Deferred revenue
    is_deferred = fields.Boolean(
        string="Defer Revenue",
        help="Posted invoices are moved to an account of deferred revenue, and earned period by"
             " period.")
    accrual_unit = fields.Selection(
        selection=[
            ('day', "Day"), ('month', "Month"), ('quarter', "Quarter"), ('year', "Year")],
        string="Earned Each", default='month')
    accrual_method = fields.Selection(
        selection=[('equal', "Equal Parts"), ('days', "By Day")], string="Parts",
        required=True, default='equal')
    accrual_remainder = fields.Selection(
        selection=[('first', "First"), ('last', "Last")], string="Remainder On",
        required=True, default='last',
        help="Where the cents begin that rounding leaves over: equal parts differ by one at most.")
    accrual_on_credit = fields.Selection(
        selection=[
            ('credit_date', "On the Credit Note's Date"),
            ('original', "On the Original Dates"), ('manual', "By Hand")],
        string="Credit Notes Reverse", required=True, default='credit_date',
        help="When the recognised revenue of a credited invoice is taken back. Original dates in"
             " locked periods fall back to the credit note's date.")
    journal_id = fields.Many2one(
        comodel_name='account.journal', string="Deferral Journal", company_dependent=True,
        domain="[('type', '=', 'general')]",
        help="Empty: the first miscellaneous journal of the company.")
    deferred_account_id = fields.Many2one(
        comodel_name='account.account', string="Deferred Revenue", company_dependent=True,
        help="The balance sheet account that holds revenue which is billed and not yet earned.")
    recognition_account_id = fields.Many2one(
        comodel_name='account.account', string="Recognised Revenue", company_dependent=True,
        help="The profit and loss account of deferral and recognition. Empty: the account of the"
             " invoice line.")
    subscription_count = fields.Integer(compute='_compute_subscription_count')

    _interval = models.Constraint(
        'CHECK (interval_count > 0 AND interval_count <= 120)',
        "A period has 1 to 120 units.")

    def _compute_subscription_count(self):
        count_by_plan = dict(self.env['service.subscription']._read_group(
            [('plan_id', 'in', self.ids)], ['plan_id'], ['__count']))
        for plan in self:
            plan.subscription_count = count_by_plan.get(plan._origin, 0)

    @api.constrains('is_deferred', 'interval_unit', 'accrual_unit')
    def _check_accrual_unit(self):
        labels = dict(self._fields['accrual_unit']._description_selection(self.env))
        for plan in self.filtered('is_deferred'):
            allowed = ACCRUAL_UNITS[plan.interval_unit]
            if plan.accrual_unit not in allowed:
                raise ValidationError(self.env._(
                    "What is billed in such periods can be earned each: %(units)s. Choose one of"
                    " these on “%(plan)s”.",
                    units=', '.join(labels[unit] for unit in allowed), plan=plan.name))

    @api.model
    def _get_frozen_fields(self):
        """Return the fields that periods which were billed have been counted with; extend."""
        return {'interval_count', 'interval_unit', 'alignment', 'timing'}

    def write(self, vals):
        """Guard what periods that were billed have been counted with."""
        frozen = self._get_frozen_fields()
        changed = any(changes_any(plan, vals, frozen) for plan in self)
        # What was billed counts, whoever may see it.
        if changed and self.env['service.subscription.fee'].sudo().search_count(
                [('plan_id', 'in', self.ids)], limit=1):
            raise UserError(self.env._(
                "Periods were billed by this plan already: how they are counted stays. Make a new"
                " plan instead."))
        return super().write(vals)

    def _get_anchor(self, start):
        """Return the first day of period 0 of what begins on a day."""
        self.ensure_one()
        if self.alignment == 'start':
            return start
        return calendar_start(start, self.interval_unit, self.interval_count)

    def _get_periods(self, start, first):
        """Yield the whole periods, as (first day, last day), that end on a day or later.

        :param date start: first day of the subscription
        :param date first: no period ends before it
        """
        self.ensure_one()
        return periods_from(
            self._get_anchor(start), self.interval_unit, self.interval_count, first)

    def _get_due(self, covered):
        """Return the day on which the covered days of a period are billed."""
        self.ensure_one()
        return covered[0] if self.timing == 'advance' else covered[1] + timedelta(days=1)

    def _get_basis(self, whole, covered, follows, is_followed):
        """Return the days that a price pays for in a period: all, or those that are covered.

        A period that is cut by a change of terms is never a first or a last one.

        :param bool follows: whether other terms held before
        :param bool is_followed: whether other terms hold after
        """
        self.ensure_one()
        is_first = self.first_period == 'full' and not follows
        is_last = self.last_period == 'full' and not is_followed
        return (covered[0] if is_first else whole[0], covered[1] if is_last else whole[1])

    def _plan_spans(self, start, until, life, wanted, busy=()):
        """Yield (period, its days that are served, those to bill, the day they fall due), in order.

        :param date start: first day of the subscription
        :param date until: last day on which what is planned falls due
        :param life: first and last day that is served
        :param wanted: first and last day that is wanted
        :param busy: spans that are left alone
        """
        self.ensure_one()
        if wanted[0] > wanted[1]:
            return
        for whole in takewhile(
                lambda span: span[0] <= min(until, wanted[1]), self._get_periods(start, wanted[0])):
            covered = common_days(whole, life)
            due = self._get_due(covered)
            if due > until:
                break
            if part := common_days(covered, wanted):
                for span in free_days(part, busy):
                    yield whole, covered, span, due

    def _cuts(self, start, day):
        """Tell whether a day is not the first one of a period."""
        return next(self._get_periods(start, day))[0] < day

    def _get_months(self):
        """Return how many months a period has on average."""
        self.ensure_one()
        return float(MONTHS[self.interval_unit] * self.interval_count)

    def _get_period_text(self):
        """Return how often one plan bills, as customers read it."""
        self.ensure_one()
        count, env = self.interval_count, self.env
        if count == 1:
            return {
                'day': env._("per day"), 'week': env._("per week"), 'month': env._("per month"),
                'quarter': env._("per quarter"), 'year': env._("per year")}[self.interval_unit]
        return {
            'day': env._("every %s days", count), 'week': env._("every %s weeks", count),
            'month': env._("every %s months", count),
            'quarter': env._("every %s quarters", count),
            'year': env._("every %s years", count)}[self.interval_unit]

    def _get_accrual_accounts(self, company):
        """Return (journal, deferred revenue account) of one plan in a company; may be empty."""
        self.ensure_one()
        plan = self.with_company(company)
        journal = plan.journal_id or self.env['account.journal'].search([
            *self.env['account.journal']._check_company_domain(company),
            ('type', '=', 'general')], limit=1)
        return journal, plan.deferred_account_id

    def _get_accrual_terms(self, company, income):
        """Return {field of an accrual: record}: journal and accounts of one plan in a company.

        :param income: account.account of the invoice line
        :raise UserError: if one of them is missing
        """
        self.ensure_one()
        journal, deferred = self._get_accrual_accounts(company)
        revenue = self.with_company(company).recognition_account_id or income
        if not journal:
            raise UserError(self.env._(
                "%s has no miscellaneous journal. Create one, or choose one on the plan.",
                company.name))
        if not deferred or not revenue:
            raise UserError(self.env._(
                "“%(plan)s” has no account of deferred revenue for %(company)s. Choose it on the"
                " plan.", plan=self.name, company=company.name))
        return {'journal_id': journal, 'deferred_account_id': deferred,
                'revenue_account_id': revenue}

    def action_view_subscriptions(self):
        """Show the subscriptions that the plan bills."""
        self.ensure_one()
        return self.env['service.subscription']._show_found(
            [('plan_id', '=', self.id)], default_plan_id=self.id)

    def action_index(self):
        """Open a change of the prices of these plans."""
        self.check_access('read')
        return self.env['service.subscription.indexation']._open_new(plans=self)

    def action_bill(self):
        """Ask until which day the subscriptions of these plans are billed."""
        subscriptions = self.env['service.subscription'].search([('plan_id', 'in', self.ids)])
        return subscriptions.action_bill()

from odoo import api, fields, models
from odoo.fields import Domain

from ..common.batches import tell_once


class ServiceSubscription(models.Model):
    """What falls due becomes fees, and fees become invoices."""
    _inherit = 'service.subscription'

    # Billing
    date_next_bill = fields.Date(
        string="Next Billing", compute='_compute_date_next_bill', store=True, copy=False)
    billing_error = fields.Text(string="What Failed", copy=False, readonly=True)
    fee_ids = fields.One2many(
        comodel_name='service.subscription.fee', inverse_name='subscription_id', string="Fees")
    has_fees = fields.Boolean(compute='_compute_has_fees')
    fee_count = fields.Integer(compute='_compute_fee_counts')
    open_fee_count = fields.Integer(compute='_compute_fee_counts')
    invoice_count = fields.Integer(compute='_compute_fee_counts')

    _billing_failed = models.Index('(id) WHERE billing_error IS NOT NULL')
    _to_bill = models.Index("(date_next_bill) WHERE date_next_bill IS NOT NULL")

    @api.depends('state', 'date_start', 'date_end', 'date_closed', 'plan_id.timing',
                 'line_ids.date_start', 'line_ids.date_end', 'line_ids.date_billed_to',
                 'line_ids.quantity', 'line_ids.is_replaced')
    def _compute_date_next_bill(self):
        """Find the first day on which something of a subscription falls due."""
        for subscription in self:
            subscription.date_next_bill = subscription.state != 'draft' and min(
                filter(None, (line._get_next_due() for line in subscription.line_ids)),
                default=False)

    @api.depends('line_ids.date_billed_to')
    def _compute_has_fees(self):
        for subscription in self:
            subscription.has_fees = any(subscription.line_ids.mapped('date_billed_to'))

    def _compute_fee_counts(self):
        Fee = self.env['service.subscription.fee']
        domain = [('subscription_id', 'in', self.ids)]
        groups = {
            subscription: (count, moves)
            for subscription, count, moves in Fee._read_group(
                domain, ['subscription_id'], ['__count', 'move_id:count_distinct'])}
        unbilled = dict(Fee._read_group(
            [*domain, ('state', '=', 'open')], ['subscription_id'], ['__count']))
        for subscription in self:
            counts = groups.get(subscription._origin, (0, 0))
            subscription.fee_count, subscription.invoice_count = counts
            subscription.open_fee_count = unbilled.get(subscription._origin, 0)

    def action_create_fees(self):
        """Ask for which days fees are made by hand."""
        self._ensure_may_manage()
        return self._ask('service.subscription.fee.create', self.env._("Create Fees"))

    def action_bill(self):
        """Ask until which day is billed; the dialog shows what that comes to."""
        return self._ask('service.subscription.bill', self.env._("Bill Subscriptions"))

    def action_view_fees(self):
        """Show the fees of these subscriptions."""
        self.check_access('read')
        return self.env['service.subscription.fee']._show_found([('subscription_id', 'in', self.ids)])

    def action_view_invoices(self):
        """Show the invoices and credit notes of these subscriptions."""
        self.check_access('read')
        # What it bills is no secret to whom may see the subscription.
        moves = self.sudo().fee_ids.invoice_line_ids.move_id
        return moves.sudo(False)._show_service_invoices()

    @api.model
    def _get_due_domain(self, until=None):
        """Return the domain of the subscriptions that have something to bill on a day.

        :param date until: the day, by default today's where the company of each is
        """
        Company = self.env['res.company']
        todays = None if until else Company._get_todays()

        def is_past(field):
            return (Domain(field, '<=', until) if until
                    else Company._get_today_domain(field, '<=', todays=todays))

        due = is_past('date_next_bill') | Domain(
            'fee_ids', 'any', Domain('state', '=', 'open') & is_past('date_due'))
        return Domain('state', 'in', ('active', 'closed')) & due

    def _create_due_fees(self, until, fill_gaps=False, **values):
        """Make the fees of the periods that fall due, however many were missed.

        :param date until: last day on which what is made falls due
        :param bool fill_gaps: also make fees and credits that were deleted or credited before;
            without it, only what comes after the last fee that was ever made is
        :param values: more values of the fees
        """
        live = self.filtered(lambda subscription: subscription.state in ('active', 'closed'))
        if fill_gaps:
            live.line_ids._credit_beyond(live.line_ids._get_ends(), until)
        planned = live.line_ids._plan_fees(until, fill_gaps=fill_gaps)
        # The ledger is written by the engine only.
        return self.env['service.subscription.fee'].sudo().create(
            [{**vals, **values} for vals in planned])

    def _get_open_fees(self, until):
        """Return the fees that are due until a day and not billed, in the order of invoices, in sudo."""
        # The ledger is written by the engine only.
        return self.env['service.subscription.fee'].sudo().search(
            self._get_open_fees_domain(until), order='subscription_id, date_start, line_id, id')

    def _get_open_fees_domain(self, until):
        return [('subscription_id', 'in', self.ids), ('state', '=', 'open'),
                ('date_due', '<=', until)]

    def _bill(self, until, invoice_date, fill_gaps=False, run=None):
        """Create due fees and the draft invoices of all open ones; the caller holds the locks.

        :return: the new invoices
        """
        run_id = run and run.id
        self._follow_customer()
        self._create_due_fees(until, fill_gaps=fill_gaps, run_id=run_id)
        fees = self._get_open_fees(until)._refresh_reductions()
        fees.run_id = run_id
        return fees._create_invoices(invoice_date)

    def _tell_failure(self, summary, error):
        """Put what failed on the to-do list of the responsible, once."""
        for subscription in self:
            tell_once(
                subscription, 'service_management.mail_activity_type_billing', summary, error)

    def _forget_failure(self):
        """Note that what failed went well by now."""
        failed = self.filtered('billing_error')
        failed.sudo().billing_error = False  # whoever bills or closes has solved it
        failed._close_failure()

    def _forget_accrual_failure(self):
        """Note that revenue is recognised that could not be."""
        failing = self.env['service.subscription.accrual']._read_group(
            [('subscription_id', 'in', self.ids), ('state', '=', 'planned'),
             ('error', '!=', False)], ['subscription_id'])
        (self - self.browse().concat(*(found for [found] in failing)))._close_failure()

    def _close_failure(self):
        """Take what failed off the to-do list, unless billing still fails."""
        done = self.filtered(lambda subscription: not subscription.billing_error)
        done.activity_unlink(['service_management.mail_activity_type_billing'])

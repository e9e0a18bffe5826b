import logging

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import SQL, format_date

from ..common.batches import attempt

_logger = logging.getLogger(__name__)
#: Subscriptions that one transaction bills.
BATCH_SIZE = 100
#: Subscriptions that are billed while the user waits; more are billed in the background.
AT_ONCE = 200


class ServiceSubscriptionRun(models.Model):
    """A billing run: who billed what and when, what failed and why."""
    _name = 'service.subscription.run'
    _description = "Subscription Billing Run"
    _date_years = 100
    _inherit = ['service.document.mixin', 'service.job.mixin']
    _window_action = 'service_management.service_subscription_run_action'
    _transitions = {
        'running': {'done', 'failed'},
        'done': {'running'},
        'failed': {'running'},
    }
    _order = 'id desc'
    _check_company_auto = True

    name = fields.Char(compute='_compute_name', store=True)
    company_id = fields.Many2one(
        comodel_name='res.company', required=True, readonly=True, index=True)
    user_id = fields.Many2one(
        comodel_name='res.users', string="Started By", required=True, readonly=True,
        default=lambda self: self.env.user, ondelete='restrict')
    is_nightly = fields.Boolean(string="Nightly", readonly=True)
    is_closing = fields.Boolean(
        string="On Closing", readonly=True,
        help="Bills or credits what closing subscriptions left: a minus sign says credited.")
    date_until = fields.Date(
        string="Due Until", required=True, readonly=True,
        help="Everything that fell due up to this day is billed.")
    invoice_date = fields.Date(required=True, readonly=True)
    fill_gaps = fields.Boolean(readonly=True)
    state = fields.Selection(
        selection=[('running', "Running"), ('failed', "Partly Failed"), ('done', "Done")],
        required=True, default='running', readonly=True, index=True)
    date_done = fields.Datetime(string="Finished On", readonly=True)
    todo_ids = fields.Many2many(
        comodel_name='service.subscription', relation='service_subscription_run_todo_rel',
        string="Still to Bill", readonly=True)
    fee_ids = fields.One2many(
        comodel_name='service.subscription.fee', inverse_name='run_id', string="Fees")
    failure_ids = fields.One2many(
        comodel_name='service.subscription.run.failure', inverse_name='run_id', string="Failures")
    todo_count = fields.Integer(string="Waiting", compute='_compute_figures')
    subscription_count = fields.Integer(string="Subscriptions", compute='_compute_figures')
    fee_count = fields.Integer(string="Fees Billed", compute='_compute_figures')
    invoice_count = fields.Integer(string="Invoices", compute='_compute_figures')
    failure_count = fields.Integer(string="Failed", compute='_compute_figures')
    currency_id = fields.Many2one(related='company_id.currency_id')
    amount = fields.Monetary(
        string="Billed", compute='_compute_figures',
        help="Before taxes, in the currency of the company.")

    _one_nightly = models.UniqueIndex(
        "(company_id, date_until) WHERE is_nightly IS TRUE AND state = 'running'",
        "The nightly run of this day is going on already.")

    @api.depends('date_until', 'is_nightly', 'is_closing')
    def _compute_name(self):
        for run in self:
            day = format_date(self.env, run.date_until)
            if run.is_nightly:
                run.name = self.env._("Nightly run %s", day)
            elif run.is_closing:
                run.name = self.env._("Closing %s", day)
            else:
                run.name = self.env._("Run %s", day)

    def _compute_figures(self):
        Fee, Failure = self.env['service.subscription.fee'], self.failure_ids
        figures = {
            run: values for run, *values in Fee._read_group(
                [('run_id', 'in', self.ids)], ['run_id'],
                ['subscription_id:count_distinct', '__count', 'move_id:count_distinct'])}
        failures = dict(Failure._read_group(
            [('run_id', 'in', self.ids)], ['run_id'], ['__count']))
        amounts = self._get_amounts()
        for run in self:
            run.subscription_count, run.fee_count, run.invoice_count = figures.get(
                run._origin, (0, 0, 0))
            run.failure_count = failures.get(run._origin, 0)
            run.todo_count = len(run.todo_ids)
            run.amount = amounts.get(run._origin.id, 0.0)

    def _get_amounts(self):
        """Return {run id: what its invoices come to before taxes, in the company's currency}."""
        self.env['service.subscription.fee'].flush_model(['run_id', 'invoice_line_id'])
        self.env['account.move.line'].flush_model(['balance'])
        return dict(self.env.execute_query(SQL(
            """SELECT fee.run_id, -SUM(line.balance)
                 FROM service_subscription_fee fee
                 JOIN account_move_line line ON line.id = fee.invoice_line_id
                WHERE fee.run_id = ANY(%s) GROUP BY fee.run_id""", self.ids)))

    @api.model
    def _start(self, subscriptions, date_until, invoice_date, **values):
        """Note what is to be billed.

        :return: a run for each company
        """
        return self.create([{
            'company_id': company.id, 'date_until': date_until, 'invoice_date': invoice_date,
            'todo_ids': [Command.set(group.ids)], **values,
        } for company, group in subscriptions.grouped('company_id').items()])

    @api.model
    def _start_today(self, subscriptions, **values):
        """Note what is to be billed by now, by the day of each company.

        :return: a run for each company
        """
        runs = self.browse()
        for company, group in subscriptions.grouped('company_id').items():
            today = company._get_service_today()
            runs |= self._start(group, today, today, **values)
        return runs

    def _begin(self):
        """Bill what few subscriptions are to do at once, and leave many to the job."""
        if sum(len(run.todo_ids) for run in self) > AT_ONCE:
            self._wake_job()
            return
        for run in self:
            # Two runs of one subscription follow each other.
            run.todo_ids.lock_for_update()
            run._process_batch(run.todo_ids)
            run._finish()

    def _process(self, batch_size=BATCH_SIZE):
        """Bill what is still to do.

        :return: whether all is done: there was time, and nobody else is at it
        """
        for run in self:
            if not run._process_batches(
                    run._bill_batch, run._get_batches(batch_size), after=run._finish):
                return False
        return not any(run.todo_ids for run in self)

    def _get_batches(self, batch_size):
        """Return lists of ids of what one run has still to bill.

        What may share an invoice is in one batch, which may grow beyond its size for it.
        """
        self.ensure_one()
        batches = []
        for subscriptions in self.todo_ids.sorted('id').grouped('partner_invoice_id').values():
            if batches and len(batches[-1]) + len(subscriptions) <= batch_size:
                batches[-1] += subscriptions.ids
            else:
                batches.append(subscriptions.ids)
        return batches

    def _bill_batch(self, subscription_ids):
        """Bill those of some subscriptions that are still to do for one run."""
        self.ensure_one()
        self._process_batch(self.todo_ids & self.todo_ids.browse(subscription_ids))

    def _process_batch(self, subscriptions):
        """Bill a batch together; if that fails, each subscription alone."""
        self.ensure_one()
        locked = subscriptions.try_lock_for_update() & self.todo_ids
        if not self._try_bill(locked):
            for subscription in locked:
                self._try_bill(subscription)

    def _try_bill(self, subscriptions):
        """Bill subscriptions; what fails is undone, and one alone is set aside.

        :return: whether nothing is left to try
        """
        error = attempt(self.env, lambda: self._bill(subscriptions))
        if error and len(subscriptions) == 1:
            _logger.warning("%s was set aside", subscriptions.name, exc_info=error)
            self._set_aside(subscriptions, str(error))
            return True
        return not error

    def _bill(self, subscriptions):
        """Bill subscriptions, and note that they are done."""
        if subscriptions:
            moves = subscriptions.with_company(self.company_id)._bill(
                self.date_until, self.invoice_date, self.fill_gaps, self)
            subscriptions._forget_failure()
            moves._trigger_autopost()
        self.todo_ids -= subscriptions

    def _set_aside(self, subscription, error):
        self.write({
            'todo_ids': [Command.unlink(subscription.id)],
            'failure_ids': [Command.create({
                'subscription_id': subscription.id, 'error': error})]})
        subscription.sudo().billing_error = error  # what failed is the run's to say
        subscription._tell_failure(self.env._("Billing failed"), error)

    def _finish(self):
        self.ensure_one()
        if not self.todo_ids:
            self._set_state(
                'failed' if self.failure_ids else 'done', date_done=fields.Datetime.now())

    @api.model
    def _cron_bill(self, batch_size=BATCH_SIZE):
        """Go on with runs that were interrupted, and bill what falls due today."""
        runs = self.search([('state', '=', 'running')], order='id')
        if runs and not runs._process(batch_size):
            return
        self._start_nightly()._process(batch_size)

    @api.model
    def _start_nightly(self):
        """Note what falls due today, by the day of each company."""
        Subscription = self.env['service.subscription']
        # What failed before is told and retried by people.
        return self._start_today(Subscription.search([
            *Subscription._get_due_domain(), ('billing_error', '=', False)]), is_nightly=True)

    def action_retry(self):
        """Bill again what failed.

        :raise UserError: if nothing failed
        """
        self.env['service.subscription'].browse()._ensure_may_manage()
        for run in self:
            if not run.failure_ids:
                raise UserError(self.env._("Nothing failed in “%s”.", run.name))
            failed = run.failure_ids.subscription_id
            run._set_state(
                'running', date_done=False, failure_ids=[Command.clear()],
                todo_ids=[Command.set(failed.ids)])
        # A run is written by the engine only.
        self.sudo()._begin()
        return True

    def action_continue(self):
        """Wake the job that goes on with what is still to bill.

        :raise AccessError: if the user is no service manager
        """
        self.check_access('read')
        self.env['service.subscription'].browse()._ensure_may_manage()
        self._wake_job()
        return True

    @api.model
    def _wake_job(self):
        self.env.ref('service_management.ir_cron_bill_subscriptions')._trigger()

    def action_view_invoices(self):
        """Show the invoices that the runs made."""
        self.check_access('read')
        # What was billed is no secret to whom may see the run.
        moves = self.sudo().fee_ids.move_id
        return moves.sudo(False)._show_service_invoices()

    def action_view_run_invoices(self):
        """View the invoices: the figure's button has a name of its own, beside that of the header."""
        return self.action_view_invoices()

    def action_view_fees(self):
        """Show the fees that the runs billed."""
        self.check_access('read')
        return self.env['service.subscription.fee']._show_found([('run_id', 'in', self.ids)])

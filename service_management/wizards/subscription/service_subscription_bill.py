from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import format_date

#: Rows of a preview; what is beyond is counted, not listed.
PREVIEW_ROWS = 200


class ServiceSubscriptionBill(models.TransientModel):
    _name = 'service.subscription.bill'
    _description = "Bill Subscriptions"
    _inherit = ['service.dated.mixin', 'service.preview.mixin']

    subscription_ids = fields.Many2many(
        comodel_name='service.subscription', string="Subscriptions",
        domain="[('state', '!=', 'draft')]", help="Empty: all that have something due.",
        context={'active_test': False})
    date_until = fields.Date(
        string="Due Until", required=True, default=lambda self: self.env.company._get_service_today(),
        help="Everything that falls due up to this day is billed, missed periods included.")
    invoice_date = fields.Date(required=True, default=lambda self: self.env.company._get_service_today())
    fill_gaps = fields.Boolean(
        help="Also bill days whose fees were deleted or credited before.")
    preview_ids = fields.One2many(
        comodel_name='service.subscription.bill.preview', inverse_name='wizard_id',
        string="Fees", compute='_compute_preview')
    summary = fields.Char(compute='_compute_preview')

    def _get_subscriptions(self):
        self.ensure_one()
        chosen = self.subscription_ids._origin
        if not chosen:
            Subscription = self.env['service.subscription']
            domain = (
                [('state', 'in', ('active', 'closed'))] if self.fill_gaps
                else Subscription._get_due_domain(self.date_until))
            chosen = Subscription.search(
                [*domain, ('company_id', 'in', self.env.companies.ids)])
        return chosen.filtered(lambda subscription: subscription.state != 'draft')

    @api.depends('subscription_ids', 'date_until', 'invoice_date', 'fill_gaps')
    def _compute_preview(self):
        for wizard in self:
            fees = wizard._imagine_fees()
            wizard.preview_ids = [Command.clear()] + [Command.create({
                'line_id': fee.line_id.id, 'kind': fee.kind, 'date_start': fee.date_start,
                'date_end': fee.date_end, 'amount': fee.amount}) for fee in fees[:PREVIEW_ROWS]]
            wizard.summary = len(fees) > PREVIEW_ROWS and self.env._(
                "The first %s fees are shown.", PREVIEW_ROWS)
            wizard._set_preview(*wizard._preview_fees(fees))

    def _imagine_fees(self):
        """Return what one dialog would bill: open fees, and those it would make, in memory."""
        self.ensure_one()
        # The ledger is written by the engine only.
        Fee = self.env['service.subscription.fee'].sudo()
        subscriptions = self.date_until and self._get_subscriptions()
        if not subscriptions:
            return Fee
        lines = subscriptions.line_ids
        gone, credits = (
            lines._plan_credits(lines._get_ends(), self.date_until) if self.fill_gaps
            else (Fee, []))
        planned = [vals for vals in credits if vals['date_due'] <= self.date_until]
        planned += lines._plan_fees(self.date_until, fill_gaps=self.fill_gaps, without=gone)
        fees = (subscriptions._get_open_fees(self.date_until) - gone)._imagine_refreshed()
        fees = fees.concat(*(Fee.new(vals) for vals in planned))
        return fees.sorted(lambda fee: (
            fee.subscription_id.name, fee.line_id.sequence, fee.line_id.id, fee.date_start))

    def _preview_fees(self, fees):
        """Return what one dialog shows of fees, as `_get_preview`."""
        self.ensure_one()
        if not fees:
            return {}, {}
        vals_list = fees._prepare_invoices(self.invoice_date)
        Move = self.env['account.move']
        figures = {
            'subscriptions': len(fees.line_id.subscription_id), 'fees': len(fees),
            **Move._preview_service_invoices(vals_list)}
        return figures, Move._get_service_warnings(vals_list)

    def action_apply(self):
        """Bill what the preview shows, and open the run.

        :raise AccessError: if the user is no service manager
        :raise UserError: if nothing is due
        """
        self.ensure_one()
        subscriptions = self._get_subscriptions()
        subscriptions._ensure_may_manage()
        if not subscriptions or not self.preview_ids:
            raise UserError(self.env._(
                "Nothing is due until %s. Choose a later day, or fill gaps to bill again what was"
                " deleted or credited.", format_date(self.env, self.date_until)))
        # A run is written by the engine only.
        runs = self.env['service.subscription.run'].sudo()._start(
            subscriptions, self.date_until, self.invoice_date, fill_gaps=self.fill_gaps)
        runs._begin()
        return runs.sudo(False)._show()


class ServiceSubscriptionBillPreview(models.TransientModel):
    _name = 'service.subscription.bill.preview'
    _description = "Fee That Would Be Billed"
    _inherit = ['service.subscription.fee.preview']

    wizard_id = fields.Many2one(
        comodel_name='service.subscription.bill', required=True, ondelete='cascade')

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

#: Rows of a preview; what is beyond is counted, not listed.
PREVIEW_ROWS = 200


class ServiceSubscriptionBill(models.TransientModel):
    _name = 'service.subscription.bill'
    _description = "Bill Subscriptions"

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
        compute='_compute_preview')
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

    @api.depends('subscription_ids', 'date_until', 'fill_gaps')
    def _compute_preview(self):
        for wizard in self:
            subscriptions = wizard.date_until and wizard._get_subscriptions()
            if not subscriptions:
                wizard.preview_ids = [Command.clear()]
                wizard.summary = self.env._("Nothing is due.")
                continue
            lines = subscriptions.line_ids
            gone, credits = (
                lines._plan_credits(lines._get_ends(), wizard.date_until) if wizard.fill_gaps
                else ((), []))
            planned = [vals for vals in credits if vals['date_due'] <= wizard.date_until]
            planned += lines._plan_fees(
                wizard.date_until, fill_gaps=wizard.fill_gaps, without=gone)
            rows = [Command.create({
                'line_id': fee.line_id.id, 'kind': fee.kind, 'date_start': fee.date_start,
                'date_end': fee.date_end, 'amount': fee.amount})
                for fee in subscriptions._get_open_fees(wizard.date_until) if fee not in gone]
            rows += [Command.create({name: vals[name] for name in (
                'line_id', 'kind', 'date_start', 'date_end', 'amount')}) for vals in planned]
            wizard.preview_ids = [Command.clear(), *rows[:PREVIEW_ROWS]]
            wizard.summary = wizard._get_summary(subscriptions, rows)

    def _get_summary(self, subscriptions, rows):
        """Return how much of what would be billed, as people read it."""
        totals = {}
        Line = self.env['service.subscription.line']
        for row in rows:
            currency = Line.browse(row[2]['line_id']).currency_id
            totals[currency] = totals.get(currency, 0.0) + row[2]['amount']
        text = self.env._(
            "Fees: %(fees)s · Subscriptions: %(count)s · %(amounts)s", fees=len(rows),
            count=len(Line.browse({row[2]['line_id'] for row in rows}).subscription_id),
            amounts=', '.join(
                currency.format(amount) for currency, amount in totals.items()) or 0)
        if len(rows) > PREVIEW_ROWS:
            text = self.env._(
                "%(text)s; the first %(count)s are shown", text=text, count=PREVIEW_ROWS)
        return text

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
                " deleted or credited.", self.date_until))
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

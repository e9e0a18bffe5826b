from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from ...models.subscription.service_subscription_fee import TIME_KINDS, share_of
from ...tools.pricing import net_amount
from ...tools.spans import FOREVER, common_days


class ServiceSubscriptionFeeCreate(models.TransientModel):
    """Make fees by hand, of each of the four kinds.

    Source: Dynamics 365 Finance & Operations, "Create fees". What is called continuous there is
    *only after the last fee* here; without it, gaps are filled.
    """
    _name = 'service.subscription.fee.create'
    _description = "Create Subscription Fees"
    _date_years = 100
    _inherit = ['service.dated.mixin']

    subscription_ids = fields.Many2many(comodel_name='service.subscription', required=True)
    line_ids = fields.Many2many(
        comodel_name='service.subscription.line', string="These Lines Only",
        domain="[('subscription_id', 'in', subscription_ids)]")
    kind = fields.Selection(
        selection=[
            ('regular', "Whole Periods"), ('partial', "Any Days"),
            ('reduction', "Reduction of Days"), ('price_change', "Price Change")],
        required=True, default='regular',
        help="Whole periods: of those that lie in the days chosen. Any days: split where periods"
             " begin. Reduction: takes billed days back. Price change: adds or takes away some"
             " percent of what was billed.")
    date_from = fields.Date(
        string="From", required=True, compute='_compute_date_from', store=True,
        readonly=False, precompute=True)
    date_to = fields.Date(
        string="To", required=True, default=lambda self: self.env.company._get_service_today())
    fill_gaps = fields.Boolean(
        default=True, help="Make every fee that is missing in these days, also those that were"
                           " deleted or credited before.")
    only_after_last = fields.Boolean(
        string="Only After the Last One",
        help="Go on after the last fee only. If the days begin before its end, nothing is made.")
    use_index = fields.Boolean(
        string="Indexed Price", default=True, help="Base price times index; else the base price.")
    percent = fields.Float(
        at_least=-100, at_most=1000,
        help="Change of the price of these fees. -20 lets the customer pay 80 %, 20 lets the"
             " customer pay 120 %.")
    name = fields.Char(string="Text", help="Instead of the description of the lines.")
    preview_ids = fields.One2many(
        comodel_name='service.subscription.fee.create.preview', inverse_name='wizard_id',
        compute='_compute_preview')

    @api.depends('subscription_ids')
    def _compute_date_from(self):
        """Suggest the day after the last fee, else the first day."""
        for wizard in self:
            days = [spans[0][0] for line in wizard.subscription_ids.line_ids
                    if (spans := line._get_next_spans(1))]
            wizard.date_from = min(days, default=(
                wizard.subscription_ids.company_id[:1]._get_service_today()))

    @api.onchange('fill_gaps')
    def _onchange_fill_gaps(self):
        self.only_after_last = not self.fill_gaps

    @api.onchange('only_after_last')
    def _onchange_only_after_last(self):
        self.fill_gaps = not self.only_after_last

    @api.depends('subscription_ids', 'line_ids', 'kind', 'date_from', 'date_to', 'fill_gaps',
                 'only_after_last', 'use_index', 'percent')
    def _compute_preview(self):
        for wizard in self:
            rows = wizard._plan() if wizard.date_from and wizard.date_to else []
            wizard.preview_ids = [Command.clear()] + [
                Command.create({name: vals[name] for name in (
                    'line_id', 'kind', 'date_start', 'date_end', 'amount')})
                for vals in rows[:200]]

    def _plan(self):
        """Return the values of the fees that would be made."""
        self.ensure_one()
        live = self.subscription_ids._origin.filtered(
            lambda subscription: subscription.state == 'active')
        lines = self.line_ids._origin & live.line_ids if self.line_ids else live.line_ids
        if self.kind in TIME_KINDS:
            return self._plan_time(lines)
        return self._plan_corrections(lines)

    def _plan_time(self, lines):
        if self.only_after_last:
            lines = lines.filtered(
                lambda line: not line.date_billed_to or self.date_from > line.date_billed_to)
        planned = lines._plan_fees(
            FOREVER, since=self.date_from, last=self.date_to, fill_gaps=True)
        if self.kind == 'regular':
            planned = [vals for vals in planned if vals['kind'] == 'regular']
        if self.use_index and not self.percent:
            return [{**vals, 'name': self.name} for vals in planned]
        taken, repriced = lines._get_taken(), []
        for vals in planned:
            line = lines.browse(vals['line_id'])
            others = [fee for fee in repriced if fee['line_id'] == line.id]
            repriced.append(self._reprice(line, vals, [*taken[line], *others]))
        return repriced

    def _reprice(self, line, vals, others):
        """Return the values of a fee at the price that is wanted.

        :param others: fees of the line that are there, or planned as well
        """
        index = vals['index'] if self.use_index else 100.0
        factor = index / 100 * (1 + self.percent / 100)
        price = line._round_price(vals['base_price'] * factor)
        basis = (vals['basis_start'], vals['basis_end'])
        amount = share_of(
            line.currency_id,
            line.currency_id.round(net_amount(price, vals['discount'], vals['quantity'])),
            (vals['date_start'], vals['date_end']), basis, line.subscription_id.plan_id.proration,
            line._get_parts(basis, {**vals, 'price_unit': price}, others))
        return {**vals, 'index': index, 'percent': self.percent, 'price_unit': price,
                'amount': amount, 'name': self.name}

    def _plan_corrections(self, lines):
        """Return the values of reductions or price changes of what was made for these days."""
        fees = self.env['service.subscription.fee'].search([
            ('line_id', 'in', lines.ids), ('reduced_fee_id', '=', False),
            ('state', '!=', 'credited'),
            ('date_start', '<=', self.date_to), ('date_end', '>=', self.date_from),
        ], order='date_start, id')
        planned = []
        for fee in fees:
            today = fee.company_id._get_service_today()
            span = common_days((self.date_from, self.date_to), (fee.date_start, fee.date_end))
            # Dispatchers and managers plan, and may not see invoices: the ledger may.
            if self.kind == 'reduction':
                planned += fee.sudo()._prepare_reductions([span], today, self.name)
            elif fee.kind in TIME_KINDS:
                planned.append(self._prepare_price_change(fee.sudo(), span, today))
        return planned

    def _prepare_price_change(self, fee, span, today):
        """Return the values of the fee that changes the price of some days of another one."""
        [paid] = fee._get_shares([span])
        return {
            **fee._prepare_correction(span, min(today, span[0]), self.name),
            'kind': 'price_change', 'percent': self.percent, 'reduced_fee_id': False,
            'amount': fee.currency_id.round(paid * self.percent / 100)}

    def action_apply(self):
        """Make the fees that the preview shows, and open them.

        :raise AccessError: if the user is no service manager
        :raise UserError: saying why nothing is made
        """
        self.ensure_one()
        self.subscription_ids._ensure_may_manage()
        if self.date_to < self.date_from:
            raise UserError(self.env._("The days end before they begin. Correct “To”."))
        if self.fill_gaps and self.only_after_last and self.kind in TIME_KINDS:
            raise UserError(self.env._(
                "Choose one: fill gaps, or go on only after the last one."))
        if self.kind == 'price_change' and not self.percent:
            raise UserError(self.env._(
                "Enter the percent that the price changes by, -100 or more."))
        if not any(subscription.state == 'active' for subscription in self.subscription_ids):
            raise UserError(self.env._("Fees are made for active subscriptions: activate it first."))
        self.subscription_ids.lock_for_update()
        planned = self._plan()
        if not planned:
            raise UserError(self.env._(
                "There is nothing to make for these days. Whole periods have to lie in them, days"
                " that have a fee already are left alone, and corrections need fees to correct."))
        # The ledger is written by the engine only.
        fees = self.env['service.subscription.fee'].sudo().create(planned)
        return {
            **self.subscription_ids.action_view_fees(), 'domain': [('id', 'in', fees.ids)]}


class ServiceSubscriptionFeeCreatePreview(models.TransientModel):
    _name = 'service.subscription.fee.create.preview'
    _description = "Fee That Would Be Made"
    _inherit = ['service.subscription.fee.preview']

    wizard_id = fields.Many2one(
        comodel_name='service.subscription.fee.create', required=True, ondelete='cascade')

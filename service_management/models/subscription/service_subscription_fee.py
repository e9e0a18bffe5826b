from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ...tools.proration import share
from ...tools.spans import count_days

KINDS = [
    ('regular', "Regular"), ('partial', "Part of a Period"), ('reduction', "Reduction of Days"),
    ('price_change', "Price Change")]
#: What days of a line are billed by; days are counted back by reductions.
TIME_KINDS = ('regular', 'partial')


def share_of(currency, amount, span, basis, method, taken=()):
    """Return what the days of a span cost, rounded to a currency; as `share` of the tools."""
    def steps(value):
        return round(value / currency.rounding)

    part = share(
        steps(amount), span, basis, method, [(days, steps(value)) for days, value in taken])
    return currency.round(part * currency.rounding)


class ServiceSubscriptionFee(models.Model):
    """The ledger of what subscriptions cost: who has to pay what for which days."""
    _name = 'service.subscription.fee'
    _description = "Subscription Fee"
    _date_years = 100
    _inherit = ['service.document.mixin', 'service.billed.mixin']
    _window_action = 'service_management.service_subscription_fee_action'
    _order = 'date_start desc, id desc'
    _check_company_auto = True

    line_id = fields.Many2one(
        comodel_name='service.subscription.line', required=True, readonly=True, index=True,
        ondelete='restrict')
    # Not precomputed: its one2many would keep the temporary records.
    subscription_id = fields.Many2one(
        related='line_id.subscription_id', store=True, index=True)
    company_id = fields.Many2one(
        related='line_id.company_id', store=True, index=True, precompute=True)
    currency_id = fields.Many2one(related='line_id.currency_id', store=True, precompute=True)
    plan_id = fields.Many2one(
        related='line_id.subscription_id.plan_id', store=True, index=True, precompute=True)
    partner_id = fields.Many2one(
        related='line_id.subscription_id.partner_id', store=True, index=True, precompute=True)
    commercial_partner_id = fields.Many2one(
        related='line_id.subscription_id.commercial_partner_id', string="Customer Entity",
        store=True, index=True, precompute=True)
    product_id = fields.Many2one(
        related='line_id.product_id', store=True, index=True, precompute=True)
    object_id = fields.Many2one(
        related='line_id.object_id', store=True, index='btree_not_null', precompute=True)

    # What for
    kind = fields.Selection(selection=KINDS, required=True, readonly=True, index=True)
    name = fields.Char(
        string="Text", readonly=True, help="Instead of the description of the line.")
    date_start = fields.Date(string="From", required=True, readonly=True)
    date_end = fields.Date(string="To", required=True, readonly=True)
    day_count = fields.Integer(string="Days", compute='_compute_day_count', store=True)
    basis_start = fields.Date(
        required=True, readonly=True, help="First day of the period that the price is for.")
    basis_end = fields.Date(
        required=True, readonly=True, help="Last day of the period that the price is for.")
    date_due = fields.Date(string="Due", required=True, readonly=True, index=True)
    reduced_fee_id = fields.Many2one(
        comodel_name='service.subscription.fee', string="Reduces", readonly=True,
        index='btree_not_null', ondelete='restrict')
    reduction_ids = fields.One2many(
        comodel_name='service.subscription.fee', inverse_name='reduced_fee_id', readonly=True)

    # How much
    base_price = fields.Float(min_display_digits='Product Price', readonly=True, aggregator='avg')
    index = fields.Float(string="Index (%)", digits=(16, 6), readonly=True, aggregator='avg')
    percent = fields.Float(
        string="Price Change (%)", readonly=True, aggregator=None,
        help="On a price change: percent of the price that it adds or takes away.")
    quantity = fields.Float(digits='Product Unit', readonly=True, aggregator=None)
    price_unit = fields.Float(
        string="Price", min_display_digits='Product Price', readonly=True, aggregator=None)
    discount = fields.Float(
        string="Discount (%)", digits='Discount', readonly=True, aggregator=None)
    amount = fields.Monetary(required=True, readonly=True, help="In the terms of the price: with"
                             " taxes where the price includes them.")

    # What became of it
    run_id = fields.Many2one(
        comodel_name='service.subscription.run', readonly=True, index='btree_not_null',
        ondelete='set null')
    invoice_line_id = fields.Many2one(
        comodel_name='account.move.line', string="Billed By", readonly=True, ondelete='set null')
    invoice_line_ids = fields.One2many(
        comodel_name='account.move.line', inverse_name='service_fee_id', readonly=True,
        string="Invoice and Credit Lines")
    move_id = fields.Many2one(
        related='invoice_line_id.move_id', string="Invoice", store=True, index='btree_not_null')
    is_settled = fields.Boolean(
        string="Nothing to Pay", readonly=True, help="It costs nothing, and is on no invoice.")
    state = fields.Selection(
        selection=[
            ('open', "To Bill"), ('draft', "Draft Invoice"), ('posted', "Billed"),
            ('credited', "Credited")],
        compute='_compute_state', store=True, recursive=True, index=True, default='open')
    amount_billed = fields.Monetary(
        string="Billed", compute='_compute_amount_billed', store=True,
        help="What posted invoices and credit notes come to, before taxes.")
    accrual_ids = fields.One2many(
        comodel_name='service.subscription.accrual', inverse_name='fee_id', readonly=True)
    accrual_state = fields.Selection(
        selection=[
            ('planned', "Planned"), ('partial', "Partly Earned"), ('done', "Earned")],
        string="Recognition", compute='_compute_accrual_state', store=True)
    amount_earned = fields.Monetary(
        string="Earned", currency_field='company_currency_id',
        compute='_compute_accrual_state', store=True)
    amount_deferred = fields.Monetary(
        string="Not Yet Earned", currency_field='company_currency_id',
        compute='_compute_accrual_state', store=True)
    company_currency_id = fields.Many2one(
        related='company_id.currency_id', string="Company Currency")

    _span = models.Constraint(
        'CHECK (date_end >= date_start AND basis_start <= date_start AND basis_end >= date_end)',
        "A fee ends before it begins, or lies outside its period.")
    # Ranges of one number each stand in for equality: that needs no extension of the database.
    _days_once = models.Constraint(
        "EXCLUDE USING gist (int4range(line_id, line_id, '[]') WITH &&,"
        " daterange(date_start, date_end, '[]') WITH &&)"
        " WHERE (kind IN ('regular', 'partial') AND state <> 'credited')",
        "These days of the subscription line have a fee already.")
    _reduced_once = models.Constraint(
        "EXCLUDE USING gist (int4range(line_id, line_id, '[]') WITH &&,"
        " daterange(date_start, date_end, '[]') WITH &&)"
        " WHERE (kind = 'reduction' AND state <> 'credited')",
        "These days of the subscription line were reduced already.")
    _billed_once = models.UniqueIndex(
        '(invoice_line_id) WHERE invoice_line_id IS NOT NULL',
        "An invoice line bills one fee only.")
    _unearned = models.Index("(id) WHERE accrual_state IN ('planned', 'partial')")
    # Lists read the last ones in order; sums of a period read nothing but the index.
    _latest = models.Index(
        '(company_id, date_start DESC, id DESC)'
        ' INCLUDE (plan_id, subscription_id, partner_id, amount_company)')
    _to_bill = models.Index("(subscription_id, date_due) WHERE state = 'open'")

    @api.depends('date_start', 'date_end', 'kind')
    def _compute_day_count(self):
        """Count the days billed; reductions count back, price changes not at all."""
        for fee in self:
            sign = {'reduction': -1, 'price_change': 0}.get(fee.kind, 1)
            fee.day_count = fee.date_start and fee.date_end and (
                sign * count_days((fee.date_start, fee.date_end)))

    @api.depends('is_settled', 'invoice_line_id.parent_state', 'invoice_line_ids.parent_state',
                 'invoice_line_ids.amount_currency', 'reduction_ids.invoice_line_ids.parent_state',
                 'reduction_ids.invoice_line_ids.amount_currency', 'reduced_fee_id.state')
    def _compute_state(self):
        """Follow the invoice: a posted credit of all that was billed frees the days."""
        for fee in self:
            # The ledger knows invoices that its reader may not open.
            live = fee.sudo().invoice_line_id
            if not live:
                fee.state = 'posted' if fee.is_settled else 'open'
            elif live.parent_state != 'posted':
                fee.state = 'draft'
            elif fee._is_credited() or fee.reduced_fee_id.state == 'credited':
                fee.state = 'credited'
            else:
                fee.state = 'posted'

    @api.depends('invoice_line_ids.parent_state', 'invoice_line_ids.amount_currency')
    def _compute_amount_billed(self):
        for fee in self:
            # The ledger knows invoices that its reader may not open.
            posted = fee.sudo().invoice_line_ids.filtered(
                lambda line: line.parent_state == 'posted')
            fee.amount_billed = -sum(posted.mapped('amount_currency'))

    def _is_credited(self):
        """Tell whether posted credits have taken back all that one fee billed."""
        self.ensure_one()
        # As in _compute_state: the ledger knows invoices that its reader may not open.
        fee = self.sudo()
        live = fee.invoice_line_id
        if not fee._get_credits():
            return False
        reductions = fee.reduction_ids.filtered(
            lambda reduction: reduction.invoice_line_id.parent_state == 'posted')
        rest = sum((fee | reductions)._get_billed().values())
        return fee.currency_id.is_zero(rest) or rest * live._get_fee_amount(live) < 0

    @api.depends('accrual_ids.state', 'accrual_ids.amount', 'accrual_ids.kind')
    def _compute_accrual_state(self):
        for fee in self:
            # What is earned of a fee is no secret to whom may see the fee.
            rows = fee.sudo().accrual_ids.filtered(
                lambda row: row.kind == 'release' and row.state != 'cancelled')
            posted = rows.filtered(lambda row: row.state == 'posted')
            fee.amount_earned = sum(posted.mapped('amount'))
            fee.amount_deferred = sum((rows - posted).mapped('amount'))
            if not rows:
                fee.accrual_state = False
            else:
                fee.accrual_state = (
                    'planned' if not posted else 'done' if rows == posted else 'partial')

    @api.depends('line_id.name', 'date_start', 'date_end')
    def _compute_display_name(self):
        for fee in self:
            fee.display_name = (
                f'{fee.line_id.display_name}: {fee._format_span((fee.date_start, fee.date_end))}')

    @api.model
    def _format_span(self, span, lang=None):
        """Return a span as people read it."""
        return ' – '.join(format_date(self.env, day, lang_code=lang) for day in span)

    @api.model_create_multi
    def create(self, vals_list):
        """Note on the lines up to which day there are fees."""
        self.flush_model(['state'])  # the database looks at the days of what is credited by now
        fees = super().create(vals_list)
        billed_to = {}
        for fee in fees:
            if fee.kind in TIME_KINDS:
                last = billed_to.get(fee.line_id) or fee.line_id.date_billed_to
                billed_to[fee.line_id] = max(filter(None, (last, fee.date_end)))
        for line, day in billed_to.items():
            line.date_billed_to = day
        return fees

    @api.ondelete(at_uninstall=False)
    def _unlink_except_billed(self):
        for fee in self:
            if fee.state != 'open':
                raise UserError(self.env._(
                    "“%s” is on an invoice. Delete the draft invoice or credit the posted one;"
                    " that frees it.", fee.display_name))

    def unlink(self):
        """Let lines be changed again that have no fee left."""
        lines = self.line_id.sudo()  # a line's dates follow its fees, whoever deletes them
        result = super().unlink()
        lines.filtered(lambda line: not line.fee_ids).date_billed_to = False
        return result

    def _get_document_parts(self):
        """Name what a fee is for: its text, its object, and its days."""
        return [
            self.name or self.line_id.name, self.line_id.object_id.display_name,
            self._get_span_text(), *super()._get_document_parts()]

    def _get_span_text(self):
        """Return for which days one fee is, in the customer's words."""
        self.ensure_one()
        lang = self.partner_id.lang
        fee = self.with_context(lang=lang)
        span = fee._format_span((self.date_start, self.date_end), lang)
        if self.kind == 'reduction':
            return fee.env._("Credit for %s", span)
        if self.kind == 'price_change':
            return fee.env._("%(percent)+g %% from %(span)s", percent=self.percent, span=span)
        if self._is_whole():
            return span
        return fee.env._(
            "%(span)s (%(days)s of %(all)s days, quantity %(quantity)g)", span=span,
            quantity=self.quantity, days=count_days((self.date_start, self.date_end)),
            all=count_days((self.basis_start, self.basis_end)))

    def _is_whole(self):
        """Tell whether one fee bills the whole of what its price is for."""
        self.ensure_one()
        return self.kind in TIME_KINDS and (
            self.date_start, self.date_end) == (self.basis_start, self.basis_end)

    def _prepare_invoice_line(self, sign, sequence):
        """Return the values of the invoice line of one fee.

        :param int sign: -1 on a credit note, where amounts count the other way
        """
        self.ensure_one()
        line = self.line_id
        if self._is_whole():
            price = {'quantity': self.quantity, 'price_unit': sign * self.price_unit,
                     'discount': self.discount}
        else:  # a unit price could not always express the amount
            price = {'quantity': 1.0, 'price_unit': sign * self.amount, 'discount': 0.0}
        return {
            'display_type': 'product',
            'sequence': sequence,
            'product_id': line.product_id.id,
            'name': self._get_document_name(),
            'product_uom_id': line.product_uom_id.id,
            'tax_ids': [fields.Command.set(line.tax_ids.ids)],
            'analytic_distribution': line.analytic_distribution or False,
            'service_fee_id': self.id,
            **price,
            **self._prepare_credit_of_line(),
        }

    def _prepare_credit_of_line(self):
        """Return what a reduction has from the invoice line that it takes back: taxes and accounts."""
        live = self.reduced_fee_id.invoice_line_id
        return {
            'tax_ids': [fields.Command.set(live.tax_ids.ids)],
            'account_id': live.account_id.id,
            'analytic_distribution': live.analytic_distribution or False,
        } if live else {}

    def action_view_invoice(self):
        """Show the invoice that bills the fee."""
        self.ensure_one()
        self.check_access('read')
        # What it bills is no secret to whom may see the fee.
        return self.sudo().move_id.sudo(False)._show_service_invoices()

    def action_view_accruals(self):
        """Show how the fees are earned."""
        self.check_access('read')
        return self.env['service.subscription.accrual']._show_found([('fee_id', 'in', self.ids)])

    def action_bill_again(self):
        """Make fees for the days of credited ones, at the same prices.

        :raise UserError: if one is not credited, or nothing of it is left to bill
        """
        self.subscription_id._ensure_may_manage()
        vals_list = []
        for fee in self:
            if fee.state != 'credited' or fee.kind == 'price_change':
                raise UserError(self.env._(
                    "“%s” is not credited: it cannot be billed again.", fee.display_name))
            # Who may manage subscriptions may bill, whatever invoices he sees.
            again = fee.sudo()._prepare_again(fee.company_id._get_service_today())
            if not again:
                raise UserError(self.env._(
                    "“%s” has nothing left to bill: its days are not served any more, or have"
                    " another fee.", fee.display_name))
            vals_list += again
        # The ledger is written by actions only.
        fees = self.sudo().create(vals_list)
        return {**self.subscription_id.action_view_fees(), 'domain': [('id', 'in', fees.ids)]}

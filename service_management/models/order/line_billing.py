from odoo import api, fields, models
from odoo.fields import Command
from odoo.tools import format_date

from ...tools.pricing import net_amount


class ServiceOrderLine(models.Model):
    """Who pays a line, and how much of it was billed."""
    _inherit = 'service.order.line'

    BILLING = [
        ('chargeable', "Chargeable"),
        ('warranty', "Under Warranty"),
        ('not_chargeable', "Not Chargeable"),
    ]

    # Billing
    billing = fields.Selection(
        selection=BILLING, compute='_compute_billing', store=True, precompute=True, index=True)
    billing_reason = fields.Char(compute='_compute_billing', store=True, precompute=True)
    covered_percent = fields.Float(
        string="Covered (%)", digits='Discount', compute='_compute_billing', store=True,
        precompute=True,
        help="What the customer does not pay; all of it is not billed, a part is a discount.")
    billing_override = fields.Selection(
        selection=BILLING, string="Bill As", copy=False,
        help="Set by a manager, with a note: replaces what warranty and setup say.")
    billing_note = fields.Char(copy=False)
    invoice_line_ids = fields.One2many(
        comodel_name='account.move.line', inverse_name='service_order_line_id',
        string="Invoice Lines")
    qty_invoiced = fields.Float(
        string="Billed", digits='Product Unit', compute='_compute_qty_invoiced', store=True)
    qty_waived = fields.Float(
        string="Waived", digits='Product Unit', compute='_compute_qty_invoiced', store=True,
        help="What was credited and is not billed again.")
    qty_to_invoice = fields.Float(
        string="To Bill", digits='Product Unit', compute='_compute_invoice_status', store=True)
    invoice_status = fields.Selection(
        selection=[
            ('no', "Nothing to Bill"), ('to_invoice', "To Bill"), ('invoiced', "Fully Billed")],
        compute='_compute_invoice_status', store=True, index=True)

    _overridden = models.Index('(id) WHERE billing_override IS NOT NULL')
    _override_note = models.Constraint(
        "CHECK (billing_override IS NULL OR COALESCE(billing_note, '') <> '')",
        "Say why the line is billed differently: fill the billing note.")

    @api.depends('kind', 'object_id', 'object_id.warranty_start', 'object_id.warranty_labor_end',
                 'object_id.warranty_parts_end', 'object_id.warranty_extension_ids.date_from',
                 'object_id.warranty_extension_ids.date_to', 'order_id.date_order',
                 'billing_override', 'billing_note')
    def _compute_billing(self):
        """Decide who pays; what is posted stays as it was posted."""
        for line in self:
            if line.state == 'posted':
                coverage = {field: line[field] for field in line._get_no_coverage()}
            elif line.order_id.is_history:  # it cost what it cost
                coverage = line._get_no_coverage()
            elif line.billing_override:
                coverage = line._get_override_coverage()
            else:
                coverage = line._get_coverage()
            line.update(coverage)

    @api.model
    def _get_no_coverage(self):
        """Return the values of a line that the customer pays in full; extend with more of them."""
        return {'billing': 'chargeable', 'billing_reason': False, 'covered_percent': 0.0}

    def _get_override_coverage(self):
        """Return who pays one line by the word of a manager; extend for what that leaves as it is."""
        self.ensure_one()
        return {
            **self._get_no_coverage(), 'billing': self.billing_override,
            'billing_reason': self.billing_note}

    def _get_coverage(self):
        """Return who pays one line, as values of the fields that `_get_no_coverage` names.

        Labor and parts have a warranty each, decided by the object's dates on the day of the
        order; expenses and fees have none. Extend for others who pay. What a customer accepted
        stays as it was accepted.
        Source: Business Central, "Warranty": items by the parts window, resources by the labor one.
        """
        self.ensure_one()
        if self.is_price_agreed and self.agreed_coverage:
            return dict(self.agreed_coverage)
        warranty = self._get_warranty_kind()
        if not warranty or not self._has_warranty(warranty):
            return self._get_no_coverage()
        return {**self._get_no_coverage(), **self._get_warranty_coverage(warranty)}

    def _get_warranty_kind(self):
        """Return which warranty of its object pays one line, 'labor' or 'parts', or None."""
        self.ensure_one()
        if not (self.object_id and self.order_id.date_order):
            return None
        return {'hour': 'labor', 'item': 'parts'}.get(self.kind)

    def _has_warranty(self, warranty):
        """Tell whether a warranty ('labor' or 'parts') holds for one line; extend to leave some out."""
        self.ensure_one()
        return self.object_id._is_under_warranty(warranty, self.order_id._get_order_day())

    def _get_warranty_percent(self, warranty):
        """Return what percent of one line a warranty ('labor' or 'parts') pays, by its object's age.

        Extend where a warranty pays less; `_has_warranty` leaves faults out altogether.
        """
        self.ensure_one()
        return self.object_id._get_warranty_percent(warranty, self.order_id._get_order_day())

    def _get_warranty_coverage(self, warranty):
        """Return what a warranty ('labor' or 'parts') pays of one line; extend where it pays less."""
        self.ensure_one()
        obj, percent = self.object_id, self._get_warranty_percent(warranty)
        if not percent:
            return self._get_no_coverage()
        until = format_date(
            self.env, obj._get_warranty_until(warranty, self.order_id._get_order_day()))
        if warranty == 'labor':
            reason = self.env._(
                "Labor warranty of %(object)s until %(date)s", object=obj.name, date=until)
        else:
            reason = self.env._(
                "Parts warranty of %(object)s until %(date)s", object=obj.name, date=until)
        if percent < 100:
            reason = self.env._(
                "%(warranty)s: %(percent)g %% at this age", warranty=reason, percent=percent)
        return {
            'billing': 'warranty' if percent == 100 else 'chargeable',
            'billing_reason': reason, 'covered_percent': percent}

    def _is_covered_by_warranty(self):
        """Tell whether the terms of a warranty pay what is covered of one line."""
        warranty = self._get_warranty_kind()
        return bool(warranty and self.covered_percent) and self._has_warranty(warranty) and (
            self.covered_percent == self._get_warranty_percent(warranty))

    def _get_coverage_name(self):
        """Return what covers a part of one line."""
        return self._get_document_reason()

    def _get_document_reason(self):
        """Return why the line is free or reduced, in the language that a document is made in."""
        self.ensure_one()
        if self.billing_override or not self.object_id:
            return self.billing_reason
        return self.env._("Warranty of %s", self.object_id.name)

    def _is_billed_by_order(self):
        """Tell whether the line's price is this order's to decide; extend for other billers."""
        self.ensure_one()
        return self.billing == 'chargeable'

    @api.depends('invoice_line_ids.quantity', 'invoice_line_ids.product_uom_id',
                 'invoice_line_ids.price_unit', 'invoice_line_ids.discount',
                 'invoice_line_ids.parent_state', 'invoice_line_ids.move_id.move_type',
                 'invoice_line_ids.move_id.reversed_entry_id',
                 'invoice_line_ids.service_bill_again')
    def _compute_qty_invoiced(self):
        """Count live invoice lines; credit notes count back, cancelled ones not at all."""
        for line in self:
            live = line._get_live_invoice_lines()
            line.qty_invoiced = sum(bill._get_service_quantity() for bill in live)
            line.qty_waived = -sum(
                bill._get_service_quantity() for bill in live if bill._waives_service())

    def _get_live_invoice_lines(self):
        """Return the lines of drafts and posted invoices and credit notes that bill these lines."""
        return self.invoice_line_ids._get_live()

    @api.depends('state', 'billing', 'quantity', 'qty_invoiced', 'qty_waived',
                 'reversal_ids.quantity', 'reversed_line_id')
    def _compute_invoice_status(self):
        """Bill posted, chargeable lines; a reversal counts on the line that it reverses.

        What was waived is not billed again; what is to be credited stays so.
        """
        for line in self:
            rest = line._get_unbilled_quantity()
            to_invoice = line.qty_to_invoice = line._leave_waived(rest, line.qty_waived)
            if line.product_uom_id and not line.product_uom_id.is_zero(to_invoice):
                line.invoice_status = 'to_invoice'
            elif line.qty_invoiced or line.qty_waived:
                line.invoice_status = 'invoiced'
            else:
                line.invoice_status = 'no'

    @api.model
    def _leave_waived(self, rest, waived):
        """Return what is to be billed of what is not billed; what was waived is not among it."""
        # What undoes a credit that is cancelled by now leaves less than nothing waived.
        return max(rest - max(waived, 0.0), 0.0) if rest > 0 else rest

    def _get_unbilled_quantity(self):
        """Return what is on no live invoice of what one line bills, negative if too much is."""
        self.ensure_one()
        if self.state != 'posted' or self.reversed_line_id or not self._is_billed_by_order():
            return 0.0
        return self._get_net_quantity() - self.qty_invoiced

    def _get_amount_to_bill(self):
        """Return what the next invoice bills of one line before taxes, unrounded."""
        self.ensure_one()
        price = {'price_unit': self.price_unit, 'discount': self.discount}
        amount = net_amount(quantity=self.qty_to_invoice, **self._prepare_invoice_price())
        charged = net_amount(quantity=self.quantity, **price)
        return amount * self.price_subtotal / charged if charged else amount

    def _get_net_quantity(self):
        """Return what reversals leave of one line."""
        self.ensure_one()
        return self.quantity + sum(self.reversal_ids.mapped('quantity'))

    def _is_waived(self):
        """Tell whether something of one line was credited that could be billed again."""
        self.ensure_one()
        return self.qty_waived > 0 and self._get_unbilled_quantity() > 0

    def _ensure_may_override(self):
        """:raise AccessError: if the user is no service manager"""
        self._ensure_role(
            'manager', self.env._("Only a service manager changes how a line is billed."))

    @api.model
    def _get_billing_fields(self):
        """Return the fields that a manager still decides between sign-off and posting."""
        return {
            'price_unit', 'discount', 'tax_ids', 'billing_override', 'billing_note',
            'analytic_distribution', 'name'}

    def _prepare_invoice_line(self, sign=1):
        """Return the values of the invoice line of one line.

        :param int sign: -1 on a credit note, where quantities count the other way
        """
        self.ensure_one()
        return {
            'display_type': 'product',
            'product_id': self.product_id.id,
            'name': self._get_document_name(),
            'product_uom_id': self.product_uom_id.id,
            'quantity': self.qty_to_invoice * sign,
            **self._prepare_invoice_price(),
            'tax_ids': [Command.set(self.tax_ids.ids)],
            'analytic_distribution': self.analytic_distribution,
            'service_order_line_id': self.id,
        }

    def _prepare_invoice_price(self):
        """Return the price at which one line is billed or credited.

        What was credited by price left a quantity that is rounded: what is billed beside it, and
        what takes that back, makes the amount exact. A line that is reversed in full credits what
        live invoices and credit notes leave of it; no credit takes back more than that.
        """
        self.ensure_one()
        price = {'price_unit': self.price_unit, 'discount': self.discount}
        currency, quantity = self.currency_id, self.qty_to_invoice
        # What was billed is no secret to whom may bill, whatever invoices he sees.
        live = self.sudo()._get_live_invoice_lines()
        if not quantity or live.currency_id != currency:
            return price
        net, plain = self._get_net_quantity(), net_amount(quantity=quantity, **price)
        billed = live._get_billed_amount()
        amount = currency.round(net_amount(quantity=net, **price)) - billed
        amount = self._leave_waived(
            amount, -live.filtered(lambda line: line._waives_service())._get_billed_amount())
        is_reversed = quantity < 0 and self.product_uom_id.is_zero(net)
        step = net_amount(quantity=self.product_uom_id.rounding, **price)
        rounding = (abs(step) + currency.rounding) * len(live)
        if not is_reversed and abs(plain - amount) > rounding:
            least, most = sorted((0.0, -billed))
            amount = min(max(plain, least), most) if quantity < 0 else plain
        if currency.compare_amounts(plain, amount):
            return {'price_unit': amount / quantity, 'discount': 0.0}
        return price

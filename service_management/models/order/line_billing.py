from odoo import api, fields, models
from odoo.fields import Command


class ServiceOrderLine(models.Model):
    """Who pays a line, and how much of it was billed."""
    _inherit = 'service.order.line'

    BILLING = [
        ('chargeable', "Chargeable"),
        ('warranty', "Under Warranty"),
        ('agreement', "Under Agreement"),
        ('not_chargeable', "Not Chargeable"),
    ]
    #: What is still decided between sign-off and posting, by a manager.
    BILLING_FIELDS = {
        'price_unit', 'discount', 'tax_ids', 'billing_override', 'billing_note',
        'analytic_distribution', 'name',
    }

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
    qty_to_invoice = fields.Float(
        string="To Bill", digits='Product Unit', compute='_compute_invoice_status', store=True)
    invoice_status = fields.Selection(
        selection=[
            ('no', "Nothing to Bill"), ('to_invoice', "To Bill"), ('invoiced', "Fully Billed")],
        compute='_compute_invoice_status', store=True, index=True)
    _override_note = models.Constraint(
        "CHECK (billing_override IS NULL OR COALESCE(billing_note, '') <> '')",
        "Say why the line is billed differently: fill the billing note.")

    @api.depends('kind', 'object_id', 'object_id.date_in_service', 'object_id.warranty_labor_end',
                 'object_id.warranty_parts_end', 'order_id.date_order', 'billing_override',
                 'billing_note')
    def _compute_billing(self):
        """Decide who pays; what is posted stays as it was posted."""
        for line in self:
            if line.state == 'posted':
                coverage = {field: line[field] for field in (
                    'billing', 'billing_reason', 'covered_percent', 'coverage_rule_id')}
            elif line.billing_override:
                coverage = {
                    'billing': line.billing_override, 'billing_reason': line.billing_note,
                    'covered_percent': 0.0, 'coverage_rule_id': False}
            else:
                coverage = line._get_coverage()
            line.update(coverage)

    def _get_coverage(self):
        """Return who pays one line: billing, billing_reason, covered_percent, coverage_rule_id.

        Labor and parts have a warranty each, decided by the object's dates on the day of the
        order; expenses and fees have none. Warranty covers everything unless a rule says less.
        Source: Business Central, "Warranty": items by the parts window, resources by the labor one.
        """
        self.ensure_one()
        coverage = {
            'billing': 'chargeable', 'billing_reason': False, 'covered_percent': 0.0,
            'coverage_rule_id': False}
        warranty = {'hour': 'labor', 'item': 'parts'}.get(self.kind)
        obj, order = self.object_id, self.order_id
        if not (warranty and obj and order.date_order) or not obj._is_under_warranty(
                warranty, order._get_order_day()):
            return coverage
        if warranty == 'labor':
            reason = self.env._(
                "Labor warranty of %(object)s until %(date)s", object=obj.name,
                date=fields.Date.to_string(obj.warranty_labor_end))
        else:
            reason = self.env._(
                "Parts warranty of %(object)s until %(date)s", object=obj.name,
                date=fields.Date.to_string(obj.warranty_parts_end))
        rule = self._get_warranty_rule(warranty)
        percent = rule.percent if rule else 100.0
        return {
            'billing': 'warranty' if percent == 100 else 'chargeable',
            'billing_reason': reason,
            'covered_percent': percent,
            'coverage_rule_id': rule.id,
        }

    @api.depends('invoice_line_ids.quantity', 'invoice_line_ids.product_uom_id',
                 'invoice_line_ids.parent_state', 'invoice_line_ids.move_id.move_type')
    def _compute_qty_invoiced(self):
        """Count live invoice lines; credit notes count back, cancelled ones not at all."""
        for line in self:
            billed = 0.0
            for invoice_line in line.invoice_line_ids:
                if invoice_line.parent_state != 'cancel':
                    uom = invoice_line.product_uom_id or line.product_uom_id
                    quantity = uom._compute_quantity(invoice_line.quantity, line.product_uom_id)
                    billed += -quantity if invoice_line.move_id.move_type == 'out_refund' else quantity
            line.qty_invoiced = billed

    @api.depends('state', 'billing', 'quantity', 'qty_invoiced', 'reversal_ids.quantity',
                 'reversed_line_id')
    def _compute_invoice_status(self):
        """Bill posted, chargeable lines; a reversal counts on the line that it reverses."""
        for line in self:
            to_invoice = 0.0
            if line.state == 'posted' and not line.reversed_line_id and line._is_billed_by_order():
                net = line.quantity + sum(line.reversal_ids.mapped('quantity'))
                to_invoice = net - line.qty_invoiced
            line.qty_to_invoice = to_invoice
            if line.product_uom_id and not line.product_uom_id.is_zero(to_invoice):
                line.invoice_status = 'to_invoice'
            elif line.qty_invoiced:
                line.invoice_status = 'invoiced'
            else:
                line.invoice_status = 'no'

    def _ensure_may_override(self):
        self._ensure_role('manager', self.env._(
            "Only a service manager changes how a line is billed."))

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
            'price_unit': self.price_unit,
            'discount': self.discount,
            'tax_ids': [Command.set(self.tax_ids.ids)],
            'analytic_distribution': self.analytic_distribution,
            'service_order_line_id': self.id,
        }

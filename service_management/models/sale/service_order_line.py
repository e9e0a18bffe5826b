from odoo import api, fields, models


class ServiceOrderLine(models.Model):
    _inherit = 'service.order.line'

    sale_line_id = fields.Many2one(
        comodel_name='sale.order.line', string="Sold As", copy=False, index='btree_not_null',
        check_company=True, ondelete='restrict', readonly=True,
        help="The line delivers this sold line and is billed through its sales order.")

    @api.model
    def _get_life_fields(self):
        return super()._get_life_fields() | {'sale_line_id'}

    def _is_billed_by_order(self):
        return super()._is_billed_by_order() and not self.sale_line_id

    def _keeps_price(self):
        return bool(self.sale_line_id) or super()._keeps_price()

    def _get_coverage(self):
        """Charge what was sold: it is paid through the sales order, whatever the warranty says."""
        if not self.sale_line_id:
            return super()._get_coverage()
        # What was sold is no secret to whoever delivers it.
        return {
            **self._get_no_coverage(),
            'billing_reason': self.env._("Sold in %s", self.sale_line_id.sudo().order_id.name)}

    @api.depends('sale_line_id')
    def _compute_billing(self):
        super()._compute_billing()

    @api.depends('sale_line_id')
    def _compute_invoice_status(self):
        super()._compute_invoice_status()

    def _explain_price(self):
        if self.sale_line_id:
            # What was sold is no secret to whoever delivers it.
            return [self.env._("Sold in %s", self.sale_line_id.sudo().order_id.name)]
        return super()._explain_price()

    def _after_booking(self):
        """Deliver sold hours: time booked beside the planned line counts for the sale, too."""
        super()._after_booking()
        for line in self.filtered(lambda line: not line.is_travel and not line.sale_line_id):
            sold = line.order_id.line_ids.filtered(
                lambda other: other.kind == 'hour' and other.state != 'cancelled').sale_line_id
            if len(sold) == 1:
                # What was sold is no secret to whoever delivers it, and only booking links it.
                line.sudo().write({
                    'sale_line_id': sold.id, 'product_id': sold.product_id.id,
                    **sold.sudo()._prepare_service_price()})

    def _prepare_reversal(self):
        return {**super()._prepare_reversal(), 'sale_line_id': self.sale_line_id.id}

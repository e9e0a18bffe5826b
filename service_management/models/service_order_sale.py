from odoo import api, fields, models


class ServiceOrder(models.Model):
    """Where Sales and service meet: work that was sold, and sales that work leads to."""
    _inherit = 'service.order'

    sale_order_id = fields.Many2one(
        comodel_name='sale.order', string="Sales Order", copy=False, readonly=True,
        index='btree_not_null', check_company=True, ondelete='restrict', tracking=True)
    found_sale_order_ids = fields.One2many(
        comodel_name='sale.order', inverse_name='source_service_order_id',
        string="Sales Found", copy=False, readonly=True)
    sale_order_count = fields.Integer(compute='_compute_sale_order_count', compute_sudo=True)

    @api.depends('sale_order_id', 'found_sale_order_ids')
    def _compute_sale_order_count(self):
        for order in self:
            order.sale_order_count = len(order.sale_order_id | order.found_sale_order_ids)

    def action_view_sale_orders(self):
        self.ensure_one()
        action = self.env['ir.actions.act_window']._for_xml_id('sale.action_orders')
        orders = self.sale_order_id | self.found_sale_order_ids
        if len(orders) == 1:
            return {**action, 'res_id': orders.id, 'views': [(False, 'form')], 'context': {}}
        return {**action, 'domain': [('id', 'in', orders.ids)], 'context': {}}

    def action_sell(self):
        """Ask what the technician found on site, to make a quotation of it."""
        self.ensure_one()
        return {
            'type': 'ir.actions.act_window',
            'name': self.env._("Sell What Was Found"),
            'res_model': 'service.order.sell',
            'views': [(False, 'form')],
            'target': 'new',
            'context': {'default_order_id': self.id},
        }

    def _prepare_found_sale(self, note):
        """Return the values of a quotation for what was found on one order.

        :param str note: HTML, what the technician says of it
        """
        self.ensure_one()
        salesperson = self.commercial_partner_id.user_id or self.user_id
        return {
            'partner_id': self.partner_id.id,
            'partner_shipping_id': (self.site_id or self.partner_id).id,
            'partner_invoice_id': (self.partner_invoice_id or self.partner_id).id,
            'company_id': self.company_id.id,
            'pricelist_id': self.pricelist_id.id,
            'fiscal_position_id': self.fiscal_position_id.id,
            'payment_term_id': self.payment_term_id.id,
            'user_id': salesperson.id,
            'origin': self.name,
            'source_service_order_id': self.id,
            'note': note,
        }


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
        return {
            'billing': 'chargeable',
            'billing_reason': self.env._("Sold in %s", self.sale_line_id.sudo().order_id.name),
            'covered_percent': 0.0, 'coverage_rule_id': False}

    @api.depends('sale_line_id')
    def _compute_billing(self):
        super()._compute_billing()

    @api.depends('sale_line_id')
    def _compute_invoice_status(self):
        super()._compute_invoice_status()

    def _explain_price(self):
        if self.sale_line_id:
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

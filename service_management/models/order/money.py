from odoo import api, fields, models


class ServiceOrder(models.Model):
    """Who pays in which currency, what an order comes to, and what it costs."""
    _inherit = 'service.order'

    # Money
    pricelist_id = fields.Many2one(
        comodel_name='product.pricelist', compute='_compute_pricelist_id', store=True,
        readonly=False, precompute=True, check_company=True, index='btree_not_null',
        domain="[('company_id', 'in', (False, company_id))]")
    currency_id = fields.Many2one(
        comodel_name='res.currency', compute='_compute_currency_id', store=True, precompute=True,
        ondelete='restrict')
    currency_rate = fields.Float(
        compute='_compute_currency_rate', store=True, precompute=True, digits=0)
    partner_invoice_id = fields.Many2one(
        comodel_name='res.partner', string="Invoice Address",
        compute='_compute_partner_invoice_id', store=True, readonly=False, precompute=True,
        check_company=True, index='btree_not_null', ondelete='restrict')
    fiscal_position_id = fields.Many2one(
        comodel_name='account.fiscal.position', compute='_compute_fiscal_position_id', store=True,
        readonly=False, precompute=True, check_company=True)
    payment_term_id = fields.Many2one(
        comodel_name='account.payment.term', compute='_compute_payment_term_id', store=True,
        readonly=False, precompute=True, check_company=True)
    has_other_taxes = fields.Boolean(compute='_compute_has_other_taxes')
    amount_untaxed = fields.Monetary(compute='_compute_amounts', store=True)
    amount_tax = fields.Monetary(string="Taxes", compute='_compute_amounts', store=True)
    amount_total = fields.Monetary(string="Total", compute='_compute_amounts', store=True)
    amount_cost = fields.Monetary(
        string="Cost", compute='_compute_margin', store=True, currency_field='company_currency_id',
        groups='service_management.service_management_group_manager')
    margin = fields.Monetary(
        compute='_compute_margin', store=True, currency_field='company_currency_id',
        groups='service_management.service_management_group_manager')
    margin_percent = fields.Float(
        string="Margin (%)", digits='Discount', compute='_compute_margin', store=True,
        aggregator=None,
        groups='service_management.service_management_group_manager')

    @api.depends('line_ids.has_other_taxes')
    def _compute_has_other_taxes(self):
        for order in self:
            order.has_other_taxes = any(order.line_ids.mapped('has_other_taxes'))

    def action_update_prices(self):
        """Show what the lines cost by today's pricelists, rules and agreements, to take it over."""
        return self.line_ids._show_update('price', self.env._("Update Prices"))

    def action_update_taxes(self):
        """Show how the products of the lines are taxed now, to take it over."""
        return self.line_ids.action_update_taxes()

    def _on_repriced(self):
        """Extend for what follows when lines of orders were priced anew."""

    @api.depends('partner_id', 'company_id')
    def _compute_pricelist_id(self):
        for order in self:
            if not order.partner_id:
                order.pricelist_id = False
            else:
                partner = order.partner_id.with_company(order.company_id)
                order.pricelist_id = partner.property_product_pricelist

    @api.depends('pricelist_id', 'company_id')
    def _compute_currency_id(self):
        for order in self:
            order.currency_id = order.pricelist_id.currency_id or order.company_id.currency_id

    @api.depends('currency_id', 'date_order', 'company_id')
    def _compute_currency_rate(self):
        Currency = self.env['res.currency']
        for order in self:
            order.currency_rate = Currency._get_conversion_rate(
                from_currency=order.company_id.currency_id, to_currency=order.currency_id,
                company=order.company_id,
                date=order._get_order_day())

    @api.depends('partner_id')
    def _compute_partner_invoice_id(self):
        for order in self:
            invoice = order.partner_id.address_get(['invoice'])['invoice']
            order.partner_invoice_id = order.partner_id and invoice

    @api.depends('partner_invoice_id', 'site_id', 'company_id')
    def _compute_fiscal_position_id(self):
        position_by_key = {}
        for order in self:
            key = (order.company_id, order.partner_invoice_id, order.site_id)
            if key not in position_by_key:
                FiscalPosition = self.env['account.fiscal.position'].with_company(order.company_id)
                position_by_key[key] = FiscalPosition._get_fiscal_position(
                    order.partner_invoice_id or order.partner_id, order.site_id)
            order.fiscal_position_id = position_by_key[key]

    @api.depends('partner_invoice_id', 'company_id')
    def _compute_payment_term_id(self):
        for order in self:
            payer = order.partner_invoice_id.with_company(order.company_id)
            order.payment_term_id = (
                payer.property_payment_term_id or order.company_id.service_payment_term_id)

    @api.depends('line_ids.price_subtotal', 'line_ids.price_total', 'line_ids.state',
                 'currency_id', 'company_id')
    def _compute_amounts(self):
        for order in self:
            totals = order.line_ids.filtered(
                lambda line: line.state != 'cancelled')._get_tax_totals(order)
            order.amount_untaxed = totals['base_amount_currency']
            order.amount_tax = totals['tax_amount_currency']
            order.amount_total = totals['total_amount_currency']

    @api.depends('line_ids.cost', 'line_ids.price_subtotal', 'line_ids.state', 'currency_rate')
    def _compute_margin(self):
        for order in self:
            lines = order.line_ids.filtered(lambda line: line.state != 'cancelled')
            revenue = sum(lines.mapped('price_subtotal')) / (order.currency_rate or 1.0)
            order.amount_cost = sum(lines.mapped('cost'))
            order.margin = revenue - order.amount_cost
            order.margin_percent = 100 * order.margin / revenue if revenue else 0.0

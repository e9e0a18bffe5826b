from odoo import api, fields, models
from odoo.exceptions import UserError


class ServiceOrder(models.Model):
    """Where Sales and service meet: work that was sold, and sales that work leads to."""
    _inherit = 'service.order'

    sale_order_id = fields.Many2one(
        comodel_name='sale.order', string="Sales Order", copy=False, readonly=True,
        index='btree_not_null', check_company=True, ondelete='restrict', tracking=True)
    found_sale_order_ids = fields.One2many(
        comodel_name='sale.order', inverse_name='source_service_order_id',
        string="Sales Found", copy=False, readonly=True)
    sale_order_count = fields.Integer(compute='_compute_sale_order_count')

    @api.depends('sale_order_id', 'found_sale_order_ids')
    @api.depends_context('uid')
    def _compute_sale_order_count(self):
        for order in self:
            order.sale_order_count = len(order._get_sale_orders())

    def _get_sale_orders(self):
        """Return the sales order that sold the work, and those that the work led to, that one sees.

        A service manager sees all service orders, but may see the sales orders of his own only.
        """
        order = self.sudo()
        sales = order.sale_order_id | order.found_sale_order_ids
        return sales.sudo(False)._filtered_access('read')

    def action_view_sale_orders(self):
        """Show the sales order that sold the work, and those that the work led to."""
        self.ensure_one()
        self.check_access('read')
        action = self.env['ir.actions.act_window']._for_xml_id('sale.action_orders')
        orders = self._get_sale_orders()
        if len(orders) == 1:
            return {**action, 'res_id': orders.id, 'views': [(False, 'form')], 'context': {}}
        return {**action, 'domain': [('id', 'in', orders.ids)], 'context': {}}

    def action_sell(self):
        """Ask what the technician found on site, to make a quotation of it."""
        self.ensure_one()
        return self._open_dialog(
            'service.order.sell', self.env._("Sell What Was Found"), default_order_id=self.id)

    def _ensure_may_change_customer(self, vals):
        """Keep what was sold with whoever pays it."""
        super()._ensure_may_change_customer(vals)
        # What was sold is no secret to whoever delivers it.
        sold = self.sudo().line_ids.sale_line_id.order_id | self.sudo().sale_order_id
        if sold:
            raise UserError(self.env._(
                "%(order)s was sold to %(customer)s in %(sale)s. Cancel it, and sell the work to the"
                " other customer.", order=self.name, sale=sold[0].name,
                customer=sold[0].partner_id.display_name))

    def _get_salesperson(self):
        """Return who sells to the customer of one order: his salesperson, else the team's.

        Who does not sell, or is not there any more, is passed over; where nobody is left it is the
        company's service manager, who sells, too.
        """
        self.ensure_one()
        users = self.partner_id.user_id | self.commercial_partner_id.user_id
        # Teams are the managers', whom they sell with is found for everybody.
        users |= self.team_id.sudo().salesperson_id | self.user_id
        sellers = users._filter_there(self.company_id).filtered(
            lambda user: user.has_group('sales_team.group_sale_salesman'))
        return (sellers or self.company_id._get_service_managers())[:1]

    def _prepare_found_sale(self, note):
        """Return the values of a quotation for what was found on one order.

        :param str note: HTML, what the technician says of it
        """
        self.ensure_one()
        return {
            'partner_id': self.partner_id.id,
            'partner_shipping_id': (self.site_id or self.partner_id).id,
            'partner_invoice_id': (self.partner_invoice_id or self.partner_id).id,
            'company_id': self.company_id.id,
            'pricelist_id': self.pricelist_id.id,
            'fiscal_position_id': self.fiscal_position_id.id,
            'payment_term_id': self.payment_term_id.id,
            'user_id': self._get_salesperson().id,
            'origin': self.name,
            'source_service_order_id': self.id,
            'note': note,
        }

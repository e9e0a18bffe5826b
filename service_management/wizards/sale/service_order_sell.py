from odoo import fields, models
from odoo.exceptions import UserError
from odoo.fields import Command


class ServiceOrderSell(models.TransientModel):
    _name = 'service.order.sell'
    _description = "Sell What Was Found on Site"

    order_id = fields.Many2one(comodel_name='service.order', required=True)
    company_id = fields.Many2one(related='order_id.company_id')
    note = fields.Html(
        string="What You Found", help="For the salesperson, and for the customer on the quotation.")
    line_ids = fields.One2many(
        comodel_name='service.order.sell.line', inverse_name='wizard_id', string="What to Offer")

    def action_apply(self):
        """Make a quotation and ask its salesperson to send it.

        :return: the quotation, for those who may see it
        :raise UserError: if nothing was found
        """
        self.ensure_one()
        self.order_id.check_access('read')
        if not self.line_ids and not self.note:
            raise UserError(self.env._("Say what you found, or choose what to offer."))
        # Technicians find what sells without having rights in Sales.
        order = self.order_id.sudo()
        sale_order = self.env['sale.order'].sudo().with_company(order.company_id).create({
            **order._prepare_found_sale(self.note),
            'order_line': [Command.create(line._prepare_sale_line()) for line in self.line_ids],
        })
        sale_order._schedule_todo('mail.mail_activity_data_todo', self.env._(
            "Found by %(user)s on %(order)s", user=self.env.user.name, order=order.name))
        order.message_post(body=self.env._("Quotation %s was made.", sale_order.name))
        # Technicians are shown the quotation only where they have rights in Sales.
        if not sale_order.sudo(False).has_access('read'):
            return {'type': 'ir.actions.act_window_close'}
        return {
            'type': 'ir.actions.act_window',
            'res_model': 'sale.order',
            'res_id': sale_order.id,
            'views': [(False, 'form')],
        }


class ServiceOrderSellLine(models.TransientModel):
    _name = 'service.order.sell.line'
    _description = "Something to Offer"

    wizard_id = fields.Many2one(
        comodel_name='service.order.sell', required=True, ondelete='cascade')
    company_id = fields.Many2one(related='wizard_id.company_id')
    product_id = fields.Many2one(
        comodel_name='product.product', required=True,
        domain="[('sale_ok', '=', True), ('company_id', 'in', (False, company_id))]")
    quantity = fields.Float(digits='Product Unit', default=1.0, required=True)

    _positive_quantity = models.Constraint(
        'CHECK (quantity > 0)', "Offer one of it at least.")

    def _prepare_sale_line(self):
        self.ensure_one()
        return {'product_id': self.product_id.id, 'product_uom_qty': self.quantity}

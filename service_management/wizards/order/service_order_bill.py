from odoo import api, fields, models


class ServiceOrderBill(models.TransientModel):
    _name = 'service.order.bill'
    _description = "Bill Service Orders"

    order_ids = fields.Many2many(comodel_name='service.order', required=True)
    order_count = fields.Integer(compute='_compute_figures')
    currency_id = fields.Many2one(comodel_name='res.currency', compute='_compute_figures')
    amount = fields.Monetary(string="To Bill (untaxed)", compute='_compute_figures')
    mode = fields.Selection(
        selection=[
            ('customer', "One invoice per customer"),
            ('order', "One invoice per order"),
        ],
        default='customer', required=True)

    @api.depends('order_ids')
    def _compute_figures(self):
        for wizard in self:
            lines = wizard.order_ids.line_ids.filtered(
                lambda line: line.invoice_status == 'to_invoice')
            currency = lines.currency_id
            wizard.order_count = len(lines.order_id)
            wizard.currency_id = currency if len(currency) == 1 else False
            wizard.amount = sum(
                line.price_subtotal * line.qty_to_invoice / line.quantity
                for line in lines if line.quantity) if len(currency) == 1 else 0.0

    def action_apply(self):
        """Make the drafts, and show them.

        :raise AccessError: if the user is no service manager
        :raise UserError: if nothing is left to bill
        """
        self.ensure_one()
        invoices = self.order_ids._create_invoices(grouped=self.mode == 'customer')
        return invoices._show_service_invoices()

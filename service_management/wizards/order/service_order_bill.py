from odoo import api, fields, models

from ...models.common.bulk import STEP


class ServiceOrderBill(models.TransientModel):
    _name = 'service.order.bill'
    _description = "Bill Service Orders"
    _inherit = ['service.preview.mixin']

    order_ids = fields.Many2many(comodel_name='service.order', required=True)
    order_count = fields.Integer(compute='_compute_order_count')
    mode = fields.Selection(
        selection=[
            ('customer', "One invoice per customer"),
            ('order', "One invoice per order"),
        ],
        default='customer', required=True)

    @api.depends('order_ids')
    def _compute_order_count(self):
        for wizard in self:
            wizard.order_count = len(
                wizard.order_ids._origin._get_billable_lines().order_id)

    @api.depends('order_ids', 'mode')
    def _compute_preview(self):
        super()._compute_preview()

    def _get_preview(self):
        # A dialog keeps its records as copies in memory.
        orders = self.order_ids._origin
        lines, vals_list = orders._get_billable_lines(), orders._prepare_invoices(self._is_grouped())
        Move = self.env['account.move']
        figures = {
            'orders': len(lines.order_id), 'lines': len(lines),
            **Move._preview_service_invoices(vals_list)}
        return figures, {
            **Move._get_service_warnings(vals_list), 'no_tax': lines._filter_untaxed()}

    def _is_grouped(self):
        self.ensure_one()
        return self.mode == 'customer'

    def action_apply(self):
        """Make the drafts, for many orders step by step, and show them.

        :raise AccessError: if the user is no service manager
        :raise UserError: if nothing is left to bill
        """
        self.ensure_one()
        orders = self.order_ids._get_billable_lines().order_id
        if len(orders) > STEP:
            return orders._run_in_steps(
                'bill' if self._is_grouped() else 'bill_each', self.env._("Creating Invoices"))
        invoices = self.order_ids._create_invoices(self._is_grouped())
        return invoices._show_service_invoices()

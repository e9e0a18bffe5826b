from odoo import fields, models


class AccountMove(models.Model):
    _inherit = 'account.move'

    service_order_count = fields.Integer(compute='_compute_service_order_count')

    def _compute_service_order_count(self):
        for move in self:
            # That an invoice bills service is no secret to whom may see the invoice.
            move.service_order_count = len(move.sudo().line_ids.service_order_line_id.order_id)

    def action_view_service_orders(self):
        """Show the orders that the invoice bills."""
        self.ensure_one()
        return self.line_ids.service_order_line_id.order_id._show()

    def _show_service_invoices(self):
        """Return the action that shows these invoices: the form of one, else the list."""
        action = self.env['ir.actions.act_window']._for_xml_id(
            'account.action_move_out_invoice_type')
        action['context'] = {'default_move_type': 'out_invoice'}
        if len(self) == 1:
            return {**action, 'res_id': self.id, 'views': [(False, 'form')]}
        return {**action, 'domain': [('id', 'in', self.ids)]}

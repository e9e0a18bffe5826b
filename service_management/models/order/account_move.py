from odoo import fields, models


class AccountMove(models.Model):
    _inherit = 'account.move'

    service_order_count = fields.Integer(compute='_compute_service_order_count')

    def _compute_service_order_count(self):
        for move in self:
            # That an invoice bills service is no secret to whom may see the invoice.
            lines = move.sudo().line_ids
            move.service_order_count = len(lines.service_order_line_id.order_id)
            move.service_subscription_count = len(lines.service_fee_id.subscription_id)

    def action_view_service_orders(self):
        self.ensure_one()
        return self.line_ids.service_order_line_id.order_id._open()

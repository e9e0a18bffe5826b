from odoo import api, fields, models


class AccountMoveReversal(models.TransientModel):
    _inherit = 'account.move.reversal'

    bills_service_orders = fields.Boolean(compute='_compute_bills_service_orders')
    service_bill_again = fields.Boolean(
        string="Bill Service Orders Again",
        help="What is credited goes back to the orders to bill. Else it was given away, until a"
             " service manager bills it again.")

    @api.depends('move_ids')
    def _compute_bills_service_orders(self):
        for wizard in self:
            wizard.bills_service_orders = any(
                move.move_type == 'out_invoice' and move.service_order_count
                for move in wizard.move_ids)

    def reverse_moves(self, is_modify=False):
        """Keep whether what is credited is billed again; a replacement does so itself.

        What reverses a credit note has it from there.
        """
        invoices = self.move_ids.filtered(lambda move: move.move_type == 'out_invoice')
        before = invoices.reversal_move_ids
        action = super().reverse_moves(is_modify=is_modify)
        made = (invoices.reversal_move_ids - before).line_ids
        made.filtered('service_order_line_id').service_bill_again = bool(
            is_modify or self.service_bill_again)
        return action

from odoo import api, fields, models
from odoo.exceptions import UserError

from ...tools.pricing import net_amount


class AccountMoveLine(models.Model):
    _inherit = 'account.move.line'

    service_order_line_id = fields.Many2one(
        comodel_name='service.order.line', index='btree_not_null',
        ondelete='restrict', copy=False, check_company=True)
    service_bill_again = fields.Boolean(
        string="Bill Again", copy=False,
        help="What is credited is to be billed once more; else it was given away.")

    @api.ondelete(at_uninstall=False)
    def _unlink_except_credited_service(self):
        """Keep what a credit note measures what it takes back by, as long as that counts."""
        for line in self.filtered('service_order_line_id'):
            credits = line.move_id.reversal_move_ids.invoice_line_ids & (
                line.service_order_line_id.invoice_line_ids)
            if live := credits._get_live() - self:
                raise UserError(self.env._(
                    "“%(line)s” is credited by %(credit)s. Cancel the invoice instead, or delete or"
                    " cancel that first.",
                    line=line.name, credit=live.move_id[0].display_name))

    def _get_live(self):
        """Return the lines of drafts and of posted invoices and credit notes."""
        return self.filtered(lambda line: line.parent_state != 'cancel')

    def _copy_data_extend_business_fields(self, values):
        """Let a credit note take back what it credits; a plain duplicate bills nothing twice."""
        super()._copy_data_extend_business_fields(values)
        values['service_order_line_id'] = self.service_order_line_id.id
        # What reverses a credit note undoes what that one said.
        values['service_bill_again'] = self.service_bill_again

    def _get_service_quantity(self):
        """Return how much of its order line one line bills, negative on a credit note."""
        self.ensure_one()
        share = self._get_service_share()
        if self.move_id.reversed_entry_id:
            return self.service_order_line_id.product_uom_id.round(share)
        return share

    def _get_service_share(self):
        """Return how much of its order line one line bills, unrounded, negative on a credit note.

        What reverses an invoice takes back the part of its quantity that it is of its amount, so
        that a credit by price counts like one by quantity.
        """
        self.ensure_one()
        order_line = self.service_order_line_id
        reversed_lines = self.move_id.reversed_entry_id.invoice_line_ids.filtered(
            lambda line: line.service_order_line_id == order_line)
        amount = sum(line._get_service_amount() for line in reversed_lines)
        if amount:
            share = sum(line._get_service_share() for line in reversed_lines)
            return share * self._get_service_amount() / amount
        uom = self.product_uom_id or order_line.product_uom_id
        quantity = uom._compute_quantity(self.quantity, order_line.product_uom_id)
        return -quantity if self.move_id.move_type == 'out_refund' else quantity

    def _get_service_amount(self):
        """Return what one line bills in the terms of its price, negative on a credit note."""
        self.ensure_one()
        amount = net_amount(self.price_unit, self.discount, self.quantity)
        return -amount if self.move_id.move_type == 'out_refund' else amount

    def _get_billed_amount(self):
        """Return what lines bill together, each rounded, as `_get_service_amount` counts it."""
        return sum(line.currency_id.round(line._get_service_amount()) for line in self)

    def _waives_service(self):
        """Tell whether one line credits what is not billed again, or undoes such a credit.

        Only what reverses an invoice does: the credit notes that orders make take back work that
        was reversed.
        """
        self.ensure_one()
        reversed_move = self.move_id.reversed_entry_id
        return bool(reversed_move) and not self.service_bill_again and (
            self.move_id.move_type == 'out_refund' or bool(reversed_move.reversed_entry_id))

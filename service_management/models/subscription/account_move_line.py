from odoo import api, fields, models
from odoo.exceptions import UserError


class AccountMoveLine(models.Model):
    _inherit = 'account.move.line'

    service_fee_id = fields.Many2one(
        comodel_name='service.subscription.fee', string="Subscription Fee",
        index='btree_not_null', ondelete='restrict', copy=False, check_company=True)
    is_service_credit = fields.Boolean(compute='_compute_is_service_credit')

    @api.depends('service_fee_id', 'move_id.reversed_entry_id')
    def _compute_is_service_credit(self):
        """A line of a credit note takes a fee back; one that bills a reduction does not."""
        for line in self:
            line.is_service_credit = bool(line.service_fee_id and line.move_id.reversed_entry_id)

    def _copy_data_extend_business_fields(self, values):
        super()._copy_data_extend_business_fields(values)
        values['service_fee_id'] = self.service_fee_id.id

    @api.model_create_multi
    def create(self, vals_list):
        """Let the ledger of fees follow the lines that bill them."""
        lines = super().create(vals_list)
        if any(vals.get('service_fee_id') for vals in vals_list):
            lines._link_service_fees()
        return lines

    def _link_service_fees(self):
        """Make these lines the ones that bill their fees.

        :raise UserError: if another live line bills one of them
        """
        # The ledger follows the invoice, whoever makes it.
        for line in self.sudo().filtered('service_fee_id'):
            fee = line.service_fee_id
            if line.is_service_credit or line.parent_state == 'cancel' or (
                    fee.invoice_line_id == line):
                continue
            if fee.invoice_line_id and fee.state != 'credited':
                raise UserError(self.env._(
                    "“%(fee)s” is billed by %(invoice)s already.",
                    fee=fee.display_name, invoice=fee.move_id.display_name))
            fee.invoice_line_id = line

    def _unlink_service_fees(self):
        """Free the fees that these lines bill no more."""
        for fee in self.service_fee_id:
            if fee.invoice_line_id in self:
                fee.invoice_line_id = False

from odoo import api, fields, models
from odoo.exceptions import UserError

from ...tools.pricing import net_amount


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
        """Let copies that bill or credit name their fee; a credit note credits what is left of it."""
        super()._copy_data_extend_business_fields(values)
        values['service_fee_id'] = self.service_fee_id.id
        # Odoo's own mark of a reversal; a replacement is copied without it.
        if self.service_fee_id and 'move_reverse_cancel' in self.env.context:
            # The ledger knows what was credited, whoever reverses an invoice.
            values.update(self.sudo()._prepare_service_reversal())

    def _prepare_service_reversal(self):
        """Return the price at which one reversed line credits what was not credited already.

        A reduction that no invoice bills yet falls away when all of its fee is credited.
        """
        self.ensure_one()
        fee = self.service_fee_id
        reductions = fee._get_live_reductions().filtered(
            lambda reduction: reduction.state != 'open' and reduction.move_id != self.move_id)
        if fee.invoice_line_id != self or not (reductions or fee._get_credits()):
            return {}
        rest = sum((fee | reductions)._get_billed().values())
        sign = -self.move_id.direction_sign
        return {'quantity': 1.0, 'discount': 0.0, 'price_unit': sign * (
            rest if rest * self._get_fee_amount(self) > 0 else 0.0)}

    def _get_fee_amount(self, like):
        """Return what one line bills, negative on a credit note, in the terms of another's price.

        With taxes where the price includes them. Where the taxes differ, the part counts that it is
        of the other line before taxes.
        """
        self.ensure_one()
        def amount(line):
            return line.currency_id.round(
                net_amount(line.price_unit, line.discount, line.quantity))

        if self.tax_ids == like.tax_ids:
            value = amount(self)
        elif like.price_subtotal:
            value = self.price_subtotal * amount(like) / like.price_subtotal
        else:
            value = self.price_subtotal
        return -self.move_id.direction_sign * value

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

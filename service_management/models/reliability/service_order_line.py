from odoo import api, fields, models
from odoo.exceptions import UserError


class ServiceOrderLine(models.Model):
    _inherit = 'service.order.line'

    claim_ids = fields.One2many(
        comodel_name='service.warranty.claim', inverse_name='line_id', string="Claims",
        readonly=True, copy=False,
        groups='service_management.service_management_group_technician,account.group_account_invoice')

    @api.model
    def _get_unlocked_fields(self):
        return super()._get_unlocked_fields() | {'claim_ids'}

    def action_claim(self):
        """Open the claim to the supplier of one part, a draft where there is none.

        :raise UserError: if the line is no part, or the user does not work on its order
        """
        self.ensure_one()
        if not self.order_id.has_access('write'):
            raise UserError(self.env._(
                "Claims are drafted by those who work on the order. Ask its technician or a dispatcher."))
        if self.kind != 'item':
            raise UserError(self.env._("Parts are claimed from suppliers: choose an item line."))
        claim = self.claim_ids[:1] or self.env['service.warranty.claim'].create(
            {'order_id': self.order_id.id, 'line_id': self.id})
        return claim._show_form()

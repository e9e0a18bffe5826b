from odoo import fields, models


class ServiceOrderTakeBack(models.TransientModel):
    """Ask a service manager why a sign-off is taken back."""
    _name = 'service.order.take.back'
    _description = "Take a Sign-Off Back"

    order_id = fields.Many2one(
        comodel_name='service.order', required=True, readonly=True, ondelete='cascade')
    signed_by = fields.Char(related='order_id.signed_by', string="Signed By")
    signed_on = fields.Datetime(related='order_id.signed_on', string="Signed On")
    reason = fields.Char(required=True)

    def action_apply(self):
        """Take the sign-off back, and keep why.

        :raise UserError: if it cannot be taken back by the user
        """
        self.ensure_one()
        self.order_id.check_access('write')
        self.order_id._ensure_can_take_back()
        self.order_id._take_back_sign_off(self.reason)
        return {'type': 'ir.actions.act_window_close'}

from odoo import api, fields, models


class ServiceOrder(models.Model):
    """What is to be done next with an order, by whoever looks at it: the one button in colour."""
    _inherit = 'service.order'

    next_step = fields.Char(compute='_compute_next_step')

    @api.depends('state', 'can_sign_off', 'can_post', 'quote_sent_on', 'is_quote_expired',
                 'invoice_status', 'line_ids')
    @api.depends_context('uid')
    def _compute_next_step(self):
        for order in self:
            # Computed in sudo, too: roles are the user's.
            step = order._origin and order.with_user(self.env.user)._get_next_step()
            order.next_step = step or False

    def _get_next_step(self):
        """Return the name of the action that one order waits for, if the user may do it; else nothing.

        Extend for what comes between.
        """
        self.ensure_one()
        if self.state == 'draft' and self._has_role('customer_service'):
            if self.line_ids and not self.quote_sent_on:
                return 'send_quote'
            return 'send_quote_again' if self.is_quote_expired else 'confirm'
        if self.state == 'open' and self._has_role('technician'):
            return 'sign_off' if self.can_sign_off and self._is_finished() else None
        if self._has_role('manager'):
            if self.state == 'signed_off' and self.can_post:
                return 'post'
            if self.invoice_status == 'to_invoice':
                return 'bill'
        if self.state == 'cancelled' and self._has_role('customer_service'):
            return 'revoke'
        return None

    def action_confirm_anyway(self):
        """Confirm before the quote is sent: the button is not the next step then."""
        return self.action_confirm()

    def action_send_quote_anyway(self):
        """Send a quote when something else is the next step: the button has a name of its own."""
        return self.action_send_quote()

    def action_sign_off_anyway(self):
        """Sign off before the visits are over: the button is not the next step then."""
        return self.action_sign_off()

    def action_bill_posted(self):
        """Bill what is posted already, while the rest waits to be posted."""
        return self.action_bill()

from odoo import models
from odoo.exceptions import UserError


class ServiceOrder(models.Model):
    """Posting: costs are booked, and what is posted never changes again."""
    _inherit = 'service.order'

    def action_post(self):
        """Post all open lines of signed-off orders."""
        return self._post_lines()

    def _post_lines(self, lines=None):
        """Post lines of these orders, by default all; orders with nothing left become posted.

        :return: the dialog that becoming posted needs, else True

        :raise AccessError: if the user is no service manager
        :raise UserError: if an order is not signed off, or its stage forbids posting
        """
        self._ensure_role('manager', self.env._("Only a service manager posts service orders."))
        for order in self:
            if order.state not in ('signed_off', 'posted'):
                raise UserError(self.env._(
                    "%(order)s is in stage “%(stage)s” and not signed off. Sign it off before you"
                    " post it.", order=order.name, stage=order.stage_id.name))
        self._ensure_allowed('post')
        self._apply_price_rules()
        if lines is None:
            lines = self.line_ids
        lines.filtered(lambda line: line.state == 'open')._post()
        done = self.filtered(lambda order: order.state == 'signed_off'
                             and 'open' not in order.line_ids.mapped('state'))
        return done._change_state('posted') if done else True

    def _get_charged_lines(self):
        """Return the lines that the rules of one order count: live ones that this order bills."""
        self.ensure_one()
        return self.line_ids.filtered(
            lambda line: line.state != 'cancelled' and line._is_billed_by_order())

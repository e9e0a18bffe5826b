from odoo import models
from odoo.exceptions import UserError


class ServiceOrder(models.Model):
    """Posting: costs are booked, and what is posted never changes again."""
    _inherit = 'service.order'

    def action_post(self):
        """Post all open lines of signed-off orders.

        :return: the dialog that becoming posted needs, else True
        """
        return self._post_and_ask()

    def _post_and_ask(self, lines=None):
        """Post lines as a person wants it: what looks wrong, or is much, is shown before.

        :param lines: as for `_post_lines`
        :return: the dialog, else True
        """
        self._prepare_to_post()
        if len(self) > 1 or self._get_posting_warnings(lines):
            return self._open_dialog(
                'service.order.post', self.env._("Post"), default_order_ids=self.ids,
                default_line_ids=lines and lines.exists().ids)
        return self._post_and_move(lines)

    def _post_and_move(self, lines=None):
        """Post prepared lines; where the stage of posted orders asks something, ask.

        :param lines: as for `_post_lines`
        :return: the dialog, else True
        """
        self._post_prepared(lines)
        left = self._filter_fully_posted()
        return left._ask_and_move_to('posted') if left else True

    def _post_lines(self, lines=None, reason=None):
        """Post lines of these orders; orders with nothing left become posted.

        Guard, prepare, write, after: each is a hook of its own.

        :param lines: service.order.line, by default all; those that are not open are left alone
        :param reason: service.reason for stages that need one; without it such orders stay signed
            off, until somebody answers
        :return: the orders that became posted
        :raise AccessError: if the user is no service manager
        :raise UserError: if an order is not signed off, or its stage forbids posting
        """
        self._prepare_to_post()
        return self._post_prepared(lines, reason)

    def _prepare_to_post(self):
        """Guard posting, and bring lines up to date: from now on a preview says what is posted.

        :raise AccessError, UserError: as `_ensure_postable`
        """
        self._ensure_postable()
        self._before_posting()

    def _post_prepared(self, lines=None, reason=None):
        """Post lines of prepared orders; as `_post_lines`."""
        self._get_open_lines(lines)._post()
        done = self._filter_fully_posted()
        for stage, orders in done._get_target_stages('posted').items():
            if not reason and orders._needs_stage_dialog(stage):
                done -= orders
        return done._move_to('posted', reason)

    def _get_open_lines(self, lines=None):
        """Return those of some lines that can be posted.

        :param lines: as for `_post_lines`; rules may have taken some of them away
        """
        lines = self.line_ids if lines is None else lines.exists()
        return lines.filtered(lambda line: line.state == 'open')

    def _ensure_postable(self):
        """Extend to ask for more before anything is booked.

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

    def _before_posting(self):
        """Extend for what lines have to be brought up to date with before they are posted."""

    def _filter_fully_posted(self):
        """Return those of these signed-off orders that have nothing left to post."""
        return self.filtered(lambda order: (
            order.state == 'signed_off' and 'open' not in order.line_ids.mapped('state')))

from contextlib import contextmanager

from odoo import api, fields, models
from odoo.exceptions import UserError

from ...tools.pricing import spread
from ..common.records import compute_anew


class AccountMove(models.Model):
    _inherit = 'account.move'

    service_subscription_count = fields.Integer(compute='_compute_service_subscription_count')
    service_invoicing = fields.Selection(
        selection=[('draft', "Draft"), ('post', "Posted"), ('send', "Posted and Sent")],
        string="Subscription Invoicing", copy=False, readonly=True)

    def _compute_service_subscription_count(self):
        for move in self:
            # That an invoice bills service is no secret to whom may see the invoice.
            move.service_subscription_count = len(
                move.sudo().line_ids.service_fee_id.subscription_id)

    def _bills_service(self):
        return super()._bills_service() or bool(self.service_subscription_count)

    def action_view_service_subscriptions(self):
        """Show the subscriptions that the invoice bills."""
        self.ensure_one()
        return self.line_ids.service_fee_id.subscription_id._show()

    def _get_reversed(self):
        """Return the invoices that these moves credit, also where a credit note was reversed."""
        moves = self.reversed_entry_id
        while again := moves.reversed_entry_id - moves:
            moves |= again
        return moves.filtered(lambda move: not move.reversed_entry_id)

    def _get_reversals(self):
        """Return the posted moves that reverse these, and those that reverse them in turn."""
        moves = self.reversal_move_ids
        while again := moves.reversal_move_ids - moves:
            moves |= again
        return moves.filtered(lambda move: move.state == 'posted')

    def _get_unnamed_credits(self, without=()):
        """Return the posted lines of credit notes of these invoices that name no fee.

        :param without: credit notes that do not count
        """
        return self._get_unnamed_lines(self._get_reversals().filtered(
            lambda move: move not in without))

    @api.model
    def _get_unnamed_lines(self, moves):
        return moves.invoice_line_ids.filtered(
            lambda line: line.display_type == 'product' and not line.service_fee_id)

    def _spread_unnamed_credits(self, without=()):
        """Return {fee: what is taken from it by credit notes of one invoice that name no fee}.

        They credit what the invoice bills besides the fees first, and then each fee by what is left
        of it.

        :param without: credit notes that do not count
        """
        self.ensure_one()
        fees = self.line_ids.service_fee_id.filtered(
            lambda fee: fee.move_id == self)
        credits = self._get_unnamed_credits(without)
        if not fees or not credits:
            return {}
        like = fees[0].invoice_line_id
        unnamed = credits | self._get_unnamed_lines(self)
        taken = sum(line._get_fee_amount(like) for line in unnamed)
        rests = {fee: fee._get_named() for fee in fees}
        sign = 1 if sum(rests.values()) > 0 else -1
        rests = {fee: max(sign * rest, 0.0) for fee, rest in rests.items()}
        steps = round(min(-sign * taken, sum(rests.values())) / self.currency_id.rounding)
        if steps <= 0:
            return {}
        parts = spread(list(rests.values()), steps)
        return {fee: sign * part * self.currency_id.rounding
                for fee, part in zip(rests, parts, strict=True)}

    def _trigger_autopost(self):
        """Wake Odoo's own scheduled action that posts drafts which are due."""
        if any(move.auto_post == 'at_date' for move in self):
            self.env.ref('account.ir_cron_auto_post_draft_entry')._trigger()

    def _wake_comparison(self):
        """Wake the job that compares accounts of deferred revenue with the schedule, if these are on any."""
        # What accounts the schedule has used is no secret to it, whoever posts.
        accounts = self.sudo().line_ids.account_id
        if accounts and self.env['service.subscription.accrual'].sudo().search_count(
                [('deferred_account_id', 'in', accounts.ids)], limit=1):
            self.env.ref('service_management.ir_cron_compare_ledger')._trigger()

    def _post(self, soft=True):
        with self._ensure_leaves_nothing():
            posted = super()._post(soft=soft)
            # Accounting posts; the ledger of fees follows.
            posted.sudo()._renew_reversed_fees()
        posted._wake_comparison()
        moves = posted.sudo().filtered(lambda move: move._concerns_service_fees())
        if moves:
            moves._ensure_credited_once()
            self.env['service.subscription.accrual'].sudo()._on_post(moves)
            moves._send_service_invoices()
        return posted

    def _renew_reversed_fees(self):
        """Let fees follow credit notes of their invoices, also those that name no fee."""
        fees = self._get_reversed().line_ids.service_fee_id
        fees |= fees.reduced_fee_id
        compute_anew(fees, ['state'])

    def _concerns_service_fees(self):
        """Tell whether one move bills fees, or credits an invoice that does."""
        return bool((self | self._get_reversed()).line_ids.service_fee_id)

    def _ensure_credited_once(self):
        """:raise UserError: if these moves credit days of fees that were credited already"""
        for fee, left in self._find_credited_twice():
            raise UserError(self.env._(
                "Days of “%(fee)s” were credited already: %(amount)s of it is left to credit."
                " Lower its line, or delete it.",
                fee=fee.display_name, amount=fee.currency_id.format(left)))

    def _ensure_stays_undone(self):
        """:raise UserError: if days were credited again since these moves undid their credit"""
        for fee, _left in self._find_credited_twice():
            raise UserError(self.env._(
                "Days of “%s” were credited again since: they would be credited twice. Reset or"
                " reverse that credit note first.", fee.display_name))

    @contextmanager
    def _ensure_leaves_nothing(self):
        """Let nobody undo a credit of days that were all credited since: who would pay for what?

        :raise UserError: if so
        """
        # The ledger counts, whoever posts or resets.
        fees = self.sudo()._get_reversed().line_ids.service_fee_id
        before = fees._get_left_over()
        yield
        for fee, left in fees._get_left_over().items():
            if fee.currency_id.compare_amounts(left, before.get(fee, 0.0)) > 0:
                raise UserError(self.env._(
                    "All days of “%(fee)s” were credited since: %(amount)s would be paid for none"
                    " of them. Take that credit note back first: reverse it, or reset and delete it.",
                    fee=fee.display_name, amount=fee.currency_id.format(left)))

    def _find_credited_twice(self):
        """Yield (fee, what these moves leave of it to credit) where more is credited than billed."""
        lines = self.line_ids.filtered(
            lambda line: line.is_service_credit or line.service_fee_id.reduced_fee_id)
        for fee, of_fee in lines.grouped(
                lambda line: line.service_fee_id.reduced_fee_id or line.service_fee_id).items():
            live = fee.invoice_line_id
            reductions = fee.reduction_ids.filtered(
                lambda reduction: reduction.invoice_line_id.parent_state == 'posted')
            rest = sum((fee | reductions)._get_billed().values())
            billed = (live and live._get_fee_amount(live)) or fee.amount
            if reductions and rest * billed < 0 and abs(rest) > fee.currency_id.rounding:
                yield fee, rest - sum(line._get_fee_amount(live) for line in of_fee)

    def _send_service_invoices(self):
        """Let Odoo's own scheduled action send the invoices whose plan says so."""
        to_send = self.filtered(lambda move: move.service_invoicing == 'send' and (
            move.state == 'posted' and not move.is_move_sent))
        if to_send:
            to_send.sending_data = {
                'author_user_id': self.env.user.id,
                'author_partner_id': self.env.user.partner_id.id,
            }
            self.env.ref('account.ir_cron_account_move_send')._trigger()

    def button_draft(self):
        """Let accruals and fees follow invoices that become drafts.

        :raise UserError: if an entry recognises revenue: it is reversed from its schedule; if days
            that were credited twice by that would stay so, or something would be paid for no days
        """
        # As in _post: the ledgers follow what accounting does, whoever does it.
        accruals = self.env['service.subscription.accrual'].sudo()
        if entry := accruals.search([('move_id', 'in', self.ids)], limit=1).move_id:
            raise UserError(self.env._(
                "%s recognises revenue of subscriptions and stays as it is. Reverse it from the"
                " accrual schedule.", entry.name))
        posted = self.filtered(lambda move: move.state == 'posted').sudo()  # as above
        with self._ensure_leaves_nothing():
            result = super().button_draft()
            posted._renew_reversed_fees()
        posted._wake_comparison()
        posted = posted.filtered(lambda move: move._concerns_service_fees())
        posted.filtered(lambda move: (
            move.move_type == 'out_invoice' and move.reversed_entry_id))._ensure_stays_undone()
        if posted:
            accruals._on_reset(posted)
        # What was cancelled and is a draft again bills what it billed before.
        self.line_ids._link_service_fees()
        return result

    def button_cancel(self):
        """Free the fees that cancelled invoices billed."""
        result = super().button_cancel()
        self.line_ids.sudo()._unlink_service_fees()  # the ledger follows, whoever cancels
        return result

from odoo import api, models
from odoo.exceptions import UserError


class ServiceOrder(models.Model):
    """An order as a quote: what is sent, and what the customer's answer does."""
    _inherit = 'service.order'

    @api.depends('line_ids.state', 'line_ids.quantity', 'line_ids.quantity_planned')
    def _compute_quote(self):
        """Let nobody accept an order that offers nothing."""
        super()._compute_quote()
        for order in self.filtered('can_accept'):
            order.can_accept = bool(order._get_document_lines())

    def _get_quote_template(self):
        return self.env.ref('service_management.mail_template_quote', raise_if_not_found=False)

    def _ensure_quotable(self):
        super()._ensure_quotable()
        for order in self:
            if not order._get_document_lines():
                raise UserError(self.env._(
                    "%s has no lines yet. Add what you offer, then send the quote.", order.name))

    def _mark_quote_sent(self):
        super()._mark_quote_sent()
        self._move_on_event('quoted')

    def _on_quote_accepted(self):
        """Open the order, at the prices of the quote."""
        super()._on_quote_accepted()
        stage = self.env['service.stage']._get_for('open', self.company_id, self.team_id)
        self._move_for_customer(stage, self.env._("Accepted by %s.", self.accepted_by))

    def _on_quote_declined(self, text, reason, note):
        super()._on_quote_declined(text, reason, note)
        stage = self.env['service.stage']._get_for('cancelled', self.company_id, self.team_id)
        self._move_for_customer(stage, text, reason, note)

    def _move_for_customer(self, stage, text, reason=None, note=False):
        """Move one order as its customer decided, and tell the responsible."""
        if stage.needs_reason and not reason:
            reason = self.env['service.reason']._get_default('stage')
        self.write({
            'stage_id': stage.id, 'stage_note': note, 'stage_reason_id': reason and reason.id})
        self._tell_responsible(text, self.user_id or self.team_id.user_id)

    def _on_opened(self):
        """Hold the quoted prices, however the customer's yes arrived.

        Only the first opening is the answer to the quote: lines that are added later were never in
        it, however often the order is opened again.
        """
        answered = self.filtered(lambda order: order.quote_sent_on and order._is_first_opening())
        # A quote that was cancelled, and is revoked, gets its lines back after this.
        quoted = answered.line_ids.filtered(
            lambda line: line.state == 'open' or line.is_cancelled_with_order)
        quoted.sudo().is_price_agreed = True  # nobody enters by hand what was agreed
        return super()._on_opened()

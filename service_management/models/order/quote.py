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

    def _get_quote_content(self):
        currency = self.currency_id or self.company_id.currency_id
        return {
            **super()._get_quote_content(),
            'title': self.title,
            'note': self.note_external,
            'tasks': [(task.task_id.id, task.note_external) for task in self.task_ids],
            'currency': currency.name,
            'payment_term': self.payment_term_id.id,
            'lines': [line._get_quote_content() for line in self._get_document_lines()],
            'untaxed': currency.format(self.amount_untaxed),
            'tax': currency.format(self.amount_tax),
            'total': currency.format(self.amount_total),
        }

    def _is_agreed(self):
        """Tell whether one order is what the customer was quoted and has said yes to."""
        self.ensure_one()
        return bool(self.quote_sent_on and self.state != 'draft')

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
        shown = self.amount_total
        self.line_ids._agree()
        stage = self._get_stage_of('open')
        self._move_for_customer(stage, self.env._("Accepted by %s.", self.accepted_by))
        if self.currency_id.compare_amounts(self.amount_total, shown):
            raise UserError(self.env._(
                "The prices of this quote are being changed. Ask us to send it to you again."))

    def _on_quote_declined(self, text, reason, note):
        super()._on_quote_declined(text, reason, note)
        stage = self._get_stage_of('cancelled')
        self._move_for_customer(stage, text, reason, note)

    def _move_for_customer(self, stage, text, reason=None, note=False):
        """Move one order as its customer decided, and tell the responsible."""
        if stage.needs_reason and not reason:
            reason = self.env['service.reason']._get_default('stage')
        self.write({
            'stage_id': stage.id, 'stage_note': note, 'stage_reason_id': reason and reason.id})
        self._tell_responsible(text)

    def _on_opened(self):
        """Hold the quoted prices, however the customer's yes arrived.

        Only the first opening is the answer to the quote: lines that are added later were never in
        it, however often the order is opened again.
        """
        answered = self.filtered(lambda order: order.quote_sent_on and order._is_first_opening())
        # A quote that was cancelled, and is revoked, gets its lines back after this.
        answered.line_ids._agree()
        return super()._on_opened()

    #=== WHAT WAS AGREED STAYS ===#

    def _keep_agreed(self, name):
        """Leave a term of agreed orders as it was agreed, and return the other orders."""
        agreed = self.filtered(lambda order: order._is_agreed())
        for order in agreed:
            order[name] = order[name]
        return self - agreed

    def _compute_pricelist_id(self):
        super(ServiceOrder, self._keep_agreed('pricelist_id'))._compute_pricelist_id()

    def _compute_currency_id(self):
        super(ServiceOrder, self._keep_agreed('currency_id'))._compute_currency_id()

    def _compute_fiscal_position_id(self):
        super(ServiceOrder, self._keep_agreed('fiscal_position_id'))._compute_fiscal_position_id()

    def _compute_payment_term_id(self):
        super(ServiceOrder, self._keep_agreed('payment_term_id'))._compute_payment_term_id()

    def _ensure_may_change_customer(self, vals):
        """Keep what a customer has accepted his."""
        super()._ensure_may_change_customer(vals)
        if self._is_agreed():
            raise UserError(self.env._(
                "%(order)s was quoted to %(customer)s and accepted. Cancel it, and make an order for"
                " the other customer.", order=self.name,
                customer=self.commercial_partner_id.display_name))

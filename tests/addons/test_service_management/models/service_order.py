from odoo import fields, models
from odoo.exceptions import UserError


class ServiceOrder(models.Model):
    """What the additions mean for orders.

    A stage guards planning (`_ensure_plannable`), what is late is not signed off (`_check_becomes`),
    what is cancelled is late no more (`_on_cancelled`), sending a quote keeps a promise
    (`_mark_quote_sent`), quotes by mail are valid for a week (`_get_validity_days`), the portal
    offers a label (`_get_portal_documents`), customers are told of a delay (`_send_team_mail`), and
    the job of receipts counts them (`_send_receipt_batch`).
    """
    _inherit = 'service.order'

    is_delayed = fields.Boolean(copy=False)
    is_goodwill = fields.Boolean()
    receipt_count = fields.Integer(copy=False)

    def _ensure_plannable(self):
        super()._ensure_plannable()
        self._ensure_allowed('plan')

    def _check_becomes(self, state, vals):
        super()._check_becomes(state, vals)
        if state == 'signed_off' and self.is_delayed:
            raise UserError(self.env._("Say sorry for %s first.", self.name))

    def _on_cancelled(self):
        super()._on_cancelled()
        self.is_delayed = False

    def _mark_quote_sent(self):
        super()._mark_quote_sent()
        self._reach_sla({'quote'})

    def _get_validity_days(self):
        return 7 if self.channel == 'email' else super()._get_validity_days()

    def _get_portal_documents(self):
        return {
            **super()._get_portal_documents(),
            'label': 'test_service_management.action_report_service_label'}

    def _tell_of_delay(self):
        """Tell customers that somebody comes later."""
        self.is_delayed = True
        self._send_team_mail('delayed')

    def _send_receipt_batch(self, order_ids):
        super()._send_receipt_batch(order_ids)
        for order in self.browse(order_ids):
            order.receipt_count += 1

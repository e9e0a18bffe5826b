from odoo import api, fields, models
from odoo.exceptions import UserError

from ...tools.pricing import net_amount


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

    def action_view_service_subscriptions(self):
        """Show the subscriptions that the invoice bills."""
        self.ensure_one()
        return self.line_ids.service_fee_id.subscription_id._show()

    @api.model
    def _complete_service_invoices(self, company, vals_list):
        """Return the values of invoices of subscriptions with what Odoo would look up one by one.

        Extend to give more, or to take a value away that is looked up otherwise elsewhere.
        """
        journals = {}
        for vals in vals_list:
            key = (vals['move_type'], vals['currency_id'])
            if key not in journals:
                journals[key] = self.with_company(company).new(
                    {'move_type': key[0], 'currency_id': key[1], 'company_id': company.id}
                ).journal_id.id
            vals['journal_id'] = journals[key]
            if vals['currency_id'] == company.currency_id.id:
                self._propose_service_balances(vals)
        return vals_list

    @api.model
    def _propose_service_balances(self, vals):
        """Give the lines of an invoice the balances that they have when prices include no taxes.

        Odoo computes them in any case and keeps what is right, which saves two writes a line.
        """
        sign = -1 if vals['move_type'] == 'out_invoice' else 1
        currency = self.env['res.currency'].browse(vals['currency_id'])
        for command in vals['invoice_line_ids']:
            line = command[2]
            amount = net_amount(line['price_unit'], line['discount'], line['quantity'])
            line['amount_currency'] = line['balance'] = sign * currency.round(amount)

    def _trigger_autopost(self):
        """Wake Odoo's own scheduled action that posts drafts which are due."""
        if any(move.auto_post == 'at_date' for move in self):
            self.env.ref('account.ir_cron_auto_post_draft_entry')._trigger()

    def _post(self, soft=True):
        posted = super()._post(soft=soft)
        # Accounting posts; the ledger of fees follows.
        moves = posted.sudo().filtered(lambda move: move.line_ids.service_fee_id)
        if moves:
            self.env['service.subscription.accrual'].sudo()._on_post(moves)
            moves._send_service_invoices()
        return posted

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

        :raise UserError: if an entry recognises revenue: it is reversed from its schedule
        """
        # As in _post: the ledgers follow what accounting does, whoever does it.
        accruals = self.env['service.subscription.accrual'].sudo()
        if entry := accruals.search([('move_id', 'in', self.ids)], limit=1).move_id:
            raise UserError(self.env._(
                "%s recognises revenue of subscriptions and stays as it is. Reverse it from the"
                " accrual schedule.", entry.name))
        posted = self.filtered(lambda move: move.state == 'posted').sudo()  # as above
        result = super().button_draft()
        posted = posted.filtered(lambda move: move.line_ids.service_fee_id)
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

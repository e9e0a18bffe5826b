from odoo import api, fields, models
from odoo.tools import groupby

from ...tools.pricing import net_amount


class AccountMove(models.Model):
    _inherit = 'account.move'

    service_order_count = fields.Integer(compute='_compute_service_order_count')

    def _compute_service_order_count(self):
        for move in self:
            # That an invoice bills service is no secret to whom may see the invoice.
            move.service_order_count = len(move.sudo().line_ids.service_order_line_id.order_id)

    def action_view_service_orders(self):
        """Show the orders that the invoice bills."""
        self.ensure_one()
        return self.line_ids.service_order_line_id.order_id._show()

    def _show_service_invoices(self):
        """Return the action that shows these invoices: the form of one, else the list."""
        action = self.env['ir.actions.act_window']._for_xml_id(
            'account.action_move_out_invoice_type')
        action['context'] = {'default_move_type': 'out_invoice'}
        if len(self) == 1:
            return {**action, 'res_id': self.id, 'views': [(False, 'form')]}
        return {**action, 'domain': [('id', 'in', self.ids)]}

    #=== BILLING IN BULK ===#

    @api.model
    def _create_service_invoices(self, vals_list):
        """Create the drafts of whatever bills service: the ledger of Odoo's own way, in fewer steps.

        :param vals_list: values of invoices, with company, currency, and lines as `Command.create`
        :return: account.move recordset, company by company, in the order of the values
        """
        # Billing makes drafts without accounting rights; posting them stays with accounting.
        moves = Move = self.sudo()
        for company_id, group in groupby(vals_list, lambda vals: vals['company_id']):
            company = self.env['res.company'].browse(company_id)
            moves |= Move.with_company(company).with_context(tracking_disable=True).create(
                Move._complete_service_invoices(company, group))
        return moves.with_env(self.env)

    @api.model
    def _complete_service_invoices(self, company, vals_list):
        """Return the values of invoices of a company with what Odoo would look up one by one.

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
            if line['display_type'] == 'product':
                amount = net_amount(line['price_unit'], line['discount'], line['quantity'])
                line['amount_currency'] = line['balance'] = sign * currency.round(amount)

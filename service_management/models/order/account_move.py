from collections import defaultdict

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

    def _bills_service(self):
        """Tell whether one move bills service: its paper is laid out for it."""
        self.ensure_one()
        return bool(self.service_order_count)

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
    def _preview_service_invoices(self, vals_list):
        """Return what drafts of such values come to, to the cent; credit notes count negative.

        :param vals_list: as for `_create_service_invoices`
        :return: {code: number, or {currency: amount}}
        """
        figures = {name: defaultdict(float) for name in ('untaxed', 'tax', 'total')}
        for vals in vals_list:
            currency = self.env['res.currency'].browse(vals['currency_id'])
            sign = -1 if vals['move_type'] == 'out_refund' else 1
            totals = self._get_service_tax_totals(vals)
            for name, key in (
                    ('untaxed', 'base_amount_currency'), ('tax', 'tax_amount_currency'),
                    ('total', 'total_amount_currency')):
                figures[name][currency] += sign * totals[key]
        credits = sum(vals['move_type'] == 'out_refund' for vals in vals_list)
        return {'invoices': len(vals_list) - credits, 'credits': credits, **figures}

    @api.model
    def _get_service_tax_totals(self, vals):
        """Return the tax engine's summary of a draft of such values."""
        AccountTax = self.env['account.tax']
        company = self.env['res.company'].browse(vals['company_id'])
        term = self.env['account.payment.term'].browse(vals['invoice_payment_term_id'])
        if term.early_pay_discount_computation == 'mixed':
            # What early payment would save reduces the tax: rare, and Odoo's own slow way knows it.
            return self.sudo().with_company(company).new(vals).tax_totals
        currency = self.env['res.currency'].browse(vals['currency_id'])
        shared = {
            'currency_id': currency,
            'partner_id': self.env['res.partner'].browse(vals['partner_id']),
            'is_refund': vals['move_type'] == 'out_refund',
        }
        base_lines = [AccountTax._prepare_base_line_for_taxes_computation(
            {}, product_id=self.env['product.product'].browse(line['product_id']),
            product_uom_id=self.env['uom.uom'].browse(line['product_uom_id']),
            tax_ids=AccountTax.browse(line['tax_ids'][0][2]),
            **{name: line[name] for name in ('price_unit', 'quantity', 'discount')}, **shared)
            for _code, _id, line in vals['invoice_line_ids'] if line['display_type'] == 'product']
        AccountTax._add_tax_details_in_base_lines(base_lines, company)
        AccountTax._round_base_lines_tax_details(base_lines, company)
        return AccountTax._get_tax_totals_summary(
            base_lines=base_lines, currency=currency, company=company)

    @api.model
    def _get_service_warnings(self, vals_list):
        """Return what a person looks at before drafts of such values are made; extend for more.

        :param vals_list: as for `_create_service_invoices`
        :return: {code: customers}
        """
        def partners_of(fits):
            return Partner.browse(dict.fromkeys(
                vals['partner_id'] for vals in vals_list if fits(vals)))

        Partner = self.env['res.partner']
        partners = partners_of(lambda vals: True)
        warnings = {
            'credit': partners_of(lambda vals: vals['move_type'] == 'out_refund'),
            'no_tax': partners_of(self._lacks_taxes),
            'archived': partners.filtered(lambda partner: not partner.active),
            'no_address': partners.filtered(lambda partner: not (partner.street or partner.city)),
            'no_email': partners.filtered(lambda partner: not partner.email),
        }
        return {code: found for code, found in warnings.items() if found}

    @api.model
    def _lacks_taxes(self, vals):
        """Tell whether a draft of such values charges without a tax where there usually is one."""
        company = self.env['res.company'].browse(vals['company_id'])
        position = self.env['account.fiscal.position'].browse(vals['fiscal_position_id'])
        return any(
            line['display_type'] == 'product' and line['price_unit'] and not line['tax_ids'][0][2]
            for _code, _id, line in vals['invoice_line_ids']
        ) and bool(company._get_usual_taxes(position))

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

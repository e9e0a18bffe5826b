from odoo import api, fields, models


class ServiceSubscriptionFee(models.Model):
    """What fees come to in reports: before all taxes, as the ledger says."""
    _inherit = 'service.subscription.fee'

    amount = fields.Monetary(aggregator=None)
    amount_billed = fields.Monetary(aggregator=None)
    amount_untaxed = fields.Monetary(
        string="Before Taxes", compute='_compute_amount_untaxed', store=True, aggregator=None,
        help="What invoices and credit notes come to, without taxes, even those that the price"
             " includes; as long as there are none, what they will come to.")
    amount_company = fields.Monetary(
        string="Before Taxes (Company Currency)", currency_field='company_currency_id',
        compute='_compute_amount_untaxed', store=True,
        help="The same in the currency of the company, as booked.")

    @api.depends('amount', 'is_settled', 'line_id.tax_ids', 'currency_id', 'date_due',
                 'invoice_line_id', 'invoice_line_ids.parent_state',
                 'invoice_line_ids.amount_currency', 'invoice_line_ids.balance')
    def _compute_amount_untaxed(self):
        for fee in self:
            # The ledger knows invoices that its reader may not open.
            ledger = fee.sudo()
            lines = ledger.invoice_line_ids.filtered(lambda line: line.parent_state == 'posted')
            lines = lines or ledger.invoice_line_id
            if lines:
                fee.amount_untaxed = -sum(lines.mapped('amount_currency'))
                fee.amount_company = -sum(lines.mapped('balance'))
            elif not ledger.line_id:
                fee.amount_untaxed = fee.amount_company = fee.amount
            else:
                fee.amount_untaxed = ledger.line_id._get_untaxed(fee.amount)
                fee.amount_company = fee.currency_id._convert(
                    fee.amount_untaxed, fee.company_currency_id, fee.company_id, fee.date_due)

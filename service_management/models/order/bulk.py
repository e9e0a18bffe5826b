from odoo import api, models


class ServiceOrder(models.Model):
    """Posting and billing of many orders, step by step."""
    _inherit = 'service.order'

    @api.model
    def _get_bulk_verbs(self):
        return {
            **super()._get_bulk_verbs(),
            'post': '_bulk_post',
            'bill': '_create_invoices',
            'bill_each': '_bulk_bill_each',
        }

    def _get_bulk_units(self, verb):
        """Keep together what goes on one invoice."""
        if verb != 'bill':
            return super()._get_bulk_units(verb)
        return list(self.grouped(lambda order: order._get_invoice_grouping_key()).values())

    def _bulk_post(self):
        """Post orders; one whose stage asks why stays signed off until somebody answers."""
        self._post_lines()

    def _bulk_bill_each(self):
        return self._create_invoices(grouped=False)

    @api.readonly
    def action_bulk_show(self, verb, made):
        """Show the invoices that were made."""
        shown = super().action_bulk_show(verb, made)
        if verb in ('bill', 'bill_each'):
            return self.env['account.move'].browse(made)._show_service_invoices()
        return shown

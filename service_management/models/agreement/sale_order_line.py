from odoo import fields, models


class SaleOrderLine(models.Model):
    _inherit = 'sale.order.line'

    service_agreement_ids = fields.One2many(
        comodel_name='service.agreement', inverse_name='sale_line_id',
        string="Agreements", copy=False, readonly=True,
        groups='service_management.service_management_group_technician,account.group_account_invoice')

    def _create_service(self):
        super()._create_service()
        self._create_service_agreements()

    def _create_service_agreements(self):
        """Prepare a draft agreement for each line that sells one; again makes nothing twice."""
        for line in self._get_newly_sold('service_agreement', 'service_agreement_ids'):
            order = line.order_id
            # Salespeople agree on no service.
            Agreement = self.env['service.agreement'].sudo().with_company(order.company_id)
            order._ask_to_activate(Agreement.create(order._prepare_service_agreement(line)))

from odoo import api, fields, models


class SaleOrder(models.Model):
    _inherit = 'sale.order'

    service_agreement_ids = fields.One2many(
        comodel_name='service.agreement', inverse_name='sale_order_id', string="Agreements",
        copy=False, readonly=True,
        groups='service_management.service_management_group_technician,account.group_account_invoice,'
               'sales_team.group_sale_salesman')
    service_agreement_count = fields.Integer(
        compute='_compute_service_agreement_count', compute_sudo=True)

    @api.depends('service_agreement_ids')
    def _compute_service_agreement_count(self):
        for order in self:
            order.service_agreement_count = len(order.service_agreement_ids)

    def action_view_service_agreements(self):
        """Show the agreements that the order has sold."""
        self.ensure_one()
        return self.service_agreement_ids._show()

    @api.model
    def _get_prepared_fields(self):
        return [*super()._get_prepared_fields(), 'service_agreement_ids']

    def _tell_of_cancelled_sale(self):
        super()._tell_of_cancelled_sale()
        self._ask_to_end(self.service_agreement_ids)

    def _prepare_service_agreement(self, line):
        """Return the values of the agreement that one sold line creates."""
        self.ensure_one()
        product = line.product_id.with_company(self.company_id)
        template = product.service_agreement_template_id
        return {
            'title': template.title or product.name,
            'company_id': self.company_id.id,
            'partner_id': self.partner_id.commercial_partner_id.id,
            'template_id': template.id,
            'client_order_ref': self.client_order_ref,
            'date_start': self._get_service_start(),
            'user_id': self.user_id._filter_there(self.company_id).id,
            'sale_order_id': self.id,
            'sale_line_id': line.id,
        }

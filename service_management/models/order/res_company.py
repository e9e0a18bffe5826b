from odoo import api, fields, models


class ResCompany(models.Model):
    _inherit = 'res.company'

    def _default_service_hour_product_id(self):
        return self.env.ref('service_management.product_service_hour', raise_if_not_found=False)

    def _default_service_travel_product_id(self):
        return self.env.ref('service_management.product_service_travel', raise_if_not_found=False)

    service_hour_product_id = fields.Many2one(
        comodel_name='product.product', string="Product for Hours",
        default=lambda self: self._default_service_hour_product_id(), ondelete='restrict',
        domain="[('type', '=', 'service')]",
        help="Sells the working time that technicians book.")
    service_travel_product_id = fields.Many2one(
        comodel_name='product.product', string="Product for Travel",
        default=lambda self: self._default_service_travel_product_id(), ondelete='restrict',
        domain="[('type', '=', 'service')]",
        help="Sells the travel time that technicians book.")
    service_require_signature = fields.Boolean(
        string="Signature Required", default=True,
        help="Orders are signed off with the customer's signature only.")

    @api.model
    def _get_service_sequences(self):
        return {**super()._get_service_sequences(), 'service.order': ("Service Order", 'SRV/')}

    @api.model
    def _complete_for_service(self):
        """Give companies the products that sell hours and travel, too."""
        companies = super()._complete_for_service()
        for company in companies:
            company.service_hour_product_id = (
                company.service_hour_product_id or self._default_service_hour_product_id())
            company.service_travel_product_id = (
                company.service_travel_product_id or self._default_service_travel_product_id())
        return companies

    def _tax_service_products(self):
        """Give the products that we ship a company's default tax where they have none of its."""
        self.ensure_one()
        shipped = filter(None, (
            self.env.ref(f'service_management.product_service_{name}', raise_if_not_found=False)
            for name in ('hour', 'travel', 'fee')))
        products = self.env['product.product'].union(*shipped).product_tmpl_id
        # A company's taxes are not seen from another one.
        products.sudo().filtered(lambda product: (
            product.company_id in (self.browse(), self)
            and not product.taxes_id._filter_taxes_by_company(self)
        ))._force_default_sale_tax(self)

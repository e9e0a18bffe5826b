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

    service_payment_term_id = fields.Many2one(
        comodel_name='account.payment.term', string="Usual Payment Terms", check_company=True,
        help="Of orders and subscriptions whose customers have no payment terms of their own. Empty:"
             " they pay at once.")
    service_sign_prices = fields.Boolean(
        string="Prices at the Sign-Off", default=True,
        help="Customers see prices and the total of what they sign, as the work receipt has them.")
    service_typed_signature = fields.Boolean(
        string="Typed Signatures",
        help="A typed name or a picture may stand for a signature. Otherwise it is drawn by hand.")
    service_mail_delay_minutes = fields.Integer(
        string="Mails Wait", default=2,
        help="Minutes that “on the way” and the work receipt wait before they leave, so that a wrong"
             " tap that is taken back tells nobody.")

    _service_mail_delay_minutes = models.Constraint(
        'CHECK (service_mail_delay_minutes BETWEEN 0 AND 1440)',
        "Mails wait for 0 to 1440 minutes.")

    def _get_mail_moment(self):
        """Return when a mail leaves that one company lets wait, from now on (naive UTC)."""
        self.ensure_one()
        return fields.Datetime.add(
            fields.Datetime.now(), minutes=self.service_mail_delay_minutes)

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

    #=== TAXES OF PRODUCTS ===#

    def write(self, vals):
        """Tax the products that we ship when companies get their first default tax.

        A chart of accounts brings it, which comes after the products where both are installed at
        once, or somebody enters it. From then on the products are as somebody wants them.
        """
        first = self.filtered(
            lambda company: vals.get('account_sale_tax_id') and not company.account_sale_tax_id)
        result = super().write(vals)
        for company in first:
            company._filter_untaxed(company._get_shipped_products())._force_default_sale_tax(company)
        return result

    @api.model
    def _get_shipped_products(self):
        """Return the products that the addon brings, but for those deleted."""
        shipped = (
            self.env.ref(xml_id, raise_if_not_found=False) for xml_id in (
                'service_management.product_service_hour',
                'service_management.product_service_travel',
                'service_management.product_service_fee'))
        return self.env['product.product'].union(*filter(None, shipped)).product_tmpl_id

    def _get_service_products(self):
        """Return the products that service of one company is billed with; extend for more."""
        self.ensure_one()
        return self.service_hour_product_id | self.service_travel_product_id

    def _filter_untaxed(self, products):
        """Return those products, in sudo, that have no tax of one company though it has a default."""
        self.ensure_one()
        # A company's taxes are not seen from another one.
        return products.sudo().filtered(lambda product: (
            self.account_sale_tax_id and product.company_id in (self.browse(), self)
            and not product.taxes_id._filter_taxes_by_company(self)))

    def _get_usual_taxes(self, position):
        """Return the taxes of what one company sells by default, as a fiscal position maps them."""
        self.ensure_one()
        return position.map_tax(self.account_sale_tax_id)

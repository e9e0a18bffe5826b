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
    service_visit_hours = fields.Float(
        string="Usual Visit", default=1.0,
        help="Hours that a visit is planned with when the order's tasks do not say.")
    service_require_signature = fields.Boolean(
        string="Signature Required", default=True,
        help="Orders are signed off with the customer's signature only.")

    service_quote_days = fields.Integer(
        string="Quotes Are Valid", default=30,
        help="Days from sending a quote in which the customer can accept it.")

    service_sla_reason_exceeded = fields.Boolean(
        string="Reason for Missed Service Levels",
        help="Who stops the clock or signs off after the limit has to say why it was exceeded.")
    service_sla_reason_cancel = fields.Boolean(
        string="Reason for Cancelled Service Levels", default=True,
        help="Who cancels a service level has to say why.")

    _service_quote_days = models.Constraint(
        'CHECK (service_quote_days > 0)', "A quote has to be valid for a day at least.")
    _service_visit_hours = models.Constraint(
        'CHECK (service_visit_hours > 0)', "A usual visit has to take some time.")

    #: What is numbered by company: {sequence code: (name, prefix)}
    _service_sequences = {
        'service.order': ("Service Order", 'SRV/'),
        'service.agreement': ("Service Agreement", 'AGR/'),
        'service.subscription': ("Service Subscription", 'SUB/'),
    }

    @api.model_create_multi
    def create(self, vals_list):
        companies = super().create(vals_list)
        for code in self._service_sequences:
            companies.sudo()._create_service_sequence(code)
        return companies

    @api.model
    def _complete_for_service(self):
        """Give the companies that existed before the addon what new ones get by default."""
        for company in self.search([]):  # pylint: disable=no-search-all
            for code in self._service_sequences:
                company._create_service_sequence(code)
            for field in ('service_hour_product_id', 'service_travel_product_id'):
                if not company[field]:
                    company[field] = getattr(self, f'_default_{field}')()

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

    def _create_service_sequence(self, code):
        """Give companies a numbering of a document of their own."""
        numbered = self.env['ir.sequence'].search([
            ('code', '=', code), ('company_id', 'in', self.ids)]).company_id
        name, prefix = self._service_sequences[code]
        self.env['ir.sequence'].create([{
            'name': name,
            'code': code,
            'prefix': prefix,
            'padding': 5,
            'company_id': company.id,
        } for company in self - numbered])

    @api.model
    def _number_documents(self, code, vals_list):
        """Return the values of new documents with the next numbers of their companies.

        :param str code: as in `_service_sequences`
        """
        sequences, numbered = {}, []
        for vals in vals_list:
            if vals.get('name', "New") == "New":
                company_id = vals.get('company_id') or self.env.company.id
                if company_id not in sequences:
                    sequences[company_id] = self.browse(company_id)._get_service_sequence(code)
                vals = {**vals, 'name': sequences[company_id].next_by_id()}
            numbered.append(vals)
        return numbered

    def _get_service_sequence(self, code):
        """Return the sequence that numbers the company's documents; it is made when missing."""
        self.ensure_one()
        # Whoever may create a document draws a number.
        company = self.sudo()
        domain = [('code', '=', code), ('company_id', '=', self.id)]
        sequence = company.env['ir.sequence'].search(domain, limit=1)
        if not sequence:
            company._create_service_sequence(code)
            sequence = company.env['ir.sequence'].search(domain, limit=1)
        return sequence

from odoo import api, models


class ResCompany(models.Model):
    _inherit = 'res.company'

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

from odoo import api, models


class ResCompany(models.Model):
    _inherit = 'res.company'

    @api.model
    def _get_service_sequences(self):
        """Return what is numbered by company: {sequence code: (name, prefix)}; extend for more."""
        return {}

    @api.model_create_multi
    def create(self, vals_list):
        """Give new companies a numbering of their documents."""
        companies = super().create(vals_list)
        for code in self._get_service_sequences():
            # Whoever makes a company does not make its numbering.
            companies.sudo()._create_service_sequence(code)
        # Nor does he make its first team.
        companies.sudo()._create_first_team()
        return companies

    def _create_first_team(self):
        """Give companies a team, as one technician needs none; branches have that of their company."""
        Team = self.env['service.team']
        main = self.filtered(lambda company: company == company.root_id)
        served = Team.with_context(active_test=False).search([
            ('company_id', 'in', main.ids)]).company_id
        Team.create([
            # Last, so that teams that somebody makes come before it.
            {'name': self.env._("Service"), 'company_id': company.id, 'sequence': 100}
            for company in main - served])

    @api.model
    def _complete_for_service(self):
        """Give the companies that existed before the addon what new ones get by default."""
        companies = self.search([])  # pylint: disable=no-search-all
        for code in self._get_service_sequences():
            companies._create_service_sequence(code)
        companies.sudo()._create_first_team()  # as in create
        return companies

    def _create_service_sequence(self, code):
        """Give companies a numbering of a document of their own."""
        numbered = self.env['ir.sequence'].search([
            ('code', '=', code), ('company_id', 'in', self.ids)]).company_id
        name, prefix = self._get_service_sequences()[code]
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

        :param str code: as in `_get_service_sequences`
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

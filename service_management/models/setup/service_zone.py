from odoo import api, fields, models


class ServiceZone(models.Model):
    _name = 'service.zone'
    _description = "Service Zone"
    _inherit = ['service.setup.mixin']
    _order = 'sequence, name'
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        comodel_name='res.company', ondelete='restrict', condition=True, index=True,
        default=lambda self: self.env.company,
        help="Leave empty to share the zone between companies.")
    country_id = fields.Many2one(
        comodel_name='res.country', ondelete='restrict', condition=True,
        help="When set, only sites in this country belong to the zone.")
    zip_prefixes = fields.Char(
        string="ZIP Prefixes",
        help="Comma-separated beginnings of postal codes. A new order whose site's code begins with"
             " one of them gets this zone; the longest beginning wins.")

    @api.model
    def _get_for(self, company):
        """Return the zones of a company, and the shared ones."""
        return self.with_context(active_test=True).search(self._check_company_domain(company))

    def _match(self, country, zip_code):
        """Return the one of these zones that an address lies in, or an empty zone.

        Of several, the one that knows the code best; among equals, the first.

        :param country: res.country record, may be empty
        :param str zip_code: postal code, may be empty
        """
        matches = {zone: zone._matches(country, zip_code) for zone in self}
        best = max(matches.values(), default=0)
        return next((zone for zone, match in matches.items() if match and match == best), self.browse())

    def _matches(self, country, zip_code):
        """Return how well one zone knows an address: 0 not at all, more is better.

        Counts the signs of the longest prefix that the code begins with, spaces and case aside.
        Extend for other ways to tell where an address is.
        """
        self.ensure_one()
        if self.country_id and self.country_id != country:
            return 0
        code = self._plain_code(zip_code)
        prefixes = map(self._plain_code, (self.zip_prefixes or '').split(','))
        return max((len(prefix) for prefix in prefixes if prefix and code.startswith(prefix)), default=0)

    @api.model
    def _plain_code(self, code):
        """Return a postal code without spaces, in upper case."""
        return (code or '').replace(' ', '').upper()

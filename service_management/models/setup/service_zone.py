from odoo import api, fields, models

from ...tools.rules import longest_prefix


class ServiceZone(models.Model):
    _name = 'service.zone'
    _description = "Service Zone"
    _order = 'sequence, name'
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        comodel_name='res.company', default=lambda self: self.env.company, index=True,
        help="Leave empty to share the zone between companies.")
    country_id = fields.Many2one(
        comodel_name='res.country',
        help="When set, only sites in this country belong to the zone.")
    zip_prefixes = fields.Char(
        string="ZIP Prefixes",
        help="Comma-separated beginnings of postal codes. A new order whose site's code begins with"
             " one of them gets this zone; the longest beginning wins.")

    def _get_zip_prefixes(self):
        self.ensure_one()
        return [prefix.strip() for prefix in (self.zip_prefixes or '').split(',') if prefix.strip()]

    @api.model
    def _get_for(self, company):
        """Return the zones of a company, and the shared ones."""
        return self.search(self._check_company_domain(company))

    def _match(self, country, zip_code):
        """Return the one of these zones that an address lies in, or an empty zone.

        :param country: res.country record, may be empty
        :param str zip_code: postal code, may be empty
        """
        zone_by_prefix = {}
        for zone in self:
            if not zone.country_id or zone.country_id == country:
                for prefix in zone._get_zip_prefixes():
                    zone_by_prefix.setdefault(prefix, zone)
        return zone_by_prefix.get(longest_prefix(zip_code, zone_by_prefix), self.browse())

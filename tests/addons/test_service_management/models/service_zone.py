from odoo import fields, models


class ServiceZone(models.Model):
    """Another way to tell where an address is, a range of codes, by `_matches`."""
    _inherit = 'service.zone'

    zip_from = fields.Char()
    zip_to = fields.Char()

    def _matches(self, country, zip_code):
        if self.zip_from and self.zip_from <= (zip_code or '') <= self.zip_to:
            return len(self.zip_from)
        return super()._matches(country, zip_code)

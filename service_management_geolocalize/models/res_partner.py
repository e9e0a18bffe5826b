from odoo import models
from odoo.fields import Domain

ADDRESS = {'street', 'zip', 'city', 'state_id', 'country_id'}


class ResPartner(models.Model):
    _inherit = 'res.partner'

    def write(self, vals):
        """Look an address up anew that somebody drives to and that has changed."""
        result = super().write(vals)
        if not ADDRESS.isdisjoint(vals) or {'partner_latitude', 'partner_longitude'} & set(vals):
            self._forget_search()
        if not ADDRESS.isdisjoint(vals) and self._is_search_on():
            self._filter_driven_to()._queue_places()
        return result

    def _filter_driven_to(self):
        """Return those of these addresses that orders in work, or days of technicians, begin or end at."""
        # Whoever changes an address need not know of service.
        sites = self.env['service.order'].sudo()._read_group(
            Domain('site_id', 'in', self.ids) & Domain('state', 'in', ('draft', 'open')), ['site_id'])
        depots = self.env['hr.employee'].sudo().search([
            ('service_team_id', '!=', False), ('address_id', 'in', self.ids)]).address_id
        return self.filtered(lambda partner: partner in depots or (partner,) in sites)

from odoo import api, models
from odoo.fields import Domain


class ServiceDashboard(models.AbstractModel):
    _inherit = 'service.dashboard'

    @api.model
    def _get_titles(self):
        """Put the agreements after the day."""
        titles = super()._get_titles()
        return {
            'today': titles.pop('today'), 'agreements': self.env._("Agreements"), **titles}

    @api.model
    def _get_tiles(self, section):
        tiles = super()._get_tiles(section)
        if section == 'agreements':
            tiles += self._get_agreement_tiles()
        return tiles

    @api.model
    def _get_agreement_tiles(self):
        Agreement = self.env['service.agreement']
        own = Domain('company_id', 'in', self.env.companies.ids) & Domain(
            'is_template', '=', False)
        tiles = []
        for label, domain, level in (
            (self.env._("Active"), Domain('state', '=', 'active'), None),
            (self.env._("To be accepted"), Domain('state', '=', 'draft') & Domain(
                'quote_sent_on', '!=', False), 'info'),
            (self.env._("Expiring soon"), Agreement._get_expiring_domain(), 'warning'),
            (self.env._("Orders not created"), Domain('generation_error', '!=', False), 'danger'),
            (self.env._("Renewals failed"), Domain('renewal_error', '!=', False), 'danger'),
        ):
            count = Agreement.search_count(own & domain)
            tiles.append(self._make_tile(
                label, count, 'service_management.service_agreement_action', own & domain,
                level=level if count else None))
        return tiles

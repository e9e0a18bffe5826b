from odoo import api, models
from odoo.fields import Domain


class ServiceDashboard(models.AbstractModel):
    _inherit = 'service.dashboard'

    @api.model
    def _get_titles(self):
        """Put the agreements after the day."""
        titles = super()._get_titles()
        if not self._has_feature('agreement'):
            return titles
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
        own = Domain('is_template', '=', False)
        return [self._count('service.agreement', label, own & domain, level) for (
            label, domain, level
        ) in (
            (self.env._("Active"), Domain('state', '=', 'active'), None),
            (self.env._("To be accepted"), Domain('state', '=', 'draft') & Domain(
                'quote_sent_on', '!=', False), 'info'),
            (self.env._("Expiring soon"),
             self.env['service.agreement']._get_expiring_domain(), 'warning'),
            (self.env._("Orders not created"), Domain('generation_error', '!=', False), 'danger'),
            (self.env._("Renewals failed"), Domain('renewal_error', '!=', False), 'danger'),
        )]

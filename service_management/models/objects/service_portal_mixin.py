from odoo import api, models


class ServicePortalMixin(models.AbstractModel):
    """Contacts who see some sites of their company only."""
    _inherit = 'service.portal.mixin'

    @api.model
    def _get_sites_seen_by(self, partner):
        return super()._get_sites_seen_by(partner) | partner._get_service_sites()

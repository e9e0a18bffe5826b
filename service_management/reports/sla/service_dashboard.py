from odoo import api, models
from odoo.fields import Domain


class ServiceDashboard(models.AbstractModel):
    _inherit = 'service.dashboard'

    @api.model
    def _get_tiles(self, section):
        tiles = super()._get_tiles(section)
        if section == 'today' and self._has_feature('sla'):
            live = self._get_live_domain()
            tiles += [
                self._count_orders(
                    self.env._("SLA at risk"), live & Domain('sla_state', '=', 'at_risk'),
                    level='warning'),
                self._count_orders(
                    self.env._("SLA missed"), live & Domain('sla_state', '=', 'missed'),
                    level='danger'),
            ]
        return tiles

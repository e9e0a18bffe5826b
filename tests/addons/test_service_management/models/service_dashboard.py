from odoo import models
from odoo.fields import Domain


class ServiceDashboard(models.AbstractModel):
    """A tile of the overview, by `_get_tiles`."""
    _inherit = 'service.dashboard'

    def _get_tiles(self, section):
        tiles = super()._get_tiles(section)
        if section == 'today':
            tiles.append(self._count_orders("Delayed", Domain('is_delayed', '=', True)))
        return tiles

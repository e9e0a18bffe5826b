from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...tools.tiles import is_tile_url
from .map import ATTRIBUTION, TILES


class ResConfigSettings(models.TransientModel):
    _inherit = 'res.config.settings'

    service_map_tiles = fields.Char(
        string="Map Tiles", config_parameter=TILES,
        help="Where browsers of the office get pictures of the ground from. Empty: from nobody.")
    service_map_attribution = fields.Char(
        string="Attribution", config_parameter=ATTRIBUTION,
        help="Whose map it is, as its licence wants it shown; an address in it becomes a link.")

    @api.constrains('service_map_tiles', 'service_map_attribution')
    def _check_service_map_tiles(self):
        for settings in self.filtered('service_map_tiles'):
            if not is_tile_url(settings.service_map_tiles):
                raise ValidationError(self.env._(
                    "Map tiles come from an address such as https://tiles.example.com/{z}/{x}/{y}.png:"
                    " it begins with https://, has {z}, {x} and {y} in its path, and no password."
                    " {s} and {r} are understood as well."))
            if not settings.service_map_attribution:
                raise ValidationError(self.env._(
                    "Say whose map it is: its provider wants to be named, and tells how."))

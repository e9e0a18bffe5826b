from odoo import fields, models

from .service_place_mixin import SWITCH


class ResConfigSettings(models.TransientModel):
    _inherit = 'res.config.settings'

    service_geocoding = fields.Boolean(
        string="Look Addresses Up", config_parameter=SWITCH,
        help="Sends the addresses of open orders' sites to the provider of Partners Geolocation.")

    def set_values(self):
        """Begin with what is there when it is switched on."""
        was_on = self.env['service.order']._is_search_on()
        super().set_values()
        if self.service_geocoding and not was_on:
            self.env['service.order']._queue_all()

import logging

import requests

from odoo import api, models, modules
from odoo.exceptions import UserError

_logger = logging.getLogger(__name__)

#: Seconds after which nobody waits for an answer any more
_TIMEOUT = 10
#: Nominatim: a street has this rank, a town a lesser one, a house a greater one
_STREET_RANK = 26
NOMINATIM = 'https://nominatim.openstreetmap.org/search'


class BaseGeocoder(models.AbstractModel):
    _inherit = 'base.geocoder'

    @api.model
    def _find_address(self, street, zip_code, city, state, country):
        """Ask the provider where an address is: once, and for nothing but this address.

        Odoo's own search looks for the town where it does not find the street, and says nothing of it.

        :return: (latitude, longitude), 'town' where no more than that is known, or None if it is not
            found
        :raise UserError: if the provider does not answer as it should
        """
        query = self.geo_query_address(
            street=street, zip=zip_code, city=city, state=state, country=country)
        if self._get_provider().tech_name != 'openstreetmap':
            return self.geo_find(query, force_country=country)
        hits = self._ask_nominatim(query)
        if not hits:
            return None
        if street and int(hits[0].get('place_rank') or 0) < _STREET_RANK:
            return 'town'
        return float(hits[0]['lat']), float(hits[0]['lon'])

    @api.model
    def _ask_nominatim(self, query):
        """Return what Nominatim knows of a query, as a list of dicts.

        Source: https://operations.osmfoundation.org/policies/nominatim/ – a User-Agent of one's own, one
        request a second at most (that is the job's), and a server that can be changed without an update:
        the system parameter `service_management.nominatim_url`.
        """
        if modules.module.current_test:
            raise UserError(self.env._("Nothing is sent to anybody in tests."))
        get_param = self.env['ir.config_parameter'].sudo().get_param  # settings are no secret of a job
        try:
            response = requests.get(
                get_param('service_management.nominatim_url') or NOMINATIM,
                params={'format': 'jsonv2', 'q': query, 'limit': 1}, timeout=_TIMEOUT,
                headers={'User-Agent': f"service_management ({get_param('web.base.url')})"})
            response.raise_for_status()
            hits = response.json()
        except (requests.RequestException, ValueError) as error:
            _logger.info("Nominatim did not answer", exc_info=True)
            raise UserError(self.env._("The search for addresses does not answer: %s", error)) from error
        if not isinstance(hits, list):
            raise UserError(self.env._("The search for addresses does not answer as it should."))
        return hits

from odoo import api, models
from odoo.fields import Domain

from ...tools.tiles import is_tile_url

TILES, ATTRIBUTION = 'service_management.map_tiles', 'service_management.map_attribution'


class ServiceVisit(models.Model):
    """Where the visits of the board take place."""
    _inherit = 'service.visit'

    @api.model
    @api.readonly
    def get_schedule_map(self, visit_ids):
        """Return where visits take place and their technicians' days start; as many queries for any of them.

        Visits that the user does not see are left out. Homes are HR's: they are never on a map, not even
        about.

        :return: {
            'places': {visit id: {'state': as `service_place_state`, 'place': [latitude, longitude], or
                False where nobody knows, 'order_id', 'site_id': the contact that says where it is, or
                False where the order does}},
            'starts': {technician id: [latitude, longitude]} of those whose days start at an address of
                work that is known,
            'tiles': {'url', 'attribution'} of the server that an administrator chose, or False}
        :raise AccessError: if the user works in the field
        """
        self._ensure_may_look()
        visits = self.search_fetch(Domain('id', 'in', visit_ids), ['order_id', 'employee_id'])
        return {
            'places': visits._read_places(),
            'starts': visits.employee_id._get_work_places(),
            'tiles': self._get_map_tiles(),
        }

    def _read_places(self):
        """Return {visit id: place} as `get_schedule_map` says."""
        places = {}
        for visit in self:
            source = visit.order_id._get_place_source()
            places[visit.id] = {
                'state': source.service_place_state,
                'place': source._get_place() or False,
                'order_id': visit.order_id.id,
                'site_id': source._name == 'res.partner' and source.id,
            }
        return places

    @api.model
    def _get_map_tiles(self):
        """Return {'url', 'attribution'} of the server of tiles, or False: then nobody is asked for any."""
        # Which map is behind the board is no secret of those who look at it.
        parameters = self.env['ir.config_parameter'].sudo()
        url, attribution = parameters.get_param(TILES), parameters.get_param(ATTRIBUTION)
        if not is_tile_url(url) or not attribution:
            return False
        return {'url': url, 'attribution': attribution}


class HrEmployee(models.Model):
    _inherit = 'hr.employee'

    def _get_work_places(self):
        """Return {employee id: place} of those whose days start at an address of work that is known."""
        # Who starts at home is HR's; where the work address is everybody may know.
        at_work = self.sudo().filtered(lambda employee: employee.service_start not in ('home', 'none'))
        return {
            employee_id: place
            for employee_id, (place, _reason) in at_work._get_start_places().items() if place}

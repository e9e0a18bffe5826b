"""Where sites are, and where technicians start and end their days."""
from odoo import api, fields, models

from ...tools.travel import blur, get_place
from ..order.address import ADDRESS

_PARTS = {
    'street': 'street', 'zip': 'zip', 'city': 'city', 'state_id': 'state', 'country_id': 'country'}


class ResPartner(models.Model):
    _name = 'res.partner'
    _inherit = ['res.partner', 'service.place.mixin']

    _place_fields = {
        'latitude': 'partner_latitude', 'longitude': 'partner_longitude',
        **{part: name for name, part in _PARTS.items()}}

    @api.model_create_multi
    def create(self, vals_list):
        """Take coordinates that come with a contact as pinned, unless it is said that they are not."""
        partners = super().create(vals_list)
        for partner, vals in zip(partners, vals_list, strict=True):
            partner._on_coordinates(vals)
        return partners

    def write(self, vals):
        """Keep a pin when the address changes: Odoo would forget it; somebody has to check it then."""
        is_moved = not _PARTS.keys().isdisjoint(vals) and 'partner_latitude' not in vals
        known = {
            partner: (partner._get_coordinates(), partner._get_place_key())
            for partner in self.sudo() if partner._get_place()} if is_moved else {}
        result = super().write(dict(vals))  # Odoo adds coordinates to what it is given
        for partner, (place, key) in known.items():
            is_kept = partner.service_place_exact or key == partner._get_place_key()
            if is_kept and partner._get_coordinates() != place:
                super(ResPartner, partner).write({
                    'partner_latitude': place[0], 'partner_longitude': place[1]})
        self._on_coordinates(vals)
        return result

    def _on_coordinates(self, vals):
        """Say of which address the coordinates are that were given, and that a person gave them.

        Odoo's own search for addresses gives the day with them.
        """
        if 'service_place_key' in vals or not {'partner_latitude', 'partner_longitude'} & set(vals):
            return
        for partner in self.sudo():  # marks of the engine
            is_there = bool(partner._get_coordinates())
            partner.write({
                'service_place_key': is_there and partner._get_place_key(),
                'service_place_exact': is_there and vals.get(
                    'service_place_exact', not vals.get('date_localization')),
            })

    def pin_place(self, latitude, longitude):
        """Say where one address is; called by the map when a pin is moved.

        :param float latitude: in degrees
        :param float longitude: in degrees
        :raise AccessError: if the user is neither customer service nor a dispatcher
        :raise UserError: if this is no place
        """
        self.ensure_one()
        self.env['service.order']._ensure_role('customer_service', self.env._(
            "Customer service and dispatchers say where an address is. Technicians do so for the site of"
            " a visit of theirs."))
        self.check_access('write')
        self._ensure_place(latitude, longitude)
        self._set_place(latitude, longitude, is_exact=True)
        return True


class ServiceOrder(models.Model):
    """An order takes place at its site, or at an address of its own."""
    _name = 'service.order'
    _inherit = ['service.order', 'service.place.mixin']

    _place_fields = {
        'latitude': 'site_latitude', 'longitude': 'site_longitude',
        **{_PARTS[of_site]: name for name, of_site in ADDRESS.items() if of_site in _PARTS}}

    # Of an address of its own only
    site_latitude = fields.Float(digits=(10, 7), readonly=True, copy=False, aggregator=None)
    site_longitude = fields.Float(digits=(10, 7), readonly=True, copy=False, aggregator=None)

    def _get_place_source(self):
        """Return the record that says where one order takes place, in sudo: its site, or the order."""
        # Sites are of customers; where somebody drives to is what planning asks.
        order = self.sudo()
        return order if order.has_own_address or not order.site_id else order.site_id

    def _get_places(self):
        """Return {order id: (latitude, longitude), or None where nobody knows}."""
        return {order.id: order._get_place_source()._get_place() for order in self}

    def pin_place(self, latitude, longitude):
        """Say where one order takes place; called by the map and by the phone on the spot.

        The site keeps it, or the order where it has an address of its own.

        :param float latitude: in degrees
        :param float longitude: in degrees
        :raise AccessError: if the user is a technician without a visit there
        :raise UserError: if this is no place
        """
        self.ensure_one()
        self.check_access('read')
        mine = self.visit_ids.filtered(
            lambda visit: visit.state != 'cancelled' and self.env.user in visit.employee_id.sudo().user_id)
        if not mine:  # whose user a technician is is HR's; that it is him is not
            self._ensure_role('customer_service', self.env._(
                "Customer service and dispatchers say where an address is. Technicians do so for the"
                " site of a visit of theirs."))
        self._ensure_place(latitude, longitude)
        self._get_place_source()._set_place(latitude, longitude, is_exact=True)
        return True

    def action_keep_address(self):
        """Keep where the address is along with it."""
        place, is_exact = self._get_coordinates(), self.service_place_exact
        result = super().action_keep_address()
        if place and not self.site_id._get_place():
            self.site_id._set_place(*place, is_exact=is_exact)
        return result


class HrEmployee(models.Model):
    """Where a technician's days start and end. Homes are HR's: planning knows them to about a kilometre."""
    _inherit = 'hr.employee'

    service_start = fields.Selection(
        selection=[('depot', "Work Address"), ('home', "Home"), ('none', "Nowhere in Particular")],
        string="Days Start At", default='depot', groups='hr.group_hr_user',
        help="Where a technician drives from in the morning and to in the evening, for travel on the"
             " board.")
    service_home_latitude = fields.Float(
        string="Home Latitude", digits=(10, 7), groups='hr.group_hr_user', copy=False, aggregator=None,
        at_least=-90, at_most=90, help="Seen by HR only. Planning reckons with it to about a kilometre.")
    service_home_longitude = fields.Float(
        string="Home Longitude", digits=(10, 7), groups='hr.group_hr_user', copy=False, aggregator=None,
        at_least=-180, at_most=180)

    def _get_start_places(self):
        """Return {employee id: (place or None, reason or None)} of where days start and end.

        The reason is a code of `service.visit._get_travel_texts`. Not for the eyes of planners: they see
        minutes and kilometres.
        """
        places = {}
        for employee in self.sudo():  # where people start is HR's; how long it takes is what planning asks
            if employee.service_start == 'none':
                places[employee.id] = None, 'no_start'
                continue
            if employee.service_start == 'home':
                place = blur(get_place(
                    employee.service_home_latitude, employee.service_home_longitude))
            else:
                place = (employee.address_id or employee.company_id.partner_id)._get_place()
            places[employee.id] = place, None if place else 'start_unknown'
        return places

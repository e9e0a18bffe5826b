from odoo import api, fields, models
from odoo.exceptions import UserError

from ...tools.travel import get_place


class ServicePlaceMixin(models.AbstractModel):
    """An address, and where on earth it is: as a person said, or about, or unknown.

    Coordinates count as long as the address is the one that they were found for, however it came to
    be another one. What a person has pinned goes on counting, and is to be checked then.
    """
    _name = 'service.place.mixin'
    _description = "Address With a Place"

    #: {part of the address, or latitude or longitude: name of the field}
    _place_fields = {}

    service_place_key = fields.Char(
        readonly=True, copy=False, export_string_translation=False,
        help="The address that the coordinates belong to.")
    service_place_exact = fields.Boolean(
        string="Pinned", readonly=True, copy=False,
        help="A person has said where it is; else it was found by the address, which is about.")
    service_place_state = fields.Selection(
        selection=[
            ('exact', "Exact"), ('check', "To Be Checked"), ('approximate', "Approximate"),
            ('unknown', "Unknown")],
        string="Place", compute='_compute_service_place_state', export_string_translation=False,
        help="Travel is reckoned from and to places that are known.")

    @api.depends(lambda self: [
        *self._place_fields.values(), 'service_place_key', 'service_place_exact'])
    def _compute_service_place_state(self):
        for record in self:
            key = record.service_place_key
            is_same = not key or key == record._get_place_key()
            if not record._get_coordinates():
                record.service_place_state = 'unknown'
            elif record.service_place_exact:
                record.service_place_state = 'exact' if is_same else 'check'
            else:
                record.service_place_state = 'approximate' if is_same else 'unknown'

    def _get_coordinates(self):
        """Return the coordinates of one record, whether they still count or not, or None."""
        return get_place(*(self[self._place_fields[name]] for name in ('latitude', 'longitude')))

    def _get_place(self):
        """Return the place of one record that counts: (latitude, longitude), or None."""
        return self._get_coordinates() if self.service_place_state != 'unknown' else None

    def _get_place_key(self):
        """Return the address of one record as it is compared: floors and doors are no other place."""
        return '|'.join(
            ' '.join(str(value.id if isinstance(value, models.BaseModel) else value or '')
                     .casefold().split())
            for value in (self[self._place_fields[name]] for name in (
                'street', 'zip', 'city', 'state', 'country')))

    def _has_place_address(self):
        """Tell whether one record has an address that could be found."""
        return any(self[self._place_fields[name]] for name in ('street', 'zip', 'city'))

    def _set_place(self, latitude, longitude, is_exact):
        """Keep where these records are; who may say so was asked before.

        :param bool is_exact: whether a person has pinned it
        """
        for record in self.sudo():  # coordinates are the engine's: people pin
            record.write({
                self._place_fields['latitude']: latitude,
                self._place_fields['longitude']: longitude,
                'service_place_key': record._get_place_key(),
                'service_place_exact': is_exact,
            })

    @api.model
    def _ensure_place(self, latitude, longitude):
        """:raise UserError: if these are no coordinates of a place on earth"""
        is_number = all(
            isinstance(value, (int, float)) and not isinstance(value, bool)
            for value in (latitude, longitude))
        if not is_number or not get_place(latitude, longitude):
            raise UserError(self.env._(
                "This is no place: a latitude goes from -90 to 90, a longitude from -180 to 180, and"
                " both together are not 0."))

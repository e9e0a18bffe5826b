import time
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

SWITCH = 'service_management.geocoding'
#: Seconds between two requests: the provider of OpenStreetMap allows one a second, for everybody here.
_PAUSE = 1.1
#: After so many answers that were none, an address is set aside.
_TRIES = 8


class ServicePlaceMixin(models.AbstractModel):
    """Addresses wait to be looked up, one after the other; what is not found says why."""
    _inherit = 'service.place.mixin'

    service_search_due = fields.Datetime(
        string="Looked Up From", readonly=True, copy=False, index='btree_not_null')
    service_search_tries = fields.Integer(readonly=True, copy=False, aggregator=None)
    service_search_error = fields.Selection(
        selection=[
            ('not_found', "Not found"),
            ('town', "Only the town was found"),
            ('trouble', "The search did not answer"),
        ],
        string="Why It Has No Place", readonly=True, copy=False, index='btree_not_null')

    @api.model
    def _is_search_on(self):
        """Tell whether an administrator lets addresses be looked up."""
        return bool(self.env['ir.config_parameter'].sudo().get_param(SWITCH))  # a switch, no secret

    def _queue_places(self):
        """Let those of these addresses be looked up that are unknown, and wake the job."""
        if not self._is_search_on():
            return
        # Who changes an address need not know where it is.
        waiting = self.sudo().filtered(lambda record: (
            record.service_place_state == 'unknown' and record._has_place_address()
            and not record.service_search_due and not record.service_search_error))
        if waiting:
            waiting.write({'service_search_due': fields.Datetime.now()})
            self.env.ref('service_management_geolocalize.ir_cron_search_places').sudo()._trigger()

    def _forget_search(self):
        """Leave no trace of a search on addresses that changed, or whose place is known now."""
        self.sudo().filtered(
            lambda record: record.service_search_due or record.service_search_error).write({
                'service_search_due': False, 'service_search_tries': 0,
                'service_search_error': False})

    def _set_place(self, latitude, longitude, is_exact):
        super()._set_place(latitude, longitude, is_exact)
        self._forget_search()

    def action_search_place(self):
        """Look these addresses up once more.

        :raise AccessError: if the user is not of customer service
        """
        self.env['service.order']._ensure_role('customer_service', self.env._(
            "Customer service and dispatchers let addresses be looked up."))
        self.check_access('write')
        if not self._is_search_on():
            raise UserError(self.env._(
                "Addresses are not looked up. An administrator switches it on in the settings of"
                " Service Management; or enter latitude and longitude yourself."))
        self._forget_search()
        self._queue_places()
        return True

    #=== THE JOB ===#

    @api.model
    def _get_searched_models(self):
        """Return the names of the models whose addresses are looked up."""
        return ['res.partner', 'service.order']

    @api.model
    def _cron_search_places(self, limit=100):
        """Look up what waits: one request a second at most; it stops where the provider is in trouble."""
        if not self._is_search_on():
            return
        cron, now = self.env['ir.cron'], fields.Datetime.now()
        waiting = [
            record for model in self._get_searched_models()
            for record in self.env[model].search(
                [('service_search_due', '<=', now)], order='service_search_due, id', limit=limit)]
        time_left = cron._commit_progress(remaining=len(waiting))
        for record in waiting:
            if not time_left:
                return
            record = record.try_lock_for_update()  # without what somebody else came first to
            if record.service_search_due and record._search_place():
                self._pause()
            if record.service_search_tries:
                cron._commit_progress(1, remaining=0)  # else it is called again at once
                return
            time_left = cron._commit_progress(1)

    @api.model
    def _pause(self):
        """Wait until the next request is polite."""
        time.sleep(_PAUSE)

    def _search_place(self):
        """Look one address up, here and then outside.

        :return: whether somebody outside was asked
        """
        self.ensure_one()
        if self.service_place_state != 'unknown' or not self._has_place_address():
            self._forget_search()
            return False
        if place := self._find_same_address():
            self._set_place(*place, is_exact=False)
            return False
        names = self.with_context(lang='en_US')
        street, zip_code, city, state, country = (
            names[self._place_fields[part]] for part in ('street', 'zip', 'city', 'state', 'country'))
        try:
            found = self.env['base.geocoder']._find_address(
                street or '', zip_code or '', city or '', state.name or '', country.name or '')
        except (UserError, KeyError, ValueError):  # no answer, or none that can be read
            self._search_later()
            return True
        if found and found != 'town':
            self._set_place(*found, is_exact=False)
        else:
            self.write({
                'service_search_due': False, 'service_search_tries': 0,
                'service_search_error': found or 'not_found'})
        return True

    def _search_later(self):
        """Try again later, and ever later, what nobody answered; in the end it is set aside."""
        tries = self.service_search_tries + 1
        wait = timedelta(minutes=15) * 2 ** (tries - 1)
        is_over = tries >= _TRIES
        self.write({
            'service_search_tries': tries,
            'service_search_due': not is_over and fields.Datetime.now() + wait,
            'service_search_error': is_over and 'trouble',
        })

    def _find_same_address(self):
        """Return the place of a contact that has the same address as one record, or None."""
        domain = [
            (of_contact, '=', value.id if isinstance(value, models.BaseModel) else value)
            for of_contact, value in (
                (name, self[self._place_fields[part]]) for part, name in (
                    ('street', 'street'), ('zip', 'zip'), ('city', 'city'), ('state', 'state_id'),
                    ('country', 'country_id')))]
        same = self.env['res.partner'].search([*domain, ('service_place_key', '!=', False)], limit=9)
        return next((place for contact in same if (place := contact._get_place())), None)

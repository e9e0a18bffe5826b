from werkzeug.exceptions import BadRequest, NotFound

from odoo import http
from odoo.http import request

from odoo.addons.rating.controllers.main import MAPPED_RATES, Rating

from ...tools.entries import is_text


class ServiceRating(Rating):
    """Customers rate, nobody else: also where a form is sent that was never shown."""

    @http.route()
    def action_submit_rating(self, token, rate=0, **kwargs):
        """Take the rating of service from the customer only; refuse the others on a page."""
        rating, record_sudo = self._get_rating_and_record(token)
        if hasattr(record_sudo, '_get_portal_domain'):
            user = self.env.user
            if not user._is_public() and (
                    user.partner_id.commercial_partner_id != rating.partner_id.commercial_partner_id):
                return request.render('rating.rating_external_page_invalid_partner', {
                    'model_name': self.env['ir.model']._get(rating.res_model).display_name,
                    'name': record_sudo.display_name,
                    'web_base_url': rating.get_base_url(),
                })
            if not user._is_public() and not self._take_rating(rating, user.partner_id):
                return request.redirect(record_sudo.access_url)
            if request.httprequest.method == 'POST' and str(rate) not in map(
                    str, MAPPED_RATES.values()):
                raise NotFound()
        return super().action_submit_rating(token, rate, **kwargs)

    def _take_rating(self, rating_sudo, partner):
        """Let a rating be of whoever gives it; return whether somebody else has not given it."""
        if rating_sudo.consumed:
            return rating_sudo.partner_id == partner
        if request.httprequest.method == 'POST':
            rating_sudo.partner_id = partner
        return True

    def _get_rating_and_record(self, token):
        if not is_text(token):
            raise BadRequest()  # what is not found is looked for by its address, which must be text
        return super()._get_rating_and_record(token)

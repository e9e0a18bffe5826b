from datetime import datetime

from odoo import http
from odoo.exceptions import AccessError, MissingError, UserError
from odoo.http import request

from ...tools.entries import is_text
from ..order.portal import ServiceOrderPortal

MAX_WISH = 1000


class ServiceVisitPortal(ServiceOrderPortal):
    """How customers move and cancel visits, as far as their service company lets them."""

    @http.route('/my/service_orders/<int:order_id>/visits/<int:visit_id>', type='http',
                auth='public', website=True, methods=['GET', 'POST'])
    def portal_service_visit(
            self, order_id, visit_id, access_token=None, start=None, note=None, move=None, ask=None,
            cancel=None, **kwargs):
        """Show how a visit can be moved or cancelled; do it, and go to the page of the order."""
        try:
            order = self._get_service_record('service.order', order_id, access_token)
        except (AccessError, MissingError):
            return request.redirect('/my')
        visit = order._get_portal_visits().filtered(lambda visit: visit.id == visit_id)
        if not visit or not self._is_customer(order, access_token):
            return request.redirect(order.access_url)
        error = None
        if request.httprequest.method == 'POST':
            verb = (move and 'move') or (cancel and 'cancel') or (ask and 'ask')
            try:
                with self.env.cr.savepoint():
                    message = self._change_service_visit(
                        order, visit, verb, start, self._read_text(note, MAX_WISH))
                return request.redirect(order.get_portal_url(query_string=f'&message={message}'))
            except UserError as refusal:
                error = str(refusal)
        if not visit._can_customer_ask():
            return request.redirect(order.get_portal_url(query_string='&message=visit_late'))
        values = self._prepare_portal_layout_values()
        values.update({
            'page_name': 'service_order', 'service_order': order, 'visit': visit, 'error': error,
            'tz': order._get_reader_timezone(), 'note': note if is_text(note) else '',
            'starts': visit._get_free_starts() if visit._can_customer_choose() else [],
            'token': access_token if is_text(access_token) else '',
        })
        return request.render('service_management.portal_service_visit', values)

    def _change_service_visit(self, order, visit, verb, start, note):
        """Do with a visit what its customer asks for; return what the page says afterwards.

        :raise UserError: in words for the customer, if it cannot be done any more
        """
        self._ensure_alone(visit)
        was = visit._get_customer_time()
        if verb == 'move':
            visit._move_by_customer(self._read_start(start))
            self._post_for_customer(order, self.env._(
                "Visit moved from %(old)s to %(new)s.", old=was, new=visit._get_customer_time()))
            return 'visit_moved'
        if verb == 'cancel' and visit._can_customer_choose():
            self._post_for_customer(order, ' '.join(filter(None, (
                self.env._("Visit cancelled: %s.", was), note))))
            visit._cancel_by_customer(note)
            return 'visit_cancelled'
        if verb not in ('ask', 'cancel'):
            raise UserError(self.env._("Choose a time, or write to us."))
        visit._ask_by_customer(verb, note)
        text = self.env._("Please cancel the visit: %s.", was) if verb == 'cancel' else self.env._(
            "Please move the visit: %s.", was)
        self._post_for_customer(order, ' '.join(filter(None, (text, note))))
        return 'visit_asked'

    def _read_start(self, start):
        """Return the naive UTC datetime of the time that a visitor has chosen."""
        try:
            return datetime.strptime(start, '%Y-%m-%d %H:%M:%S')
        except (TypeError, ValueError) as error:
            raise UserError(self.env._("Choose one of the times.")) from error

from odoo import http
from odoo.exceptions import AccessError, MissingError
from odoo.fields import Domain
from odoo.http import request

from ..objects.portal import ServiceObjectPortal
from ..quote.portal import ServiceQuotePortal


class ServiceOrderPortal(ServiceQuotePortal, ServiceObjectPortal):
    """What customers see of their orders and quotes, and how they sign them."""

    def _get_service_counters(self):
        return {
            **super()._get_service_counters(),
            'service_order_count': ('service.order', Domain.TRUE),
            'service_quote_count': ('service.order', self._get_open_quote_domain())}

    def _get_service_order_sortings(self):
        return {
            'date': {'label': self.env._("Newest"), 'order': 'date_order desc, id desc'},
            'visit': {'label': self.env._("Next Visit"), 'order': 'date_planned, id desc'},
            'name': {'label': self.env._("Number"), 'order': 'name, id'},
            'title': {'label': self.env._("Subject"), 'order': 'title, id'},
        }

    def _get_service_order_filters(self):
        return {
            'all': {'label': self.env._("All"), 'domain': Domain.TRUE},
            'open': {'label': self.env._("In Process"), 'domain': Domain('state', 'in', ('draft', 'open'))},
            'quote': {'label': self.env._("Quotes to Decide"), 'domain': self._get_open_quote_domain()},
            'done': {
                'label': self.env._("Done"), 'domain': Domain('state', 'in', ('signed_off', 'posted'))},
        }

    def _get_service_order_groups(self):
        return {
            'none': {'label': self.env._("None")},
            'state': {'label': self.env._("State"), 'words': {
                'draft': self.env._("Requests and quotes"), 'open': self.env._("In process"),
                'signed_off': self.env._("Done"), 'posted': self.env._("Done"),
                'cancelled': self.env._("Cancelled")}},
            'site_id': {'label': self.env._("Site")},
        }

    def _get_service_order_inputs(self):
        return {
            'all': {'input': 'all', 'label': self.env._("Search everywhere"), 'fields': [
                'name', 'title', 'client_order_ref', 'object_ids.name',
                'object_ids.serial_number', 'site_city']},
            'name': {'input': 'name', 'label': self.env._("Search by number"), 'fields': [
                'name', 'client_order_ref']},
            'title': {'input': 'title', 'label': self.env._("Search by subject"), 'fields': ['title']},
            'object': {'input': 'object', 'label': self.env._("Search by equipment"), 'fields': [
                'object_ids.name', 'object_ids.serial_number']},
        }

    @http.route(['/my/service_orders', '/my/service_orders/page/<int:page>'],
                type='http', auth='user', website=True)
    def portal_my_service_orders(self, page=1, **options):
        """List the orders and quotes of the customer."""
        return self._render_service_list('service_order', self._prepare_service_list(
            'service.order', '/my/service_orders', page, self._get_service_order_sortings(),
            self._get_service_order_inputs(), self._get_service_order_filters(),
            self._get_service_order_groups(), options))

    @http.route('/my/service_orders/<int:order_id>', type='http', auth='public', website=True)
    def portal_service_order(
            self, order_id, access_token=None, report_type=None, report=None, download=False,
            message=None, **options):
        """Show an order to its customer, or one of its papers."""
        try:
            order = self._get_service_record('service.order', order_id, access_token)
        except (AccessError, MissingError):
            return request.redirect('/my')
        if kept := order._get_kept():
            return request.redirect(kept.get_portal_url())
        return self._render_service_page(order, access_token, {
            'page_name': 'service_order',
            'service_order': order,
            'message': message,
            'decline_reasons': self._get_decline_reasons(),
            'may_decide': self._may_decide(order),
            'res_company': order.company_id,
            'tz': order._get_reader_timezone(),
        }, options, report_type, report, download)

    def _prepare_service_object_page(self, obj):
        """Show the visitor's own orders for an object as well."""
        return {
            **super()._prepare_service_object_page(obj),
            'orders': self._search_service(
                'service.order', Domain('object_ids', 'in', obj.ids),
                order='date_order desc, id desc', limit=80),
        }

    @http.route('/my/service_orders/<int:order_id>/accept', type='jsonrpc', auth='public',
                website=True)
    def portal_service_order_accept(
            self, order_id, access_token=None, name=None, signature=None, fingerprint=None):
        """Let a customer accept a quote; return as `_sign_service_record`."""
        return self._accept_service_quote(
            'service.order', order_id, access_token, name, signature, fingerprint)

    @http.route('/my/service_orders/<int:order_id>/decline', type='http', auth='public',
                methods=['POST'], website=True)
    def portal_service_order_decline(
            self, order_id, access_token=None, reason_id=None, note=None, fingerprint=None,
            **kwargs):
        """Let a customer decline a quote, and show its page again."""
        return self._decline_service_record(
            'service.order', order_id, access_token, reason_id, note, fingerprint)

    @http.route('/my/service_orders/<int:order_id>/sign', type='jsonrpc', auth='public',
                website=True)
    def portal_service_order_sign(
            self, order_id, access_token=None, name=None, signature=None, fingerprint=None):
        """Let a customer confirm the work that he has read of."""
        read = self._read_fingerprint(fingerprint)
        return self._sign_service_record(
            'service.order', order_id, access_token, name, signature,
            lambda order, name, signature: order._sign_by_customer(name, signature, read),
            'signed', lambda name: self.env._("Work confirmed and signed by %s", name))

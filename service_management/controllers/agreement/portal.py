from odoo import http
from odoo.exceptions import AccessError, MissingError
from odoo.fields import Domain
from odoo.http import request

from ..quote.portal import ServiceQuotePortal


class ServiceAgreementPortal(ServiceQuotePortal):
    """What customers see of their agreements, and how they accept one."""

    def _get_service_counters(self):
        return {
            **super()._get_service_counters(),
            'service_agreement_count': ('service.agreement', Domain.TRUE),
            'service_agreement_quote_count': ('service.agreement', self._get_open_quote_domain())}

    @http.route(['/my/service_agreements', '/my/service_agreements/page/<int:page>'],
                type='http', auth='user', website=True)
    def portal_my_service_agreements(self, page=1, **options):
        """List the agreements of the customer."""
        return self._render_service_list('service_agreement', self._prepare_service_list(
            'service.agreement', '/my/service_agreements', page,
            {
                'date': {'label': self.env._("Newest"), 'order': 'date_start desc, id desc'},
                'end': {'label': self.env._("End"), 'order': 'date_end, id'},
                'name': {'label': self.env._("Number"), 'order': 'name, id'},
            },
            {
                'all': {'input': 'all', 'label': self.env._("Search everywhere"), 'fields': [
                    'name', 'title', 'client_order_ref', 'object_ids.name',
                    'object_ids.serial_number']},
            },
            {
                'all': {'label': self.env._("All"), 'domain': Domain.TRUE},
                'active': {
                    'label': self.env._("Active"), 'domain': Domain('state', '=', 'active')},
                'quote': {
                    'label': self.env._("Quotes to Decide"),
                    'domain': self._get_open_quote_domain()},
            },
            {'none': {'label': self.env._("None")}, 'state': {'label': self.env._("State")}},
            options))

    @http.route('/my/service_agreements/<int:agreement_id>', type='http', auth='public',
                website=True)
    def portal_service_agreement(
            self, agreement_id, access_token=None, report_type=None, download=False, message=None,
            **options):
        """Show an agreement to its customer, or its paper."""
        try:
            agreement = self._get_service_record('service.agreement', agreement_id, access_token)
        except (AccessError, MissingError):
            return request.redirect('/my')
        return self._render_service_page(agreement, access_token, {
            'page_name': 'service_agreement',
            'service_agreement': agreement,
            'orders': agreement.order_ids.filtered(
                lambda order: order.state not in ('draft', 'cancelled')
            ).sorted('date_order', reverse=True)[:80],
            'message': message,
            'decline_reasons': self._get_decline_reasons(),
            'may_decide': self._may_decide(agreement),
            'res_company': agreement.company_id,
        }, options, report_type, download=download)

    @http.route('/my/service_agreements/<int:agreement_id>/accept', type='jsonrpc',
                auth='public', website=True)
    def portal_service_agreement_accept(
            self, agreement_id, access_token=None, name=None, signature=None, fingerprint=None):
        """Let a customer accept an agreement; return as `_sign_service_record`."""
        return self._accept_service_quote(
            'service.agreement', agreement_id, access_token, name, signature, fingerprint)

    @http.route('/my/service_agreements/<int:agreement_id>/decline', type='http', auth='public',
                methods=['POST'], website=True)
    def portal_service_agreement_decline(
            self, agreement_id, access_token=None, reason_id=None, note=None, fingerprint=None,
            **kwargs):
        """Let a customer decline an agreement, and show its page again."""
        return self._decline_service_record(
            'service.agreement', agreement_id, access_token, reason_id, note, fingerprint)

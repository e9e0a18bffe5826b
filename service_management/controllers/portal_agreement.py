from odoo import http
from odoo.exceptions import AccessError, MissingError
from odoo.fields import Domain
from odoo.http import request

from .portal import ServiceCustomerPortal


class ServiceAgreementPortal(ServiceCustomerPortal):
    """What customers see of their agreements, and how they accept one."""

    @http.route(['/my/service_agreements', '/my/service_agreements/page/<int:page>'],
                type='http', auth='user', website=True)
    def portal_my_service_agreements(self, page=1, **options):
        values = self._prepare_portal_layout_values()
        values.update(self._prepare_service_list(
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
        request.session['my_service_agreements_history'] = values['records'].ids[:100]
        values['page_name'] = 'service_agreement'
        return request.render('service_management.portal_my_service_agreements', values)

    @http.route('/my/service_agreements/<int:agreement_id>', type='http', auth='public',
                website=True)
    def portal_service_agreement(
            self, agreement_id, access_token=None, report_type=None, download=False, message=None,
            **options):
        try:
            agreement = self._get_service_record('service.agreement', agreement_id, access_token)
        except (AccessError, MissingError):
            return request.redirect('/my')
        if report_type in ('html', 'pdf', 'text'):
            return self._show_report(
                agreement, report_type, agreement._get_portal_documents()['agreement'],
                download=download)
        values = self._get_service_page_values(
            agreement, access_token, {
                'page_name': 'service_agreement',
                'service_agreement': agreement,
                'orders': agreement.order_ids.filtered(
                    lambda order: order.state not in ('draft', 'cancelled')
                ).sorted('date_order', reverse=True)[:80],
                'message': message,
                'decline_reasons': self.env['service.reason'].sudo().search(
                    [('usage', '=', 'decline')]),
                'res_company': agreement.company_id,
                'report_type': 'html',
            }, 'my_service_agreements_history', options)
        values['token'] = agreement._portal_ensure_token()
        return request.render('service_management.portal_service_agreement', values)

    @http.route('/my/service_agreements/<int:agreement_id>/accept', type='jsonrpc',
                auth='public', website=True)
    def portal_service_agreement_accept(
            self, agreement_id, access_token=None, name=None, signature=None):
        return self._sign_service_record(
            'service.agreement', agreement_id, access_token, '_accept_quote', name, signature,
            'accepted')

    @http.route('/my/service_agreements/<int:agreement_id>/decline', type='http', auth='public',
                methods=['POST'], website=True)
    def portal_service_agreement_decline(
            self, agreement_id, access_token=None, reason_id=None, note=None, **kwargs):
        return self._decline_service_record(
            'service.agreement', agreement_id, access_token, reason_id, note)

from odoo import http
from odoo.exceptions import AccessError, MissingError
from odoo.fields import Domain
from odoo.http import request

from .portal import ServiceCustomerPortal


class ServiceSubscriptionPortal(ServiceCustomerPortal):
    """What customers see of their subscriptions and of the invoices for them."""

    @http.route(['/my/service_subscriptions', '/my/service_subscriptions/page/<int:page>'],
                type='http', auth='user', website=True)
    def portal_my_service_subscriptions(self, page=1, **options):
        values = self._prepare_portal_layout_values()
        values.update(self._prepare_service_list(
            'service.subscription', '/my/service_subscriptions', page,
            {
                'date': {'label': self.env._("Newest"), 'order': 'date_start desc, id desc'},
                'name': {'label': self.env._("Number"), 'order': 'name, id'},
                'title': {'label': self.env._("Subject"), 'order': 'title, id'},
            },
            {
                'all': {'input': 'all', 'label': self.env._("Search everywhere"), 'fields': [
                    'name', 'title', 'client_order_ref', 'line_ids.name',
                    'line_ids.object_id.name']},
            },
            {
                'all': {'label': self.env._("All"), 'domain': Domain.TRUE},
                'active': {
                    'label': self.env._("Active"), 'domain': Domain('state', '=', 'active')},
                'closed': {
                    'label': self.env._("Closed"), 'domain': Domain('state', '=', 'closed')},
            },
            {'none': {'label': self.env._("None")}, 'state': {'label': self.env._("State")}},
            options))
        request.session['my_service_subscriptions_history'] = values['records'].ids[:100]
        values['page_name'] = 'service_subscription'
        return request.render('service_management.portal_my_service_subscriptions', values)

    @http.route('/my/service_subscriptions/<int:subscription_id>', type='http', auth='public',
                website=True)
    def portal_service_subscription(
            self, subscription_id, access_token=None, report_type=None, download=False, **options):
        try:
            subscription = self._get_service_record(
                'service.subscription', subscription_id, access_token)
        except (AccessError, MissingError):
            return request.redirect('/my')
        if report_type in ('html', 'pdf', 'text'):
            return self._show_report(
                subscription, report_type, 'service_management.action_report_service_subscription',
                download=download)
        values = self._get_service_page_values(
            subscription, access_token, {
                'page_name': 'service_subscription',
                'service_subscription': subscription,
                'invoices': subscription._get_portal_invoices(),
                'res_company': subscription.company_id,
                'report_type': 'html',
            }, 'my_service_subscriptions_history', options)
        values['token'] = subscription._portal_ensure_token()
        return request.render('service_management.portal_service_subscription', values)

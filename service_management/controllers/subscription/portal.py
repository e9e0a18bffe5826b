from odoo import http
from odoo.exceptions import AccessError, MissingError
from odoo.fields import Domain
from odoo.http import request

from ..common.portal import ServiceCustomerPortal


class ServiceSubscriptionPortal(ServiceCustomerPortal):
    """What customers see of their subscriptions and of the invoices for them."""

    def _get_service_counters(self):
        return {
            **super()._get_service_counters(),
            'service_subscription_count': ('service.subscription', Domain.TRUE)}

    @http.route(['/my/service_subscriptions', '/my/service_subscriptions/page/<int:page>'],
                type='http', auth='user', website=True)
    def portal_my_service_subscriptions(self, page=1, **options):
        """List the subscriptions of the customer."""
        return self._render_service_list('service_subscription', self._prepare_service_list(
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

    @http.route('/my/service_subscriptions/<int:subscription_id>', type='http', auth='public',
                website=True)
    def portal_service_subscription(
            self, subscription_id, access_token=None, report_type=None, download=False, **options):
        """Show a subscription to its customer, or its paper."""
        try:
            subscription = self._get_service_record(
                'service.subscription', subscription_id, access_token)
        except (AccessError, MissingError):
            return request.redirect('/my')
        return self._render_service_page(subscription, access_token, {
            'page_name': 'service_subscription',
            'service_subscription': subscription,
            'invoices': subscription._get_portal_invoices(),
            'res_company': subscription.company_id,
        }, options, report_type, download=download)

from odoo import http
from odoo.exceptions import AccessError, MissingError
from odoo.fields import Domain
from odoo.http import request

from ..common.portal import ServiceCustomerPortal


class ServiceObjectPortal(ServiceCustomerPortal):
    """What customers see of their equipment."""

    def _get_service_counters(self):
        return {
            **super()._get_service_counters(),
            'service_object_count': ('service.object', Domain.TRUE)}

    @http.route(['/my/service_objects', '/my/service_objects/page/<int:page>'],
                type='http', auth='user', website=True)
    def portal_my_service_objects(self, page=1, **options):
        """List the equipment of the customer."""
        return self._render_service_list('service_object', self._prepare_service_list(
            'service.object', '/my/service_objects', page,
            {
                'name': {'label': self.env._("Name"), 'order': 'name, id'},
                'date': {'label': self.env._("In Service Since"), 'order': 'date_in_service desc, id desc'},
            },
            {
                'all': {'input': 'all', 'label': self.env._("Search everywhere"), 'fields': [
                    'name', 'code', 'serial_number', 'site_id.name', 'site_id.city']},
                'serial': {'input': 'serial', 'label': self.env._("Search by serial number"), 'fields': [
                    'serial_number', 'code']},
            },
            {
                'all': {'label': self.env._("All"), 'domain': Domain.TRUE},
                'warranty': {
                    'label': self.env._("Under Warranty"),
                    'domain': Domain('warranty_state', 'in', ('partly', 'full'))},
            },
            {
                'none': {'label': self.env._("None")},
                'site_id': {'label': self.env._("Site")},
                'group_id': {'label': self.env._("Group")},
            }, options))

    @http.route('/my/service_objects/<int:object_id>', type='http', auth='public', website=True)
    def portal_service_object(self, object_id, access_token=None, **options):
        """Show an object to its owner, or to whoever has the link to it."""
        try:
            obj = self._get_service_record('service.object', object_id, access_token)
        except (AccessError, MissingError):
            return request.redirect('/my')
        return self._render_service_page(
            obj, access_token, self._prepare_service_object_page(obj), options)

    def _prepare_service_object_page(self, obj):
        """Return the values of the page of an object in sudo; extend for more."""
        return {'page_name': 'service_object', 'service_object': obj}

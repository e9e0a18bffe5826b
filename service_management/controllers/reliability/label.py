from werkzeug.exceptions import NotFound

from odoo import http
from odoo.http import request

from ...tools.entries import MAX_ID
from ..common.portal import ServiceCustomerPortal


class ServiceLabelPortal(ServiceCustomerPortal):
    """What the code on an object's label opens."""

    @http.route('/service/object/<int:object_id>', type='http', auth='user')
    def open_service_object(self, object_id):
        """Go to the object: in the app, or in the portal. Who is not logged in logs in first.

        :raise NotFound: the same answer where there is none and where it is none of the visitor's
        """
        obj = self.env['service.object'].browse(object_id if object_id <= MAX_ID else ()).exists()
        if not obj or not self._may_see_service_object(obj):
            raise NotFound()
        if self.env.user._is_internal():
            return request.redirect(f'/mail/view?model=service.object&res_id={obj.id}')
        return request.redirect(f'/my/service_objects/{obj.id}')

    def _may_see_service_object(self, obj):
        """Tell whether staff may read one object in any company of theirs, or it is the customer's."""
        if self.env.user._is_internal():
            return obj.with_context(
                allowed_company_ids=self.env.user.company_ids.ids).has_access('read')
        # Portal users have no rights on objects: they are found to be theirs.
        return self._is_own(obj.sudo())

from odoo import http
from odoo.exceptions import AccessError, MissingError
from odoo.http import request

from ..objects.portal import ServiceObjectPortal


class ServiceCertificatePortal(ServiceObjectPortal):
    """Which certificates customers see of their equipment, where the company shows them.

    Only its own people do: a link to an object shows what it is, and no papers.
    """

    def _get_shown_certificates(self, obj):
        """Return the certificates of an object in sudo that the visitor sees."""
        is_shown = obj.company_id.service_shows_certificates and self._is_own(obj)
        return obj.certificate_ids.filtered(lambda row: is_shown and row.is_current)

    def _prepare_service_object_page(self, obj):
        return {
            **super()._prepare_service_object_page(obj),
            'certificates': self._get_shown_certificates(obj)}

    @http.route('/my/service_objects/<int:object_id>/certificates/<int:certificate_id>',
                type='http', auth='user', website=True)
    def portal_service_certificate(self, object_id, certificate_id):
        """Send the document of a certificate to the owner of its object, as a file to save."""
        try:
            obj = self._get_service_record('service.object', object_id)
        except (AccessError, MissingError):
            return request.redirect('/my')
        certificate = self._get_shown_certificates(obj).filtered(
            lambda row: row.id == certificate_id and row.document)
        if not certificate:
            return request.redirect(f'/my/service_objects/{obj.id}')
        # To be saved, not shown within the page: nobody knows what was uploaded.
        return self.env['ir.binary'].sudo()._get_stream_from(
            certificate, 'document', filename_field='document_name').get_response(as_attachment=True)

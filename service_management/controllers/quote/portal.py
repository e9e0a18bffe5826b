from urllib.parse import urlencode

from odoo.exceptions import AccessError, MissingError, UserError
from odoo.fields import Domain
from odoo.http import request

from ...models.quote.service_quote_mixin import QuoteChangedError
from ...tools.entries import read_base64, read_id, read_option
from ..common.pictures import OPENED, is_picture
from ..common.portal import ServiceCustomerPortal

MAX_NAME = 100
MAX_NOTE = 1000


class ServiceQuotePortal(ServiceCustomerPortal):
    """How customers decide on a document that was sent to them."""

    def _get_open_quote_domain(self):
        """Return the domain of the documents that the customer has still to decide on."""
        return (
            Domain('state', '=', 'draft') & Domain('quote_sent_on', '!=', False)
            & Domain('is_quote_expired', '=', False))

    def _may_decide(self, record_sudo):
        """Tell whether whoever looks at one document is one of the customer's who decide.

        Whoever has the link of a mail is taken for whom the mail was written to.
        """
        user = self.env.user
        person = record_sudo._get_recipient() if user._is_public() else user.partner_id
        return not person.sudo().service_cannot_decide

    def _ensure_may_decide(self, record_sudo):
        """:raise UserError: if the visitor is not one of the customer's who decide"""
        if not self._may_decide(record_sudo):
            raise UserError(self.env._(
                "You see %(document)s, and somebody else of %(customer)s decides on it. Ask whoever"
                " does, or us.", document=record_sudo.name,
                customer=record_sudo.commercial_partner_id.name))

    def _get_decline_reasons(self):
        """Return the reasons that a customer may choose from."""
        # Customers have no rights on reasons; those for them are no secret.
        return self.env['service.reason'].sudo().search([('usage', '=', 'decline')])

    def _accept_service_quote(
            self, model, record_id, access_token, name, signature, fingerprint):
        """Let a customer accept a quote with a signature.

        :param str fingerprint: of the quote on the page that the customer has read
        :return: as `_sign_service_record`; a quote that has changed since is shown again
        """
        read = self._read_fingerprint(fingerprint)

        def accept(record, name, signature):
            self._ensure_may_decide(record)
            record._accept_quote(name, signature, read)

        return self._sign_service_record(
            model, record_id, access_token, name, signature, accept, 'accepted', lambda name: self.env._("Quote accepted and signed by %s", name))

    @staticmethod
    def _read_fingerprint(fingerprint):
        """Return what was read: of the call, else of the address that the signature form calls."""
        return str(fingerprint or request.httprequest.args.get('fingerprint') or '')

    def _read_signature(self, signature):
        """Return a signature in base64, or nothing where nobody signed.

        :raise UserError: if it is no picture
        """
        if not signature:
            return None
        content = read_base64(signature)
        if not content or not is_picture(content, OPENED):
            raise UserError(self.env._("The signature cannot be read. Sign again, please."))
        return signature

    def _ensure_alone(self, record):
        """:raise UserError: if somebody else decides on one document at this moment"""
        if not record.try_lock_for_update():
            raise UserError(self.env._(
                "Somebody else is deciding on %s at this moment. Open the page again to see what"
                " became of it.", record.display_name))

    def _sign_service_record(
            self, model, record_id, access_token, name, signature, sign, message, tell):
        """Let a customer sign, for the signature form of the portal.

        :param name: who signs, as it was sent
        :param signature: image, as it was sent
        :param sign: function that is called with the record in sudo, the name and the signature
        :param str message: name of what the page says afterwards
        :param tell: function that returns what the history of the record says of a name
        :return: {'error': text}, or what makes the form show the page again
        """
        access_token = access_token or request.httprequest.args.get('access_token')
        try:
            record = self._get_service_record(model, record_id, access_token)
        except (AccessError, MissingError):
            return {'error': self.env._(
                "This document does not exist, or the link to it is no longer valid.")}
        try:
            self._ensure_customer(record, access_token)
            name = self._read_text(name, MAX_NAME, cut=False)
            signature = self._read_signature(signature)
            self._ensure_alone(record)
            with self.env.cr.savepoint():
                sign(record, name, signature)
                record.flush_recordset()
        except QuoteChangedError as error:
            return {
                'error': str(error), 'force_refresh': True,
                'redirect_url': record.get_portal_url(query_string='&message=changed')}
        except UserError as error:
            return {'error': str(error)}
        self._post_for_customer(record, tell(name))
        return {
            'force_refresh': True,
            'redirect_url': record.get_portal_url(query_string=f'&message={message}'),
        }

    def _decline_service_record(
            self, model, record_id, access_token, reason_id, note, fingerprint):
        """Let a customer decline a quote, and show its page again.

        A quote that has changed since he read it is shown again, with what he has written.
        """
        try:
            record = self._get_service_record(model, record_id, access_token)
        except (AccessError, MissingError):
            return request.redirect('/my')
        if not self._is_customer(record, access_token):
            return request.redirect(record.access_url)  # the page says who decides
        reason = self._get_decline_reasons() & self.env['service.reason'].browse(read_id(reason_id))
        try:
            self._ensure_may_decide(record)
            note = self._read_text(note, MAX_NOTE)
            self._ensure_alone(record)
            with self.env.cr.savepoint():
                record._decline_quote(reason, note, read_option(fingerprint))
                record.flush_recordset()
        except QuoteChangedError:
            return request.redirect(record.get_portal_url(
                query_string='&' + urlencode({'message': 'changed', 'note': note})))
        except UserError:
            return request.redirect(record.get_portal_url(query_string='&message=not_declined'))
        self._post_for_customer(record, ' '.join(filter(None, (
            self.env._("Quote declined."), reason.name, note))))
        return request.redirect(record.get_portal_url(query_string='&message=declined'))

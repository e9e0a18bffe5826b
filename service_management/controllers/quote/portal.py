import binascii
from urllib.parse import urlencode

from odoo.exceptions import AccessError, MissingError, UserError, ValidationError
from odoo.fields import Domain
from odoo.http import request

from ...models.quote.service_quote_mixin import QuoteChangedError
from ..common.portal import ServiceCustomerPortal


class ServiceQuotePortal(ServiceCustomerPortal):
    """How customers decide on a document that was sent to them."""

    def _get_open_quote_domain(self):
        """Return the domain of the documents that the customer has still to decide on."""
        return (
            Domain('state', '=', 'draft') & Domain('quote_sent_on', '!=', False)
            & Domain('is_quote_expired', '=', False))

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
        read = fingerprint or request.httprequest.args.get('fingerprint')

        def accept(record):
            """Accept what was read, and nothing else."""
            record._accept_quote(name, signature, read or '')

        return self._sign_service_record(
            model, record_id, access_token, accept,
            'accepted', self.env._("Quote accepted and signed by %s", name))

    def _sign_service_record(self, model, record_id, access_token, sign, message, body):
        """Let a customer sign, for the signature form of the portal.

        :param sign: function that is called with the record in sudo
        :param str message: name of what the page says afterwards
        :param str body: what the history of the record says
        :return: {'error': text}, or what makes the form show the page again
        """
        access_token = access_token or request.httprequest.args.get('access_token')
        try:
            record = self._get_service_record(model, record_id, access_token)
            with self.env.cr.savepoint():
                sign(record)
                record.flush_recordset()
        except (AccessError, MissingError):
            return {'error': self.env._(
                "This document does not exist, or the link to it is no longer valid.")}
        except QuoteChangedError as error:
            return {
                'error': str(error), 'force_refresh': True,
                'redirect_url': record.get_portal_url(query_string='&message=changed')}
        except (UserError, ValidationError) as error:
            return {'error': str(error)}
        except (TypeError, ValueError, binascii.Error):
            return {'error': self.env._("The signature cannot be read. Sign again, please.")}
        self._post_for_customer(record, body)
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
        reason = self._get_decline_reasons() & self.env['service.reason'].browse(
            self._read_id(reason_id))
        note = (note or '').strip()[:1000]
        try:
            with self.env.cr.savepoint():
                record._decline_quote(reason, note, fingerprint or '')
                record.flush_recordset()
        except QuoteChangedError:
            return request.redirect(record.get_portal_url(
                query_string='&' + urlencode({'message': 'changed', 'note': note})))
        except UserError:
            return request.redirect(record.get_portal_url(query_string='&message=not_declined'))
        self._post_for_customer(record, ' '.join(filter(None, (
            self.env._("Quote declined."), reason.name, note))))
        return request.redirect(record.get_portal_url(query_string='&message=declined'))

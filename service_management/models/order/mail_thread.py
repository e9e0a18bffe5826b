import logging

from odoo import api, models
from odoo.tools import email_normalize

_logger = logging.getLogger(__name__)


def without_nul(value):
    """Return what a mail holds as the database can keep it: without NUL, in names of files as well.

    >>> without_nul({'subject': 'a\\0b', 'attachments': [('c\\0.txt', b'\\0')]})
    {'subject': 'ab', 'attachments': [('c.txt', b'\\x00')]}
    """
    if isinstance(value, str):
        return value.replace('\0', '')
    if isinstance(value, dict):
        return {name: without_nul(part) for name, part in value.items()}
    if type(value) in (list, tuple):
        return type(value)(without_nul(part) for part in value)
    return value


class MailThread(models.AbstractModel):
    """Mail that machines send, or that cannot be kept as it is."""
    _inherit = 'mail.thread'

    @api.model
    def message_parse(self, message, save_original=False):
        """Leave out what no text can hold: the rest of the mail is worth reading."""
        return without_nul(super().message_parse(message, save_original=save_original))

    @api.model
    def message_route(self, message, message_dict, model=None, thread_id=None, custom_values=None):
        """Make no orders of what machines send: two that answer each other would never stop.

        Those that shall, as the alarm of a plant, are among the allowed senders of the mail gateway.
        """
        routes = super().message_route(
            message, message_dict, model=model, thread_id=thread_id, custom_values=custom_values)
        if not self._is_by_machine(message) or self._is_allowed_sender(message_dict):
            return routes
        kept = [route for route in routes if route[0] != 'service.order' or route[1]]
        if len(kept) < len(routes):
            _logger.info(
                "Ignored mail from %s to %s with Message-Id %s: a machine sent it",
                message_dict.get('email_from'), message_dict.get('to'),
                message_dict.get('message_id'))
        return kept

    @api.model
    def _is_by_machine(self, message):
        """Tell whether a mail says that nobody wrote it.

        Source: RFC 3834, "Recommendations for Automatic Responses to Electronic Mail", 2 and 5; the
        other headers are those of older programs.
        """
        def get(name):
            return str(message.get(name) or '').strip().lower()

        return bool(
            get('Auto-Submitted').split(';')[0].strip() not in ('', 'no')
            or get('Precedence') in ('bulk', 'junk', 'auto_reply')
            or get('X-Autoreply') not in ('', 'no') or get('X-Autorespond')
            or get('Return-Path') == '<>')

    @api.model
    def _is_allowed_sender(self, message_dict):
        """Tell whether a mail is of an allowed sender of the mail gateway."""
        normalized = email_normalize(message_dict.get('email_from') or '')
        # Whoever fetches the mail: the list of senders is the administrator's.
        return bool(normalized and self.env['mail.gateway.allowed'].sudo().search_count(
            [('email_normalized', '=', normalized)], limit=1))

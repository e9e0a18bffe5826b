import hashlib
import json

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ...tools.clock import local_day
from ..common.records import search_yes_or_no


class QuoteChangedError(UserError):
    """A customer decides on what the quote does not say any more."""


class ServiceQuoteMixin(models.AbstractModel):
    """A document that is a quote from the moment it is sent until its customer decides.

    The document has a ``state`` whose value ``draft`` is the one that is decided on, a
    ``company_id``, a ``partner_id`` and ``contact_id``, and a ``user_id`` who is told of the
    decision.
    """
    _name = 'service.quote.mixin'
    _description = "Service Quote"
    _inherit = ['service.document.mixin', 'mail.thread', 'mail.activity.mixin', 'service.portal.mixin']

    quote_sent_on = fields.Datetime(copy=False, readonly=True, tracking=True)
    validity_date = fields.Date(
        string="Valid Until", copy=False, tracking=True,
        help="Last day on which the customer can accept the quote; filled when it is sent.")
    is_quote_expired = fields.Boolean(compute='_compute_quote', search='_search_is_quote_expired')
    can_accept = fields.Boolean(compute='_compute_quote')
    accepted_on = fields.Datetime(copy=False, readonly=True)
    accepted_by = fields.Char(copy=False, readonly=True)
    sent_fingerprint = fields.Char(
        copy=False, readonly=True, help="Tells what the quote said when it was sent.")
    accepted_fingerprint = fields.Char(
        copy=False, readonly=True, help="Tells what the quote said that was accepted.")
    accept_signature = fields.Image(
        string="Signature of the Quote", copy=False, readonly=True, attachment=True,
        max_width=1024, max_height=1024)

    @api.depends('state', 'quote_sent_on', 'validity_date')
    def _compute_quote(self):
        for document in self:
            is_quote = document.state == 'draft' and document.quote_sent_on
            expired = is_quote and document.validity_date and (
                document.validity_date < document._get_today())
            document.is_quote_expired = bool(expired)
            document.can_accept = bool(is_quote and not expired)

    def _search_is_quote_expired(self, operator, value):
        return search_yes_or_no(operator, value, (
            Domain('state', '=', 'draft') & Domain('quote_sent_on', '!=', False)
            & self.env['res.company']._get_today_domain('validity_date', '<')))

    def _ensure_quotable(self):
        """Extend to ask for more.

        :raise UserError: if a document is no draft, or there is nothing to quote
        """
        for document in self:
            if document.state != 'draft':
                raise UserError(self.env._(
                    "%s is not a request any more: there is nothing left to quote.",
                    document.name))

    def _ensure_may_quote(self):
        """:raise AccessError: if the user does not send quotes of these documents"""
        self._ensure_role('customer_service', self.env._(
            "Only customer service and dispatchers send quotes. Ask one to send it."))

    def _before_quoting(self):
        """Extend for what a document has to be brought up to date with before it is sent."""

    def _get_quote_template(self):
        """Return the mail that carries the quote, or an empty template."""
        return self.env['mail.template']

    def _on_quote_accepted(self):
        """Extend for what follows when the customer accepts one document; runs in sudo."""

    def _on_quote_declined(self, text, reason, note):
        """Extend for what follows when the customer declines one document; runs in sudo.

        :param str text: what the customer says, in one sentence
        :param reason: service.reason, may be empty
        :param str note: the customer's own words, may be empty
        """

    def _get_quote_content(self):
        """Return what the quote of one document says, as a dict of plain values.

        What is in it cannot change between the page that a customer reads and his signature. Extend
        for whatever else he reads before he decides.
        """
        self.ensure_one()
        return {
            'number': self.name,
            'customer': self.partner_id.id,
            'valid_until': self.validity_date,
        }

    def _get_quote_fingerprint(self):
        """Return a text that differs for quotes that say something else, and is the same otherwise."""
        self.ensure_one()
        return self._get_fingerprint('_get_quote_content')

    def _get_fingerprint(self, content):
        """Return a text that tells whether what one document says is still the same.

        :param str content: name of the method that returns what it says, as `_get_quote_content`
        """
        # In one language, and whoever reads it: the same content has one fingerprint.
        document = self.sudo().with_context(lang=None)
        said = json.dumps(getattr(document, content)(), sort_keys=True, default=str)
        return hashlib.sha256(said.encode()).hexdigest()

    def _has_changed_since_sent(self):
        """Tell whether one quote says something else than when it was sent."""
        self.ensure_one()
        return bool(
            self.sent_fingerprint and self.sent_fingerprint != self._get_quote_fingerprint())

    def _ensure_read(self, fingerprint):
        """Refuse a decision on what one quote does not say any more.

        :param str fingerprint: of what the customer has read
        :raise QuoteChangedError: if it says something else now
        """
        self.ensure_one()
        if fingerprint != self._get_quote_fingerprint():
            raise QuoteChangedError(self.env._(
                "The quote has changed since you opened it. Please read it again."))

    def _get_today(self):
        """Return the day that one document's company has now."""
        return self.company_id._get_service_today()

    def _get_timezone(self):
        """Return the name of the time zone that one document's days are in."""
        self.ensure_one()
        return self.company_id._get_service_timezone()

    def _get_reader_timezone(self):
        """Return the time zone of who looks at one document in the portal: of the site by a link."""
        self.ensure_one()
        user = self.env.user
        return (not user._is_public() and user.tz) or self._get_timezone()

    @api.model
    def _mail_get_partner_fields(self, introspect_fields=False):
        """Write to the contact of a document, else to the customer."""
        return ['contact_id', 'partner_id']

    def _mail_get_partners(self, introspect_fields=False):
        partners = super()._mail_get_partners(introspect_fields=introspect_fields)
        return {
            document_id: found.filtered(self.browse(document_id)._is_shown_to)[:1]
            for document_id, found in partners.items()}

    def _notify_get_recipients(self, message, msg_vals=False, **kwargs):
        return self._filter_recipients(
            super()._notify_get_recipients(message, msg_vals=msg_vals, **kwargs))

    def _get_recipient(self):
        """Return whom one document is written to: its contact, else its customer."""
        self.ensure_one()
        return self._mail_get_partners()[self.id]

    def _get_greeted(self):
        """Return the name that a mail of one document greets; nobody greets a company."""
        recipient = self._get_recipient()
        return '' if recipient.is_company else recipient.name or ''

    def _get_callback(self):
        """Return whom the customer of one document calls.

        :return: (name, telephone number), either may be empty
        """
        self.ensure_one()
        # Who answers is no secret to whom he answers.
        responsible, company = self.user_id.sudo().partner_id, self.company_id.sudo()
        if responsible.phone:
            return responsible.name, responsible.phone
        return company.name, company.phone or ''

    def action_send_quote(self):
        """Open the mail with the quote; sending it makes the document one to decide on."""
        self.ensure_one()
        self._ensure_quotable()
        self._before_quoting()
        self._fill_validity()  # the mail and the document name it
        return self._open_composer(
            self._get_sending_title(), self._get_quote_template(), service_quote_sent=True)

    def _get_sending_title(self):
        """Return the title of the mail with the quote; extend for documents that are called otherwise."""
        return self.env._("Send the Quote")

    def action_send_quote_again(self):
        """Send once more: the button is not the next step then, and has a name of its own."""
        return self.action_send_quote()

    def action_mark_quote_sent(self):
        """Let customers decide on quotes that reached them on another way, on paper for example."""
        self._ensure_quotable()
        self._before_quoting()
        self._mark_quote_sent()
        return True

    def _mark_quote_sent(self):
        self._ensure_may_quote()
        self._fill_validity()
        for document in self.sudo():  # evidence is nobody's to write
            document.quote_sent_on = fields.Datetime.now()
            document.sent_fingerprint = document._get_quote_fingerprint()

    def _fill_validity(self):
        """Give quotes a last day; one that was entered stays unless it has passed."""
        for document in self:
            today = document._get_today()
            if not document.validity_date or document.validity_date < today:
                document.validity_date = today + relativedelta(
                    days=document._get_validity_days())

    def _get_validity_days(self):
        """Return for how many days the quote of one document can be accepted; extend for others."""
        self.ensure_one()
        return self.company_id.service_quote_days

    def _get_quote_date(self):
        """Return the day that stands on the quote: when it was sent, else today."""
        self.ensure_one()
        if not self.quote_sent_on:
            return self._get_today()
        return local_day(self.quote_sent_on, self._get_timezone())

    def _open_composer(self, title, template, **context):
        """Return the action that opens a mail to the customer of one document."""
        self.ensure_one()
        return {
            'type': 'ir.actions.act_window',
            'name': title,
            'res_model': 'mail.compose.message',
            'views': [(False, 'form')],
            'target': 'new',
            'context': {
                'default_model': self._name,
                'default_res_ids': self.ids,
                'default_composition_mode': 'comment',
                'default_template_id': template and template.id,
                'default_email_layout_xmlid':
                    'mail.mail_notification_layout_with_responsible_signature',
                'email_notification_allow_footer': True,
                'force_email': True,
                **context,
            },
        }

    def _accept_quote(self, name, signature, fingerprint=None):
        """Let a customer accept one quote.

        Runs for customers, who have no rights of their own on it: call it in sudo, after their
        access was checked.

        :param str name: who signs
        :param bytes signature: image, base64
        :param str fingerprint: of what the customer has read; None if he reads it now
        :raise UserError: if the quote is not open to be accepted, or has changed, or nobody signs
        """
        self.ensure_one()
        if self.is_quote_expired:
            raise UserError(self.env._("This quote has expired. Ask us for a new one."))
        if not self.can_accept:
            raise UserError(self.env._("This quote cannot be accepted any more."))
        if fingerprint is not None:
            self._ensure_read(fingerprint)
        if not (name or '').strip() or not signature:
            raise UserError(self.env._("Enter your name and sign to accept the quote."))
        self.sudo().write({  # evidence is nobody's to write
            'accepted_by': name.strip(), 'accepted_on': fields.Datetime.now(),
            'accept_signature': signature,
            'accepted_fingerprint': self._get_quote_fingerprint(),
        })
        self._on_quote_accepted()

    def _decline_quote(self, reason, note, fingerprint=None):
        """Let a customer decline one quote; runs as `_accept_quote` does.

        :param reason: service.reason of the usage "decline", may be empty
        :param str note: the customer's own words, may be empty
        :param str fingerprint: as for `_accept_quote`
        :raise UserError: if there is nothing to decline, or it has changed, or not a word why
        """
        self.ensure_one()
        if self.state != 'draft' or not self.quote_sent_on:
            raise UserError(self.env._("This quote cannot be declined any more."))
        if fingerprint is not None:
            self._ensure_read(fingerprint)
        reason = reason.filtered(lambda item: item.usage == 'decline')
        if not reason and not (note or '').strip():
            raise UserError(self.env._("Tell us why you decline, please."))
        text = ': '.join(filter(None, (reason.name, note and note.strip())))
        self._on_quote_declined(
            self.env._("Declined: %s", text),
            reason or self.env['service.reason']._get_default('decline'), note)

    def _tell_responsible(self, text):
        """Put what a customer decided on the to-do list of the responsible."""
        self._schedule_todo('mail.mail_activity_data_todo', text.split('\n')[0])

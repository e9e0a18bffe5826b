import logging

import pytz
import vobject

from odoo import api, fields, models
from odoo.tools import split_every

from ..common.batches import attempt

_logger = logging.getLogger(__name__)


class ServiceVisit(models.Model):
    """What customers are told of visits: mails with an entry for their calendar."""
    _inherit = 'service.visit'

    invitation_sequence = fields.Integer(
        copy=False, readonly=True,
        help="Counts the invitations sent, so that a calendar knows the latest one.")
    on_way_due = fields.Datetime(
        copy=False, readonly=True,
        help="When the customer is told that the technician is on the way, unless it is taken back.")
    on_way_told = fields.Datetime(
        copy=False, readonly=True, help="When the customer was told so: once a visit.")

    _on_way = models.Index('(on_way_due) WHERE on_way_due IS NOT NULL')

    def _dispatch(self, moment=None):
        dispatched = super()._dispatch(moment)
        dispatched._announce('planned')
        return dispatched

    def _after_rescheduling(self):
        super()._after_rescheduling()
        self._announce('planned')

    def _after_cancelling(self):
        super()._after_cancelling()
        self._announce('cancelled')

    def _start_timer(self, kind, moment=None):
        leaving = self.filtered(lambda visit: not visit.timer_start)
        started = super()._start_timer(kind, moment)
        if kind == 'travel':
            (started & leaving)._announce_way()
        return started

    def _announce_way(self):
        """Tell customers that somebody is on the way to them: once a visit, and after a short while."""
        for visit in self.filtered(lambda visit: not visit.on_way_told):
            if not visit.company_id.service_mail_delay_minutes:
                visit._tell_on_way()
                continue
            due = visit.company_id._get_mail_moment()
            visit.sudo().on_way_due = due  # as in _start_timer: only verbs write it
            self.env.ref('service_management.ir_cron_tell_on_way')._trigger(due)

    def _tell_on_way(self):
        """Tell the customer of one visit that somebody is on the way."""
        self.ensure_one()
        # As in _announce_way.
        self.sudo().write({'on_way_due': False, 'on_way_told': fields.Datetime.now()})
        self._announce('on_way')

    @api.model
    def _cron_tell_on_way(self, batch_size=20):
        """Tell customers that somebody is on the way, after the while in which it is taken back."""
        due = self.search([('on_way_due', '<=', fields.Datetime.now())])
        self._process_batches(
            self._tell_on_way_batch, split_every(batch_size, due.ids, list))

    @api.model
    def _tell_on_way_batch(self, visit_ids):
        """Tell the customers of some visits, each alone; who has arrived already is not announced."""
        visits = self.browse(visit_ids).try_lock_for_update().filtered('on_way_due')
        for visit in visits:
            if visit.timer_kind != 'travel':
                visit.on_way_due = False
            elif error := attempt(self.env, visit._tell_on_way):
                visit.on_way_due = False
                _logger.warning(
                    "The customer of %s could not be told", visit.display_name, exc_info=error)

    def _announce(self, event):
        """Tell customers of visits by mail, with an invitation where their calendar changes.

        :param str event: 'planned', 'cancelled', 'on_way' or 'reminder'
        """
        for visit in self:
            attachments = []
            if event in ('planned', 'cancelled'):
                # Customers are told whoever moves the visit, and nobody counts by hand.
                visit.sudo().invitation_sequence += 1
                attachments.append(('visit.ics', visit._get_invitation(event == 'cancelled')))
            visit.order_id.with_context(service_visit_id=visit.id)._send_team_mail(
                event, attachments)

    def _filter_mailed(self, event):
        """Return those of these visits whose customers get the mail of an event."""
        partners = self.order_id._mail_get_partners()
        return self.filtered(lambda visit: (
            visit.team_id._get_mail_template(event) and partners[visit.order_id.id].email))

    def _get_invitation(self, is_cancelled=False):
        """Return one visit as an iCalendar file, for the customer's calendar.

        Source: RFC 5545 and 5546: one UID for all versions, a growing SEQUENCE.

        :return: bytes
        """
        self.ensure_one()
        # The customer reads it, whoever sends it.
        order = self.order_id.sudo()
        recipient = order._mail_get_partners()[order.id]
        lang = self.with_context(lang=recipient.lang)
        # Technicians send invitations without access to parameters; this one is no secret.
        database = self.env['ir.config_parameter'].sudo().get_param('database.uuid')
        calendar = vobject.iCalendar()
        calendar.add('method').value = 'CANCEL' if is_cancelled else 'REQUEST'
        event = calendar.add('vevent')
        event.add('uid').value = f'service-visit-{self.id}@{database}'
        event.add('sequence').value = str(self.invitation_sequence)
        event.add('status').value = 'CANCELLED' if is_cancelled else 'CONFIRMED'
        event.add('dtstamp').value = pytz.utc.localize(fields.Datetime.now())
        event.add('dtstart').value = pytz.utc.localize(self.date_start)
        event.add('dtend').value = pytz.utc.localize(self.date_end)
        event.add('summary').value = lang.env._(
            "%(company)s: %(title)s", company=order.company_id.name, title=order.title)
        event.add('description').value = lang.env._(
            "%(order)s, technician: %(technician)s", order=order.name,
            technician=self.employee_id.sudo().name)  # as above: the customer reads it
        if order.site_address:
            event.add('location').value = order.site_address
        organizer = order.company_id.email or order.user_id.email
        if organizer:
            event.add('organizer').value = f'MAILTO:{organizer}'
        if recipient.email:
            event.add('attendee').value = f'MAILTO:{recipient.email_normalized or recipient.email}'
        return calendar.serialize().encode()

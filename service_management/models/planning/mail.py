import pytz
import vobject

from odoo import fields, models


class ServiceVisit(models.Model):
    """What customers are told of visits: mails with an entry for their calendar."""
    _inherit = 'service.visit'

    invitation_sequence = fields.Integer(
        copy=False, readonly=True,
        help="Counts the invitations sent, so that a calendar knows the latest one.")

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
            (started & leaving)._announce('on_way')
        return started

    def _announce(self, event):
        """Tell customers of visits by mail, with an invitation where their calendar changes.

        :param str event: 'planned', 'cancelled' or 'on_way'
        """
        for visit in self:
            attachments = []
            if event != 'on_way':
                # Customers are told whoever moves the visit, and nobody counts by hand.
                visit.sudo().invitation_sequence += 1
                attachments.append(('visit.ics', visit._get_invitation(event == 'cancelled')))
            visit.order_id.with_context(service_visit_id=visit.id)._send_team_mail(
                event, attachments)

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

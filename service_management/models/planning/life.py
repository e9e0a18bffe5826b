from odoo import models
from odoo.exceptions import UserError

from ...tools.planning import (
    local_day,
)

#: target state: the states a visit may come from
TRANSITIONS = {
    'planned': {'planned', 'dispatched'},
    'dispatched': {'planned'},
    'under_way': {'planned', 'dispatched'},
    'done': {'planned', 'dispatched', 'under_way'},
    'cancelled': {'planned', 'dispatched', 'under_way'},
}
OPEN_STATES = ('planned', 'dispatched', 'under_way')


class ServiceVisit(models.Model):
    """How a visit moves, and who is told."""
    _inherit = 'service.visit'

    def _keep_reassigned(self, vals):
        """Keep what the former technician was told as a cancelled visit; plan anew."""
        reason = self.env['service.reason']._get_default('visit')
        kept = [{
            **visit.copy_data()[0],
            'state': 'cancelled',
            'date_start': visit.date_start,
            'date_end': visit.date_end,
            'reason_id': vals.get('reason_id') or reason.id,
            'note': vals.get('note') or self.env._("Given to another technician."),
        } for visit in self]
        for visit in self:
            visit._notify_technician(self.env._("This visit is no longer yours."))
        self.activity_unlink(['service_management.mail_activity_type_visit'])
        self.sudo().create(kept)  # only reassigning makes cancelled visits
        self.sudo().state = 'planned'

    def _after_rescheduling(self):
        """Tell who was told before; extend to tell others."""
        for visit in self:
            visit._notify_technician(self.env._("Your visit has another time."))

    def _is_open(self):
        self.ensure_one()
        return self.state in OPEN_STATES

    def _set_state(self, target):
        """Move the visits that may go to `target` and return them."""
        movable = self.filtered(lambda visit: visit.state in TRANSITIONS[target])
        movable.sudo().state = target  # only the actions move visits
        return movable

    def _ensure_timer_stopped(self):
        if running := self.filtered('timer_start')[:1]:
            raise UserError(self.env._(
                "The clock of %(technician)s runs on %(visit)s. Stop it first.",
                technician=running.employee_id.name, visit=running.display_name))

    def action_dispatch(self):
        """Tell technicians of their visits, by activity and message."""
        self._ensure_may_plan()
        for visit in self:
            if not (visit.employee_id and visit.date_start):
                raise UserError(self.env._(
                    "%s needs a technician and a time before it is dispatched.",
                    visit.display_name))
            if visit.order_id.state != 'open':
                raise UserError(self.env._(
                    "%s is not open: confirm the order before you dispatch its visit.",
                    visit.order_id.name))
        dispatched = self._set_state('dispatched')
        for visit in dispatched:
            visit._schedule_technician()
            visit._notify_technician(self.env._("You have a new visit."))
        return True

    def _schedule_technician(self):
        self.ensure_one()
        # Planning is the dispatcher's, the to-do the technician's.
        user = self.employee_id.sudo().user_id
        if user:
            day = local_day(self.date_start, self.employee_id.tz)
            self.activity_schedule(
                'service_management.mail_activity_type_visit', date_deadline=day, user_id=user.id,
                summary=self.order_id.title)

    def _notify_technician(self, text):
        """Send the technician a message about one visit, in the inbox or by email."""
        self.ensure_one()
        employee = self.employee_id.sudo()  # as above
        partner = employee.user_id.partner_id or employee.work_contact_id
        if partner:
            self.message_notify(
                partner_ids=partner.ids, subject=self.display_name,
                body=self.env._(
                    "%(text)s %(title)s, %(start)s, %(address)s", text=text,
                    title=self.order_id.title, address=self.site_address or '',
                    start=self.date_start and self._format_local(self.date_start, employee)))

    def action_done(self):
        """End visits; a clock that still runs is stopped and booked.

        Their orders stay open: where none is to come, another visit waits to be planned.
        """
        for visit in self:
            if not visit._is_open():
                raise UserError(self.env._("The visit %s is over.", visit.display_name))
            if not (visit.employee_id and visit.date_start):
                raise UserError(self.env._(
                    "%s has no technician and time yet. Plan it first.", visit.display_name))
        self.check_access('write')
        self.filtered('timer_start')._book_timer()
        self._finish()
        self.order_id._ensure_waiting_visit()
        return True

    def _finish(self):
        self._set_state('done').activity_feedback(['service_management.mail_activity_type_visit'])

    def action_cancel(self):
        """Ask for the reason of cancelling visits."""
        return self._open_cancel_dialog()

    def _open_cancel_dialog(self):
        return {
            'type': 'ir.actions.act_window',
            'name': self.env._("Cancel Visit"),
            'res_model': 'service.visit.cancel',
            'view_mode': 'form',
            'views': [(False, 'form')],
            'target': 'new',
            'context': {'default_visit_ids': self.ids},
        }

    def _cancel(self, reason, note=False):
        """Cancel visits for a reason; who was told is told again."""
        self._ensure_timer_stopped()
        told = self.filtered(lambda visit: visit.state == 'dispatched')
        cancelled = self._set_state('cancelled')
        cancelled.write({'reason_id': reason.id, 'note': note})
        told._after_cancelling()
        cancelled.activity_unlink(['service_management.mail_activity_type_visit'])

    def _after_cancelling(self):
        """Tell who was told before; extend to tell others."""
        for visit in self:
            visit._notify_technician(self.env._("This visit is cancelled."))

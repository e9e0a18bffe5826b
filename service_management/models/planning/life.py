from odoo import api, fields, models
from odoo.exceptions import UserError

from ...tools.clock import local_day
from .service_visit import OPEN_STATES

#: How far ahead the clock of a device may be of ours.
_DRIFT_MINUTES = 5


class ServiceVisit(models.Model):
    """How a visit moves, and who is told.

    Verbs take the moment at which something happened, by default now: a device without a network
    tells later. They leave alone what was done already, so that telling twice does no harm.
    """
    _inherit = 'service.visit'

    _transitions = {
        'planned': {'planned', 'dispatched'},
        'dispatched': {'planned'},
        'under_way': {'planned', 'dispatched'},
        'done': {'planned', 'dispatched', 'under_way'},
        'cancelled': {'planned', 'dispatched', 'under_way'},
    }

    def _is_open(self):
        """Tell whether one visit is still to come or under way."""
        self.ensure_one()
        return self.state in OPEN_STATES

    @api.model
    def _take_moment(self, moment):
        """Return when something happened: the naive UTC datetime given, else now.

        :raise UserError: if it lies in the future
        """
        now = fields.Datetime.now()
        if moment and moment > fields.Datetime.add(now, minutes=_DRIFT_MINUTES):
            raise UserError(self.env._(
                "Enter when it happened: the time cannot lie in the future."))
        return min(moment, now) if moment else now

    def _ensure_timer_stopped(self):
        """:raise UserError: if the clock of a visit runs"""
        if running := self.filtered('timer_start')[:1]:
            raise UserError(self.env._(
                "The clock of %(technician)s runs on %(visit)s. Stop it first.",
                technician=running.employee_id.name, visit=running.display_name))

    #=== DISPATCHING ===#

    def action_dispatch(self):
        """Tell technicians of their visits, by activity and message, and customers by mail.

        :raise AccessError: if the user is no dispatcher
        :raise UserError: if a visit has no technician and time, its order is not open, or a hard rule of
            the company forbids it by now
        """
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
        self._ensure_allowed()
        self._dispatch()
        return True

    def action_dispatch_many(self):
        """Show what dispatching these visits does before it is done.

        :raise AccessError: if the user is no dispatcher
        """
        self._ensure_may_plan()
        return self._open_dialog(
            'service.visit.dispatch', self.env._("Dispatch Visits"), default_visit_ids=self.ids)

    @api.model
    def _get_bulk_verbs(self):
        return {**super()._get_bulk_verbs(), 'dispatch': '_bulk_dispatch'}

    def _bulk_dispatch(self):
        self.action_dispatch()

    def _filter_dispatchable(self):
        """Return those of these visits that can be dispatched now."""
        return self.filtered(lambda visit: (
            visit.state == 'planned' and visit.employee_id and visit.date_start
            and visit.order_id.state == 'open'))._filter_allowed()

    def _dispatch(self, moment=None):
        """Dispatch planned visits, and tell their technicians; extend to tell others.

        :param datetime moment: when it happened (naive UTC), by default now
        :return: the visits that were dispatched
        """
        self._take_moment(moment)
        dispatched = self._set_state('dispatched')
        for visit in dispatched:
            visit._schedule_technician()
            visit._notify_technician(self.env._("You have a new visit."))
        return dispatched

    def _schedule_technician(self):
        """Put one visit on the to-do list of its technician."""
        self.ensure_one()
        self._schedule_todo(
            'service_management.mail_activity_type_visit', self.order_id.title,
            # Planning is the dispatcher's, the to-do the technician's.
            users=self.employee_id.sudo().user_id,
            date_deadline=local_day(self.date_start, self.employee_id.tz))

    def _notify_technician(self, text):
        """Send the technician a message about one visit, in the inbox or by email."""
        self.ensure_one()
        # How technicians are reached is HR's; that they are told is planning's.
        employee = self.employee_id.sudo()
        partner = employee.user_id.partner_id or employee.work_contact_id
        if partner and employee.active:
            self.message_notify(
                partner_ids=partner.ids, subject=self.display_name,
                body=self.env._(
                    "%(text)s %(title)s, %(start)s, %(address)s", text=text,
                    title=self.order_id.title, address=self.site_address or '',
                    start=self.date_start and self._format_local(self.date_start, employee)))

    #=== RE-PLANNING ===#

    def _keep_reassigned(self, vals):
        """Keep what the former technician was told as a cancelled visit; plan anew."""
        reason = self.env['service.reason']._get_default('visit')
        kept = [{
            **visit.copy_data()[0],
            'state': 'cancelled',
            'date_start': visit.date_start,
            'date_end': visit.date_end,
            'reason_id': vals.get('reason_id') or reason.id,
            'note': vals.get('note') or vals.get('release_reason') or self.env._(
                "Given to another technician."),
        } for visit in self]
        for visit in self:
            visit._notify_technician(self.env._("This visit is no longer yours."))
        self.activity_unlink(['service_management.mail_activity_type_visit'])
        self.sudo().create(kept)  # only reassigning makes cancelled visits
        self._set_state('planned')

    def _after_rescheduling(self):
        """Tell who was told before; extend to tell others."""
        for visit in self:
            visit._notify_technician(self.env._("Your visit has another time."))

    #=== ENDING ===#

    def action_done(self):
        """End visits; a clock that still runs is stopped and booked.

        Their orders stay open: where none is to come, another visit waits to be planned.

        :raise UserError: if a visit is over, or was never planned
        """
        for visit in self:
            if not visit._is_open():
                raise UserError(self.env._("The visit %s is over.", visit.display_name))
            if not (visit.employee_id and visit.date_start):
                raise UserError(self.env._(
                    "%s has no technician and time yet. Plan it first.", visit.display_name))
        self.check_access('write')
        if overrun := self._filter_overrun():
            return overrun._ask_end()
        self._finish()
        self.order_id._ensure_waiting_visit()
        return True

    def _finish(self, moment=None):
        """End visits; a clock that still runs is stopped and booked.

        :param datetime moment: when it happened (naive UTC), by default now
        :return: the visits that ended
        """
        self.filtered('timer_start')._stop_timer(moment)
        finished = self._set_state('done')
        finished.activity_feedback(['service_management.mail_activity_type_visit'])
        return finished

    def action_cancel(self):
        """Ask for the reason of cancelling visits."""
        return self._open_dialog(
            'service.visit.cancel', self.env._("Cancel Visit"), default_visit_ids=self.ids)

    def _cancel(self, reason, note=False, moment=None):
        """Cancel visits for a reason; who was told is told again.

        :param reason: service.reason, may be empty
        :param datetime moment: when it happened (naive UTC), by default now
        :return: the visits that were cancelled
        :raise UserError: if a clock runs
        """
        self._take_moment(moment)
        self._ensure_timer_stopped()
        told = self.filtered(lambda visit: visit.state == 'dispatched')
        cancelled = self._set_state('cancelled')
        # Whoever cancels an order is not always one who plans.
        cancelled.sudo().write({'reason_id': reason.id, 'note': note})
        (told & cancelled)._after_cancelling()
        cancelled.activity_unlink(['service_management.mail_activity_type_visit'])
        return cancelled

    def _after_cancelling(self):
        """Tell who was told before; extend to tell others."""
        for visit in self:
            visit._notify_technician(self.env._("This visit is cancelled."))

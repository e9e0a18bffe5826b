from odoo import api, fields, models
from odoo.exceptions import UserError


class ServiceVisit(models.Model):
    """The technician's clock: travel and work become hour lines."""
    _inherit = 'service.visit'

    # What happened
    timer_kind = fields.Selection(
        selection=[('travel', "Travel"), ('work', "Work")], copy=False, readonly=True)
    timer_start = fields.Datetime(copy=False, readonly=True)
    work_start = fields.Datetime(string="Work Started", copy=False, readonly=True)
    work_end = fields.Datetime(string="Work Stopped", copy=False, readonly=True)
    can_work = fields.Boolean(compute='_compute_can_work')
    worked_hours = fields.Float(compute='_compute_worked_hours')
    travel_hours = fields.Float(compute='_compute_worked_hours')

    @api.depends('employee_id')
    @api.depends_context('uid')
    def _compute_can_work(self):
        """Technicians see the visits of their team, and work on their own."""
        workable = self._origin._filtered_access('write')
        for visit in self:
            visit.can_work = not visit._origin or visit._origin in workable

    @api.depends('line_ids.quantity', 'line_ids.is_travel')
    def _compute_worked_hours(self):
        for visit in self:
            hours = visit.line_ids.filtered(lambda line: line.kind == 'hour')
            travel = hours.filtered('is_travel')
            visit.travel_hours = sum(travel.mapped('quantity'))
            visit.worked_hours = sum((hours - travel).mapped('quantity'))

    def action_travel(self):
        """Start the technician's way to the customer, who is told by mail."""
        return self._start_or_ask('travel')

    def action_start(self):
        """Start the work; travel that is under way ends and is booked."""
        return self._start_or_ask('work')

    def _start_or_ask(self, kind):
        """Let clocks run for something else; ask when that ended which has run for too long."""
        if overrun := self.filtered(lambda visit: visit.timer_kind != kind)._filter_overrun():
            self.check_access('write')
            return overrun._ask_end()
        self._start_timer(kind)
        return True

    def _start_timer(self, kind, moment=None):
        """Let the clock of visits run; one that runs for something else ends and is booked.

        :param str kind: 'travel' or 'work'
        :param datetime moment: when it happened (naive UTC), by default now
        :return: the visits whose clock began; what runs for the same already is left alone
        :raise UserError: if one cannot be worked on, or the technician works elsewhere
        """
        moment = self._take_moment(moment)
        self.check_access('write')
        starting = self.filtered(lambda visit: visit.timer_kind != kind)
        for visit in starting:
            visit._ensure_workable()
        starting.filtered('timer_start')._stop_timer(moment)
        # Only the verbs of a visit write its clock.
        starting.sudo().write({
            'timer_kind': kind, 'timer_start': moment, 'is_overrun_told': False})
        starting._wake_clock_job()
        if kind == 'work':
            starting.filtered(lambda visit: not visit.work_start).sudo().work_start = moment
        starting._set_state('under_way')
        starting.order_id._move_on_event('under_way')
        return starting

    def _ensure_workable(self):
        """:raise UserError: if one visit cannot be worked on"""
        self.ensure_one()
        if not (self.employee_id and self.date_start):
            raise UserError(self.env._(
                "%s has no technician and time yet. Plan it first.", self.display_name))
        if not self._is_open():
            raise UserError(self.env._(
                "The visit %s is over. Plan another visit for more work.", self.display_name))
        if self.order_id.state != 'open':
            raise UserError(self.env._(
                "%(order)s is in stage “%(stage)s”: no work can be booked on it.",
                order=self.order_id.name, stage=self.order_id.stage_id.name))
        self._ensure_nowhere_else()

    def _ensure_nowhere_else(self):
        """:raise UserError: if the technician of one visit works on another one now"""
        self.ensure_one()
        # Whatever the technician may see: nobody works in two places at once.
        elsewhere = self.sudo().search([
            ('employee_id', '=', self.employee_id.id), ('timer_start', '!=', False),
            ('id', '!=', self.id)], limit=1)
        if elsewhere:
            raise UserError(self.env._(
                "The clock of %(technician)s still runs on %(visit)s. Stop it first.",
                technician=self.employee_id.name, visit=elsewhere.display_name))

    def action_stop(self):
        """Stop the clock and book the time as an hour line.

        :return: the dialog that asks for the real end of a clock that has run for too long: nothing
            is booked before
        :raise UserError: if a clock does not run
        """
        for visit in self:
            if not visit.timer_start:
                raise UserError(self.env._(
                    "%s has not been started: there is nothing to stop.", visit.display_name))
        self.check_access('write')
        if overrun := self._filter_overrun():
            return overrun._ask_end()
        self._stop_timer()
        return True

    def _stop_timer(self, moment=None, is_end_known=False):
        """Stop clocks, and book their time: on the planned line where there is one, else on a new one.

        :param datetime moment: when it happened (naive UTC), by default now
        :param bool is_end_known: whether a person said when: then a clock may have run for long
        :return: the lines booked; a clock that does not run books none
        :raise UserError: if a clock began later, or has run for too long
        """
        moment = self._take_moment(moment)
        running = self.filtered('timer_start')
        if not is_end_known:
            running._check_overrun(moment)
        vals_list, booked = [], self.env['service.order.line']
        for visit in running:
            if visit.timer_start > moment:
                raise UserError(self.env._(
                    "The clock of %(visit)s has run since %(start)s. Enter a later time.",
                    visit=visit.display_name,
                    start=self._format_local(visit.timer_start, visit.employee_id)))
            vals = visit._prepare_booking(visit.timer_start, moment)
            # What was worked is booked, whatever others have done with the order meanwhile.
            if line := visit._find_planned_line():
                line.sudo().write(vals)
                booked |= line
            else:
                vals_list.append({**vals, 'order_id': visit.order_id.id, 'quantity_planned': 0.0})
        booked |= booked.sudo().create(vals_list).sudo(self.env.su)
        booked._after_booking()
        # Only the verbs of a visit write its clock.
        running.filtered(lambda visit: visit.timer_kind == 'work').sudo().work_end = moment
        running.sudo().write({'timer_kind': False, 'timer_start': False})
        running.activity_unlink(['service_management.mail_activity_type_clock'])
        return booked

    def _prepare_booking(self, start, end):
        """Return the hour line of a span of travel or work."""
        self.ensure_one()
        return {
            'kind': 'hour',
            'is_travel': self.timer_kind == 'travel',
            'employee_id': self.employee_id.id,
            'visit_id': self.id,
            'date_start': start,
            'date_end': end,
            'is_cancelled_with_order': False,  # also in a stage that locks the order
        }

    def _find_planned_line(self):
        """Return the line that was planned for what one visit's clock counts, or none."""
        self.ensure_one()
        return self.order_id.line_ids.filtered(lambda line: (
            line.kind == 'hour' and line.state == 'open' and not line.quantity
            and line.is_travel == (self.timer_kind == 'travel')
            and line.employee_id in (self.env['hr.employee'], self.employee_id)
            and line.visit_id in (self.browse(), self)))[:1]

    def action_sign(self):
        """Let the customer sign the order on the technician's device."""
        self.ensure_one()
        self.check_access('write')
        if self._filter_overrun():
            return self._ask_end()
        self._stop_timer()
        action = self.order_id.action_sign_off()
        return {**action, 'context': {**action['context'], 'default_visit_id': self.id}}

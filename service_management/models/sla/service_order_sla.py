from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_datetime

from ...tools.open_hours import AlwaysOpen

#: A second, in hours: what is shorter is nothing.
SECOND = 1 / 3600


class ServiceOrderSla(models.Model):
    """How one promise to a customer stands: its own copy of the terms, and a clock."""
    _name = 'service.order.sla'
    _description = "Service Level of an Order"
    _inherit = ['service.order.detail.mixin', 'service.job.mixin']
    _order = 'order_id, deadline, id'
    _rec_name = 'kind'

    company_id = fields.Many2one(
        related='order_id.company_id', store=True, index=True, precompute=True)
    partner_id = fields.Many2one(
        related='order_id.commercial_partner_id', string="Customer", store=True, index=True)
    priority = fields.Selection(related='order_id.priority', store=True)
    employee_id = fields.Many2one(
        comodel_name='hr.employee', string="Technician", compute='_compute_employee_id',
        store=True, index='btree_not_null')

    # Terms, frozen when the order got them
    sla_id = fields.Many2one(
        comodel_name='service.sla', string="SLA", required=True, ondelete='restrict', index=True)
    target_id = fields.Many2one(
        comodel_name='service.sla.target', string="Terms Of", ondelete='set null',
        index='btree_not_null')
    kind = fields.Selection(selection='_get_kinds', string="Target", required=True)
    limit_hours = fields.Float(string="Within", required=True)
    calendar_id = fields.Many2one(
        comodel_name='resource.calendar', string="Open Hours", ondelete='restrict')
    warning_percent = fields.Integer(string="Warn At")
    second_warning_percent = fields.Integer(string="Again At")

    # Clock
    state = fields.Selection(
        selection=[
            ('running', "Running"), ('paused', "Paused"), ('reached', "Reached"),
            ('missed', "Missed"), ('cancelled', "Cancelled")],
        required=True, default='paused', readonly=True, index=True)
    interval_ids = fields.One2many(
        comodel_name='service.order.sla.interval', inverse_name='status_id', string="Spans")
    running_since = fields.Datetime(
        help="Beginning of the span that is counted now; empty while the clock stands still.")
    date_start = fields.Datetime(string="Started", index=True)
    deadline = fields.Datetime(
        index='btree_not_null', help="Empty while the clock stands still: it moves by the pause.")
    date_reached = fields.Datetime(string="Reached On")
    elapsed_hours = fields.Float(
        string="Open Hours Counted", help="Of the spans that have ended.")
    used_percent = fields.Float(
        string="Used (%)", aggregator='avg', help="Of the limit, when the clock stopped last.")
    compliance = fields.Float(
        string="Compliance (%)", compute='_compute_compliance', aggregator=None,
        help="Open hours used so far, of the limit; above 100 the promise is broken.")
    is_cancelled_with_order = fields.Boolean()

    # Warnings
    warning_level = fields.Integer(help="How many warnings were given.")
    next_event_on = fields.Datetime(
        help="When the next warning or the breach is due; the job is woken at this moment.")

    # Why
    reason_id = fields.Many2one(comodel_name='service.reason', ondelete='restrict')
    note = fields.Char()

    # What is counted in reports
    reached_count = fields.Integer(
        string="Reached (count)", compute='_compute_counts', store=True)
    missed_count = fields.Integer(string="Missed (count)", compute='_compute_counts', store=True)

    _once_per_order = models.UniqueIndex(
        "(order_id, kind) WHERE state <> 'cancelled'",
        "The order is measured against a target of this kind already.")
    _due = models.Index("(next_event_on) WHERE state = 'running'")
    _by_customer = models.Index('(company_id, partner_id, date_start)')

    def _get_kinds(self):
        return self.env['service.sla.target']._fields['kind']._description_selection(self.env)

    @api.depends('kind')
    @api.depends_context('lang')
    def _compute_display_name(self):
        labels = dict(self._fields['kind']._description_selection(self.env))
        for status in self:
            status.display_name = labels.get(status.kind)

    def _describe_promise(self):
        """Return what one target promises, and until when while that counts."""
        self.ensure_one()
        if not self.deadline or self.state not in ('running', 'missed'):
            return self.display_name
        return f"{self.display_name}, {format_datetime(self.env, self.deadline, dt_format='short')}"

    @api.depends('order_id.visit_ids.employee_id', 'order_id.visit_ids.state')
    def _compute_employee_id(self):
        """Name who went there, else who goes there first."""
        for status in self:
            visits = status.order_id.visit_ids.filtered(
                lambda visit: visit.employee_id and visit.state != 'cancelled')
            first = visits.filtered('work_start').sorted('work_start') or visits.sorted('id')
            status.employee_id = first[:1].employee_id

    @api.depends('state')
    def _compute_counts(self):
        for status in self:
            status.reached_count = status.state == 'reached'
            status.missed_count = status.state == 'missed'

    @api.depends('elapsed_hours', 'running_since', 'limit_hours')
    def _compute_compliance(self):
        for status, hours in self._get_elapsed(fields.Datetime.now()).items():
            status.compliance = hours / status.limit_hours * 100 if status.limit_hours else 0.0

    def _get_clocks(self, get_moments):
        """Return {calendar: its clock}, long enough for what is left of these statuses.

        :param get_moments: function of statuses that returns the moments (naive UTC) asked about
        """
        clocks = {}
        for calendar, statuses in self.grouped('calendar_id').items():
            if not calendar:
                clocks[calendar] = AlwaysOpen()
                continue
            moments = get_moments(statuses)
            clocks[calendar] = calendar._get_open_hours(
                min(moments), max(moments), max(statuses.mapped('limit_hours')))
        return clocks

    def _get_elapsed(self, moment):
        """Return {status: open hours counted until a moment}."""
        running = self.filtered(
            lambda status: status.running_since and status.running_since < moment)
        clocks = running._get_clocks(
            lambda statuses: [*statuses.mapped('running_since'), moment])
        return {
            status: status.elapsed_hours + (
                clocks[status.calendar_id].between(status.running_since, moment)
                if status in running else 0.0)
            for status in self}

    def _is_exceeded(self):
        """Return those of these statuses whose limit is used up and that are not reached yet."""
        now = fields.Datetime.now()
        return self.filtered(lambda status: not status.date_reached and (
            status.state == 'missed'
            or (status.state == 'running' and status.deadline and status.deadline <= now)))

    def _run(self, moments):
        """Let clocks run from given moments on; those that run already go on.

        :param dict moments: {status: naive UTC datetime}
        """
        idle = self.filtered(lambda status: not status.running_since)
        idle._change_span('running', moments)
        for moment, statuses in idle.grouped(lambda status: moments[status]).items():
            statuses.running_since = moment
            statuses.filtered(lambda status: not status.date_start).date_start = moment
        idle.write({'date_reached': False, 'is_cancelled_with_order': False})
        idle.filtered(lambda status: status.state != 'missed').state = 'running'
        idle._schedule()

    def _restart(self, moment):
        """Let one clock begin at another moment that has never stood still."""
        self.ensure_one()
        self.interval_ids.date_start = moment
        self.write({'date_start': moment, 'running_since': moment, 'warning_level': 0})
        self._schedule()

    def _pause(self, moments, reason=None, note=False):
        """Stop clocks at given moments, until they run again; a broken promise stays broken."""
        counted = self.filtered('running_since')
        counted._change_span('paused', moments, reason, note)
        counted._count()
        # A stop that lies before the deadline takes the breach back.
        late = counted._filter_late()
        (counted - late).write({'state': 'paused', 'deadline': False, 'next_event_on': False})
        late._miss()

    def _filter_late(self):
        """Return those of these statuses that have used more than their limit, all spans ended."""
        return self.filtered(lambda status: status.elapsed_hours > status.limit_hours + SECOND)

    def _miss(self):
        """Record breaches, and escalate those that are new."""
        new = self.filtered(lambda status: status.state != 'missed')
        new.write({'state': 'missed', 'next_event_on': False})
        for status, hours in new._get_elapsed(fields.Datetime.now()).items():
            status.used_percent = hours / status.limit_hours * 100  # so far: the clock goes on
        new._tell('missed')

    def _reach(self, moment):
        """Note that promises were kept, or that they were kept late."""
        waiting = self.filtered(lambda status: not status.date_reached and (
            status.state in ('running', 'paused', 'missed')))
        waiting._change_span(False, dict.fromkeys(waiting, moment))
        waiting._count()
        waiting.write({'date_reached': moment, 'next_event_on': False})
        late = waiting._filter_late()
        (waiting - late).state = 'reached'
        late._miss()

    def _cancel(self, reason, note=False, **values):
        """Measure no more; the spans so far stay as they were, and what was missed stays missed."""
        counted = self.filtered('running_since')
        counted._change_span(False, dict.fromkeys(counted, fields.Datetime.now()))
        counted._count()
        self.filtered(lambda status: status.state in ('running', 'paused')).write({
            'state': 'cancelled', 'next_event_on': False, 'reason_id': reason.id, 'note': note,
            **values})

    def _change_terms(self, target):
        """Measure one status against another target from here on; its spans stay."""
        self.ensure_one()
        self.write({**target._prepare_status(), 'warning_level': 0})
        if self.state == 'missed' and self.elapsed_hours < self.limit_hours and self.running_since:
            self.state = 'running'  # unless the next look at it says otherwise
        self.used_percent = self.elapsed_hours / self.limit_hours * 100
        self._schedule()

    def _change_span(self, kind, moments, reason=None, note=False):
        """End the open spans at given moments and begin others of a kind, if there is one."""
        Interval = self.env['service.order.sla.interval']
        ended = self.interval_ids.filtered(lambda span: not span.date_end)
        for span in ended:
            span.date_end = max(moments[span.status_id], span.date_start)
        ended.flush_recordset(['date_end'])  # the unique index must not see two open spans
        if kind:
            Interval.create([{
                'status_id': status.id, 'kind': kind, 'date_start': moments[status],
                'reason_id': reason and reason.id, 'note': note,
            } for status in self])

    def _count(self):
        """Count the open hours of the running spans that have ended."""
        now = fields.Datetime.now()
        clocks = self._get_clocks(lambda statuses: [
            now, *statuses.interval_ids.mapped('date_start'),
            *filter(None, statuses.interval_ids.mapped('date_end'))])
        for status in self:
            clock = clocks[status.calendar_id]
            status.elapsed_hours = sum(
                clock.between(span.date_start, span.date_end)
                for span in status.interval_ids
                if span.kind == 'running' and span.date_end)
            status.used_percent = status.elapsed_hours / status.limit_hours * 100
        self.running_since = False

    def _schedule(self):
        """Set when running clocks end and when they are looked at next, and wake the job then."""
        running = self.filtered(lambda status: status.running_since and status.state == 'running')
        clocks = running._get_clocks(lambda statuses: statuses.mapped('running_since'))
        for status in running:
            clock, since = clocks[status.calendar_id], status.running_since
            left = status.limit_hours - status.elapsed_hours
            status.deadline = clock.add(since, left) if left > 0 else since
            status.next_event_on = status._get_next_event(clock)
        running._wake_job()

    def _get_next_event(self, clock):
        """Return when one running status is looked at next: at a warning, else at its deadline."""
        self.ensure_one()
        for percent in (self.warning_percent, self.second_warning_percent)[self.warning_level:]:
            ahead = self.limit_hours * percent / 100 - self.elapsed_hours
            if percent:
                return clock.add(self.running_since, ahead) if ahead > 0 else self.running_since
        return self.deadline

    def _wake_job(self):
        moments = set(filter(None, self.mapped('next_event_on')))
        if moments:
            self.env.ref('service_management.ir_cron_watch_slas')._trigger(sorted(moments))

    def _get_badge(self):
        """Return the Bootstrap colour of one status: red, orange, green, or grey."""
        self.ensure_one()
        if self.state == 'running':
            return 'warning' if self.warning_level else 'info'
        return {'missed': 'danger', 'reached': 'success'}.get(self.state, 'secondary')

    def action_open_clock(self):
        """Open the dialog that stops, starts or cancels the clocks of the order of this status."""
        return self.order_id.action_sla_clock()

    @api.ondelete(at_uninstall=False)
    def _unlink_with_order_only(self):
        if not self.env.su:
            raise UserError(self.env._(
                "What was promised is kept. Cancel the service level instead."))

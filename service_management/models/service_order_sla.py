import logging

from psycopg2 import OperationalError

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import format_datetime, split_every

from ..tools.open_hours import AlwaysOpen
from ..tools.rules import sla_level
from .job import attempt, tell_once

_logger = logging.getLogger(__name__)

#: Hours that are shorter than a second are nothing.
SECOND = 1 / 3600


class ServiceOrderSla(models.Model):
    """How one promise to a customer stands: its own copy of the terms, and a clock."""
    _name = 'service.order.sla'
    _description = "Service Level of an Order"
    _inherit = ['service.job.mixin']
    _order = 'order_id, deadline, id'
    _rec_name = 'kind'

    order_id = fields.Many2one(
        comodel_name='service.order', required=True, ondelete='cascade', index=True)
    company_id = fields.Many2one(
        related='order_id.company_id', store=True, index=True, precompute=True)
    partner_id = fields.Many2one(
        related='order_id.commercial_partner_id', string="Customer", store=True, index=True)
    team_id = fields.Many2one(related='order_id.team_id', store=True, index=True)
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
    date_start = fields.Datetime(string="Started")
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

    #=== THE CLOCK ===#

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
        for status in new:
            status._tell('missed')

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

    #=== WARNINGS AND BREACHES ===#

    @api.model
    def _get_due_domain(self, now):
        """Return the domain of the clocks that are to be looked at, at a moment (naive UTC)."""
        return Domain('state', '=', 'running') & Domain('next_event_on', '<=', now)

    @api.model
    def _cron_watch(self, batch_size=100):
        """Record the breaches and give the warnings that are due, oldest first."""
        due = self._get_due_domain(fields.Datetime.now())
        statuses = self.search(due, order='next_event_on, id')
        self._process_batches(self._watch_batch, split_every(batch_size, statuses.ids, list))

    @api.model
    def _watch_batch(self, status_ids):
        """Look at some clocks together; if one fails, at each alone."""
        now = fields.Datetime.now()
        statuses = self.browse(status_ids).try_lock_for_update().filtered_domain(
            self._get_due_domain(now))
        if statuses and attempt(self.env, lambda: statuses._watch(now)):
            for status in statuses:
                if error := attempt(self.env, lambda status=status: status._watch(now)):
                    status._set_aside(error)

    def _set_aside(self, error):
        """Tell once that one clock cannot be watched; the next run looks at it again."""
        self.ensure_one()
        _logger.warning(
            "The service level of %s could not be watched", self.order_id.name, exc_info=error)
        tell_once(
            self.order_id, 'service_management.mail_activity_type_sla',
            self.env._("The service level could not be watched"), str(error))

    def _watch(self, now):
        """Bring running statuses to where they stand at a moment, and tell who has to know."""
        missed = self.filtered(lambda status: status.deadline and status.deadline <= now)
        missed._miss()
        warned = self.browse()
        for status, hours in (self - missed)._get_elapsed(now).items():
            level = sla_level(
                (hours + SECOND) / status.limit_hours * 100,
                status.warning_percent, status.second_warning_percent)
            if level > status.warning_level:
                status.warning_level = level
                warned |= status
        self._schedule()
        for status in warned:
            status._tell('warning')

    def _tell(self, event):
        """Tell the team leader and the responsible, by activity and e-mail.

        What cannot be sent is logged: it must not undo the breach.

        :param str event: 'warning' or 'missed'
        """
        self.ensure_one()
        try:
            with self.env.cr.savepoint():
                users = self._get_told_users(event)
                for user in users:
                    self._schedule_activity(event, user)
                self._send_mail(event, users)
                if event == 'missed':
                    self.order_id._message_log(body=self._get_message(event))
                self.env.flush_all()
        except OperationalError:
            raise  # the transaction is lost, and with it the breach: both are done again
        except Exception:
            _logger.warning(
                "Nobody could be told of the service level of %s", self.order_id.name,
                exc_info=True)

    def _get_told_users(self, event):
        """Return who is told of an event; extend to tell more."""
        self.ensure_one()
        users = self.order_id.user_id | self.team_id.user_id
        if event == 'missed':
            users |= self.sla_id.escalation_user_id
        return users.filtered('active')

    def _get_message(self, event, user=None):
        """Return what is to be told of one status, in a user's language and time zone."""
        self.ensure_one()
        status = self.with_context(lang=user.lang) if user else self
        kind = dict(status._fields['kind']._description_selection(status.env))[status.kind]
        text = status.env._("%(kind)s promised until %(deadline)s was missed.") if (
            event == 'missed') else status.env._("%(kind)s is promised until %(deadline)s.")
        timezone = (user or self.env.user).tz or self.company_id.resource_calendar_id.tz
        return text % {
            'kind': kind,
            'deadline': format_datetime(
                status.env, self.deadline, tz=timezone, dt_format='short')}

    def _schedule_activity(self, event, user):
        self.order_id.activity_schedule(
            'service_management.mail_activity_type_sla', user_id=user.id,
            summary=self._get_message(event, user))

    def _send_mail(self, event, users):
        if self.env.context.get('install_mode'):
            return  # demo data tells nobody
        template = self.env.ref(
            f'service_management.mail_template_sla_{event}', raise_if_not_found=False)
        for user in users.filtered('email') if template else ():
            template.with_context(lang=user.lang, tz=user.tz).send_mail(
                self.id, email_values={'recipient_ids': user.partner_id.ids},
                email_layout_xmlid='mail.mail_notification_light')

    def _get_badge(self):
        """Return the Bootstrap colour of one status: red, orange, green, or grey."""
        self.ensure_one()
        if self.state == 'running':
            return 'warning' if self.warning_level else 'info'
        return {'missed': 'danger', 'reached': 'success'}.get(self.state, 'secondary')

    #=== BY HAND ===#

    def action_open_clock(self):
        """Open the dialog that stops, starts or cancels the clocks of the order of this status."""
        return self.order_id.action_sla_clock()

    @api.ondelete(at_uninstall=False)
    def _unlink_with_order_only(self):
        if not self.env.su:
            raise UserError(self.env._(
                "What was promised is kept. Cancel the service level instead."))


class ServiceOrderSlaInterval(models.Model):
    """A span in which a clock ran or stood still, on the way to a target."""
    _name = 'service.order.sla.interval'
    _description = "Time Recording of a Service Level"
    _order = 'date_start, id'
    _rec_name = 'kind'

    status_id = fields.Many2one(
        comodel_name='service.order.sla', required=True, ondelete='cascade', index=True)
    company_id = fields.Many2one(
        related='status_id.company_id', store=True, index=True, precompute=True)
    order_id = fields.Many2one(related='status_id.order_id')
    kind = fields.Selection(
        selection=[('running', "Running"), ('paused', "Paused")], required=True)
    date_start = fields.Datetime(string="From", required=True)
    date_end = fields.Datetime(string="To")
    user_id = fields.Many2one(
        comodel_name='res.users', string="By", ondelete='restrict',
        default=lambda self: self.env.user)
    reason_id = fields.Many2one(comodel_name='service.reason', ondelete='restrict')
    note = fields.Char()

    _span = models.Constraint(
        'CHECK (date_end >= date_start)', "The clock cannot stop before it starts.")
    _one_open = models.UniqueIndex(
        '(status_id) WHERE date_end IS NULL', "The clock has an open span already.")

from collections import defaultdict
from datetime import datetime, time, timedelta

import pytz

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import format_date, format_datetime, format_time

from ..tools.planning import (
    first_fit,
    hours_between,
    local_day,
    overlapping_pairs,
    uncovered,
    without,
)
from ..tools.pricing import cut, hull_of_days

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
    _name = 'service.visit'
    _description = "Service Visit"
    _inherit = ['service.document.mixin', 'mail.thread', 'mail.activity.mixin']
    _order = 'date_start, priority desc, id'
    _rec_names_search = ['order_id.name', 'order_id.title', 'partner_id.name', 'employee_id.name']
    _check_company_auto = True

    order_id = fields.Many2one(
        comodel_name='service.order', required=True, ondelete='cascade', index=True,
        domain="[('state', 'in', ('draft', 'open'))]")
    company_id = fields.Many2one(
        related='order_id.company_id', store=True, index=True, precompute=True)
    state = fields.Selection(
        selection=[
            ('planned', "Planned"),
            ('dispatched', "Dispatched"),
            ('under_way', "Under Way"),
            ('done', "Done"),
            ('cancelled', "Cancelled"),
        ],
        default='planned', required=True, readonly=True, copy=False, index=True, tracking=True)

    # Who and when
    employee_id = fields.Many2one(
        comodel_name='hr.employee', string="Technician", check_company=True, index=True,
        tracking=True, ondelete='restrict', group_expand='_read_group_employee_ids',
        falsy_value_label="Unassigned",
        domain="[('service_team_id', '!=', False)]")
    date_start = fields.Datetime(string="Start", index=True, tracking=True, copy=False)
    date_end = fields.Datetime(
        string="End", compute='_compute_date_end', store=True, readonly=False, precompute=True,
        tracking=True, copy=False)
    duration_hours = fields.Float(
        string="Duration", compute='_compute_duration_hours', store=True, readonly=False,
        precompute=True, help="Planned hours; moves the end.")
    time_span = fields.Char(string="Planned Time", compute='_compute_time_span')
    is_unassigned = fields.Boolean(
        compute='_compute_is_unassigned', search='_search_is_unassigned')
    planning_warning = fields.Text(compute='_compute_planning_warning')

    # What the card shows of the order
    title = fields.Char(related='order_id.title')
    partner_id = fields.Many2one(related='order_id.partner_id', store=True, index=True)
    contact_phone = fields.Char(related='order_id.contact_phone')
    site_address = fields.Char(related='order_id.site_address')
    site_city = fields.Char(related='order_id.site_city')
    priority = fields.Selection(related='order_id.priority', store=True, precompute=True)
    team_id = fields.Many2one(related='order_id.team_id', store=True, index=True, precompute=True)
    zone_id = fields.Many2one(
        related='order_id.zone_id', store=True, index='btree_not_null', precompute=True)
    preferred_employee_id = fields.Many2one(related='order_id.preferred_employee_id')
    date_preferred = fields.Datetime(related='order_id.date_preferred')
    object_ids = fields.Many2many(related='order_id.object_ids')
    stage_id = fields.Many2one(related='order_id.stage_id')
    order_state = fields.Selection(related='order_id.state', string="Order State")

    # What happened
    timer_kind = fields.Selection(
        selection=[('travel', "Travel"), ('work', "Work")], copy=False, readonly=True)
    timer_start = fields.Datetime(copy=False, readonly=True)
    work_start = fields.Datetime(string="Work Started", copy=False, readonly=True)
    work_end = fields.Datetime(string="Work Stopped", copy=False, readonly=True)
    line_ids = fields.One2many(
        comodel_name='service.order.line', inverse_name='visit_id', string="Booked Hours")
    worked_hours = fields.Float(compute='_compute_worked_hours')
    travel_hours = fields.Float(compute='_compute_worked_hours')
    reason_id = fields.Many2one(
        comodel_name='service.reason', copy=False, ondelete='restrict',
        domain="[('usage', '=', 'visit')]")
    note = fields.Char(copy=False)

    _span = models.Constraint(
        'CHECK (date_end > date_start)', "A visit has to end after it starts.")
    _both_ends = models.Constraint(
        'CHECK ((date_start IS NULL) = (date_end IS NULL))',
        "A planned visit has a start and an end.")
    _told_technician = models.Constraint(
        "CHECK (state IN ('planned', 'cancelled')"
        " OR (employee_id IS NOT NULL AND date_start IS NOT NULL))",
        "A visit needs a technician and a time before it is dispatched.")
    _by_technician = models.Index(
        "(employee_id, date_start, date_end) WHERE state <> 'cancelled'")

    #=== COMPUTES ===#

    @api.depends('date_start', 'duration_hours')
    def _compute_date_end(self):
        """Keep the duration when the start moves."""
        dated = self.filtered('date_start')
        # Start, duration and end depend on each other: reading the duration here must not first
        # recompute it from the end that is about to change.
        self.env.remove_to_compute(self._fields['duration_hours'], dated)
        for visit in dated:
            visit.date_end = visit.date_start + timedelta(
                hours=visit.duration_hours or visit._get_usual_hours())
        (self - dated).date_end = False

    @api.depends('date_start', 'date_end')
    def _compute_duration_hours(self):
        for visit in self:
            if visit.date_start and visit.date_end and visit.date_start < visit.date_end:
                visit.duration_hours = hours_between(visit.date_start, visit.date_end)
            else:
                visit.duration_hours = visit.duration_hours or visit._get_usual_hours()

    def _get_usual_hours(self):
        """Return what the order's tasks take, else what the company plans for a visit."""
        self.ensure_one()
        return (sum(self.order_id.task_ids.task_id.mapped('duration_hours'))
                or self.order_id.company_id.service_visit_hours or 1.0)

    @api.depends('date_start', 'date_end')
    @api.depends_context('tz', 'lang')
    def _compute_time_span(self):
        """Say when the visit is in the user's time zone, as short as a card needs it."""
        today = fields.Date.context_today(self)
        for visit in self:
            if not visit.date_start:
                visit.time_span = False
                continue
            start, end = (
                fields.Datetime.context_timestamp(visit, moment)
                for moment in (visit.date_start, visit.date_end))
            span = ' – '.join(
                format_time(self.env, moment.time(), time_format='short') for moment in (start, end))
            if start.date() != today:
                span = f"{format_date(self.env, start.date(), date_format='EEE d MMM')}, {span}"
            visit.time_span = span

    @api.depends('employee_id', 'date_start', 'state')
    def _compute_is_unassigned(self):
        for visit in self:
            visit.is_unassigned = visit.state == 'planned' and not (
                visit.employee_id and visit.date_start)

    def _search_is_unassigned(self, operator, value):
        if operator != 'in':
            return NotImplemented
        domain = Domain('state', '=', 'planned') & (
            Domain('employee_id', '=', False) | Domain('date_start', '=', False))
        return Domain.OR(domain if answer else ~domain for answer in value)

    @api.model
    def _read_group_employee_ids(self, employees, domain):
        """Show every technician of the active companies, idle ones too."""
        available = Domain('service_team_id', '!=', False) & Domain(
            'company_id', 'in', self.env.companies.ids)
        return employees.search(available | Domain('id', 'in', employees.ids))

    @api.model
    @api.readonly
    def web_read_group(self, domain, groupby, *args, opening_info=None, **kwargs):
        """Open the unassigned column too: the client folds empty values unless it is told."""
        if not opening_info and list(groupby)[:1] == ['employee_id'] and kwargs.get('auto_unfold'):
            limit = kwargs.get('unfold_read_default_limit', 80)
            opening_info = [{'value': False, 'folded': False, 'offset': 0, 'limit': limit}]
        return super().web_read_group(
            domain, groupby, *args, opening_info=opening_info, **kwargs)

    @api.depends('line_ids.quantity', 'line_ids.is_travel')
    def _compute_worked_hours(self):
        for visit in self:
            hours = visit.line_ids.filtered(lambda line: line.kind == 'hour')
            travel = hours.filtered('is_travel')
            visit.travel_hours = sum(travel.mapped('quantity'))
            visit.worked_hours = sum((hours - travel).mapped('quantity'))

    @api.depends('order_id.name', 'partner_id')
    def _compute_display_name(self):
        for visit in self:
            parts = (visit.order_id.name, visit.partner_id.name, visit.site_city)
            visit.display_name = ' · '.join(filter(None, parts))

    #=== PLANNING ===#

    @api.depends('employee_id', 'date_start', 'date_end', 'state', 'order_id.task_ids.task_id')
    def _compute_planning_warning(self):
        warnings = self._get_planning_warnings()
        for visit in self:
            visit.planning_warning = '\n'.join(warnings.get(visit, [])) or False

    def get_planning_warnings(self, values):
        """Return what speaks against planning one visit like this, as sentences.

        Called by the board before it writes a card that was dropped; writes nothing.

        :param dict values: employee_id, date_start, date_end (UTC strings) that would be written
        :raise UserError: if the visit cannot be planned at all any more
        """
        self.ensure_one()
        self.check_access('read')
        self._ensure_plannable(values)
        start = fields.Datetime.to_datetime(values.get('date_start', self.date_start))
        end = fields.Datetime.to_datetime(values.get('date_end')) if 'date_end' in values else (
            start + timedelta(hours=self.duration_hours or 1.0) if start else False)
        employee = self.env['hr.employee'].browse(values['employee_id'] or ()) \
            if 'employee_id' in values else self.employee_id
        slots = [(self, employee, start, end)]
        return self._get_slot_warnings(slots).get(self, [])

    def _get_planning_warnings(self):
        """Return {visit: what speaks against its plan}, for the visits that are still to come."""
        return self._get_slot_warnings([
            (visit, visit.employee_id, visit.date_start, visit.date_end)
            for visit in self if visit.state in ('planned', 'dispatched')])

    @api.model
    def _get_slot_warnings(self, slots):
        """Return {visit: [sentences]} for many slots, in a constant number of queries.

        Extend to warn of more; each check returns the same shape and none of them forbids.

        :param slots: list of (visit, hr.employee, naive UTC start, naive UTC end)
        """
        slots = [slot for slot in slots if slot[1] and slot[2] and slot[3] and slot[2] < slot[3]]
        warnings = defaultdict(list)
        if slots:
            for check in (self._warn_of_overlap, self._warn_of_closed_hours,
                          self._warn_of_skills, self._warn_of_promises):
                for visit, sentences in check(slots).items():
                    warnings[visit] += sentences
        return dict(warnings)

    @api.model
    def _warn_of_overlap(self, slots):
        """Find other visits of the same technicians at the same time."""
        # A technician's other work counts even where the planner may not see the order.
        others = self.sudo().search_fetch([
            ('employee_id', 'in', [slot[1].id for slot in slots]), ('state', 'in', OPEN_STATES),
            ('date_start', '<', max(slot[3] for slot in slots)),
            ('date_end', '>', min(slot[2] for slot in slots)),
        ], ['employee_id', 'date_start', 'date_end', 'order_id'])
        others_by_employee = others.grouped(lambda other: other.employee_id.id)
        slots_by_employee = defaultdict(list)
        for slot in slots:
            slots_by_employee[slot[1].id].append(slot)
        warnings = defaultdict(list)
        for employee_id, own in slots_by_employee.items():
            rivals = list(others_by_employee.get(employee_id, ()))
            for i, j in overlapping_pairs(
                    [slot[2:] for slot in own],
                    [(rival.date_start, rival.date_end) for rival in rivals]):
                visit, employee = own[i][:2]
                if rivals[j].id != (visit._origin.id or visit.id):
                    warnings[visit].append(self.env._(
                        "%(technician)s has %(order)s %(span)s.",
                        technician=employee.name, order=rivals[j].order_id.name,
                        span=self._format_span(
                            rivals[j].date_start, rivals[j].date_end, employee)))
        return warnings

    @api.model
    def _warn_of_closed_hours(self, slots):
        """Find leave and closed hours, by the technicians' own calendars and time zones."""
        # Calendars and leave are HR's; whether somebody is there is what planning asks.
        employees = self.env['hr.employee'].union(*(slot[1] for slot in slots)).sudo()
        opening, present = self._get_working_spans(
            employees, min(slot[2] for slot in slots), max(slot[3] for slot in slots))
        warnings = defaultdict(list)
        for visit, employee, begin, finish in slots:
            span = (pytz.utc.localize(begin), pytz.utc.localize(finish))
            if employee.id not in present or not uncovered(span, present[employee.id]):
                continue
            if uncovered(span, opening[employee.id]):
                text = self.env._("%(technician)s does not work at this time: %(span)s.")
            else:
                text = self.env._("%(technician)s is on leave %(span)s.")
            warnings[visit].append(text % {
                'technician': employee.name, 'span': self._format_span(begin, finish, employee)})
        return warnings

    @api.model
    def _get_working_spans(self, employees, start, end):
        """Return two mappings {employee id: [(start, end)]}: opening hours, and those without leave.

        Who works whenever there is work, or has no calendar, is in neither.

        :param start: naive UTC datetime
        :param end: naive UTC datetime
        """
        start, end = pytz.utc.localize(start), pytz.utc.localize(end)
        opening, present = {}, {}
        for calendar, group in employees.grouped('resource_calendar_id').items():
            bound = group.filtered(lambda employee: not employee.resource_id._is_fully_flexible())
            if not calendar or not bound:
                continue
            for spans, found in (
                (opening, calendar._attendance_intervals_batch(start, end, bound.resource_id)),
                (present, calendar._work_intervals_batch(start, end, bound.resource_id)),
            ):
                spans.update({
                    employee.id: [item[:2] for item in found[employee.resource_id.id]]
                    for employee in bound})
        return opening, present

    @api.model
    def _get_working_days(self, employees, start, end):
        """Return {employee id: {day: (start, end)}}: when a day's work begins and ends.

        Days are the technician's own; leave and holidays are left out. Who has no working hours
        is left out altogether.

        :param start: naive UTC datetime
        :param end: naive UTC datetime
        """
        # Calendars are HR's; whether work is overtime is what pricing asks.
        present = self._get_working_spans(
            employees.sudo(), start - timedelta(days=1), end + timedelta(days=1))[1]
        return {
            employee_id: {span[0].date(): span for span in hull_of_days(spans)}
            for employee_id, spans in present.items()}

    @api.model
    def _cut_by_days(self, start, end, timezone, hull_by_day):
        """Cut a span at midnights and at the borders of the working days.

        :param start: naive UTC datetime
        :param end: naive UTC datetime
        :param dict hull_by_day: {day: (start, end)} as `_get_working_days` returns
        :return: list of (naive UTC start, naive UTC end, day, whether it is working time)
        """
        zone = pytz.timezone(timezone or 'UTC')
        moment, end = pytz.utc.localize(start), pytz.utc.localize(end)
        parts = []
        while moment < end:
            day = moment.astimezone(zone).date()
            midnight = zone.localize(datetime.combine(day + timedelta(days=1), time.min))
            hulls = [hull_by_day[day]] if day in hull_by_day else []
            parts += [
                (begin.astimezone(pytz.utc).replace(tzinfo=None),
                 finish.astimezone(pytz.utc).replace(tzinfo=None), day, is_inside)
                for begin, finish, is_inside in cut((moment, min(end, midnight)), hulls)]
            moment = midnight
        return parts

    @api.model
    def _warn_of_skills(self, slots):
        """Find required skills that the technician lacks, or has not on that day."""
        employees = self.env['hr.employee'].union(*(slot[1] for slot in slots))
        # Who knows what is HR's; that a skill is missing is what planning asks.
        held = self.env['hr.employee.skill'].sudo().search(
            [('employee_id', 'in', employees.ids)]).grouped(lambda skill: skill.employee_id.id)
        warnings = defaultdict(list)
        for visit, employee, begin, _finish in slots:
            day = begin.date()
            level_by_skill = {}
            for skill in held.get(employee.id, ()):
                if (not skill.valid_from or skill.valid_from <= day) and (
                        not skill.valid_to or skill.valid_to >= day):
                    level_by_skill[skill.skill_id] = max(
                        skill.level_progress, level_by_skill.get(skill.skill_id, 0))
            for need in visit.order_id.task_ids.task_id.skill_ids:
                if need.skill_id not in level_by_skill:
                    warnings[visit].append(self.env._(
                        "%(technician)s lacks the skill %(skill)s.",
                        technician=employee.name, skill=need.skill_id.name))
                elif level_by_skill[need.skill_id] < need.skill_level_id.level_progress:
                    warnings[visit].append(self.env._(
                        "%(technician)s has %(skill)s below the level %(level)s.",
                        technician=employee.name, skill=need.skill_id.name,
                        level=need.skill_level_id.name))
        return warnings

    @api.model
    def _warn_of_promises(self, slots):
        """Find visits outside of the arrival window and of the technician's zones."""
        warnings = defaultdict(list)
        for visit, employee, begin, _finish in slots:
            order = visit.order_id
            if (order.arrival_from and begin < order.arrival_from) or (
                    order.arrival_to and begin > order.arrival_to):
                warnings[visit].append(self.env._(
                    "The customer was promised another arrival time."))
            zones = employee.sudo().service_zone_ids
            if zones and order.zone_id and order.zone_id not in zones:
                warnings[visit].append(self.env._(
                    "%(technician)s does not work in zone %(zone)s.",
                    technician=employee.name, zone=order.zone_id.name))
        return warnings

    def get_drop_proposal(self, employee_id):
        """Say how a visit would be planned that is dropped on a technician's column.

        Called by the board before it writes anything. A visit without a time gets the customer's
        preferred one, else the technician's first free time of the board's day or after
        (``service_board_offset`` in the context: days from today).

        :param employee_id: id of the technician, or False for the unassigned column
        :return: {'values': what to write, 'warnings': [sentences], 'message': sentence or False}
        :raise UserError: if the visit cannot be planned at all any more
        """
        self.ensure_one()
        values = {'employee_id': employee_id}
        message = False
        employee = self.env['hr.employee'].browse(employee_id or ())
        if employee and not self.date_start:
            self._ensure_plannable(values)
            preferred = self.date_preferred
            is_ahead = preferred and preferred >= fields.Datetime.now()
            start = preferred if is_ahead else self._propose_start(employee)
            if start:
                values['date_start'] = fields.Datetime.to_string(start)
                message = self.env._(
                    "%(technician)s: %(start)s", technician=employee.name,
                    start=self._format_local(start, employee))
        warnings = self.get_planning_warnings(values)
        if employee and not (self.date_start or values.get('date_start')):
            warnings.append(self.env._(
                "%s has no free time in the next two weeks. Open the visit to set one.",
                employee.name))
        return {'values': values, 'warnings': warnings, 'message': message}

    def _propose_start(self, employee):
        """Return the first free time (naive UTC) of a technician for one visit, or None."""
        self.ensure_one()
        employee = employee.sudo()  # calendars are HR's, as above
        timezone = pytz.timezone(employee.tz or 'UTC')
        now = pytz.utc.localize(fields.Datetime.now()).astimezone(timezone)
        begin = now
        if offset := self.env.context.get('service_board_offset'):
            begin = (now + timedelta(days=offset)).replace(
                hour=0, minute=0, second=0, microsecond=0)
        end = begin + timedelta(days=14)
        utc_begin, utc_end = (
            moment.astimezone(pytz.utc).replace(tzinfo=None) for moment in (begin, end))
        present = self._get_working_spans(employee, utc_begin, utc_end)[1]
        open_spans = present.get(employee.id, [(begin, end)])
        busy = self.sudo().search([
            ('employee_id', '=', employee.id), ('state', 'in', OPEN_STATES),
            ('date_start', '<', utc_end), ('date_end', '>', utc_begin),
            ('id', '!=', self.id),
        ])
        free = without(open_spans, [
            (pytz.utc.localize(visit.date_start).astimezone(timezone),
             pytz.utc.localize(visit.date_end).astimezone(timezone)) for visit in busy])
        start = first_fit(
            free, timedelta(hours=self.duration_hours or 1.0), begin, timedelta(minutes=15))
        return start and start.astimezone(pytz.utc).replace(tzinfo=None)

    @api.model
    def _format_span(self, start, end, employee):
        """Return "from … to …" in the technician's own time zone."""
        return self.env._(
            "from %(start)s to %(end)s", start=self._format_local(start, employee),
            end=self._format_local(end, employee, time_only=True))

    @api.model
    def _format_local(self, moment, employee, time_only=False):
        timezone = employee.tz or self.env.user.tz or 'UTC'
        if time_only:
            return format_time(self.env, moment, tz=timezone, time_format='short')
        return format_datetime(self.env, moment, tz=timezone, dt_format='short')

    @api.model
    def get_unusual_days(self, date_from, date_to=None):
        """Return {day: whether the company is closed}; shades the calendar."""
        calendar = self.env.company.resource_calendar_id
        return calendar._get_unusual_days(
            fields.Datetime.to_datetime(date_from).replace(tzinfo=pytz.utc),
            fields.Datetime.to_datetime(date_to or date_from).replace(tzinfo=pytz.utc),
            self.env.company)

    @api.model
    def get_business_hours(self):
        """Return the opening hours that the calendar leaves unshaded.

        :return: [{'daysOfWeek': [0 for Sunday to 6], 'startTime': 'HH:MM', 'endTime': 'HH:MM'}]
        """
        # Opening hours are no secret, whoever may read the calendar of the company.
        calendar = self.env.company.sudo().resource_calendar_id
        attendances = calendar.attendance_ids.filtered(
            lambda slot: slot.day_period != 'lunch' and not slot.display_type)
        return [{
            'daysOfWeek': [(int(slot.dayofweek) + 1) % 7],
            'startTime': self._format_hour(slot.hour_from),
            'endTime': self._format_hour(slot.hour_to),
        } for slot in attendances]

    @api.model
    def _format_hour(self, hour):
        minutes = round(hour * 60)
        return f'{minutes // 60:02d}:{minutes % 60:02d}'

    #=== CONSTRAINTS ===#

    @api.constrains('employee_id')
    def _check_technician(self):
        for visit in self.filtered('employee_id'):
            if not visit.employee_id.sudo().service_team_id:
                raise ValidationError(self.env._(
                    "%s is in no service team. Add the employee to a team first.",
                    visit.employee_id.name))

    #=== CRUD ===#

    @api.model_create_multi
    def create(self, vals_list):
        if any(vals.get('state', 'planned') != 'planned' for vals in vals_list):
            self._ensure_own_work()
        visits = super().create(vals_list)
        for order in visits.order_id:
            if order.state not in ('draft', 'open'):
                raise UserError(self.env._(
                    "%s is closed: no more visits can be planned for it.", order.name))
        visits._replace_waiting()
        visits._after_planning()
        return visits

    def _replace_waiting(self):
        """Let a new, planned visit take the place of the one that waits in its order."""
        planned = self.filtered(lambda visit: visit.employee_id and visit.date_start)
        waiting = planned.order_id.visit_ids.filtered(lambda visit: (
            visit.state == 'planned' and not visit.employee_id and not visit.date_start))
        (waiting - self).unlink()

    def write(self, vals):
        if {'state', 'timer_kind', 'timer_start', 'work_start', 'work_end'} & set(vals):
            self._ensure_own_work()
        planning = {'employee_id', 'date_start', 'date_end', 'duration_hours', 'order_id'}
        if not planning & set(vals):
            return super().write(vals)
        self._ensure_may_plan()
        self._ensure_plannable(vals)
        told = self.filtered(lambda visit: visit.state == 'dispatched')
        handed_over = told.filtered(lambda visit: (
            not vals.get('employee_id', True) or not vals.get('date_start', True)
            or visit.employee_id.id != vals.get('employee_id', visit.employee_id.id)))
        handed_over._keep_reassigned(vals)
        result = super().write(vals)
        self.mapped('date_end')  # computed before a row is flushed: the database checks both ends
        (told - handed_over)._after_rescheduling()
        self._after_planning()
        return result

    def _ensure_own_work(self):
        if not self.env.su:
            raise AccessError(self.env._(
                "The state of a visit changes by its actions only: dispatch, start, stop, finish or"
                " cancel it."))

    def _ensure_may_plan(self):
        self._ensure_role('dispatcher', self.env._(
            "Only dispatchers plan visits. Ask one to change this visit."))

    def _ensure_plannable(self, vals):
        """:raise UserError: if a visit has begun or ended: what happened is not re-planned"""
        states = dict(self._fields['state']._description_selection(self.env))
        for visit in self:
            if visit.state not in ('planned', 'dispatched'):
                raise UserError(self.env._(
                    "The visit %(visit)s is %(state)s and cannot be planned again. Plan another"
                    " visit for the order.",
                    visit=visit.display_name, state=states[visit.state].lower()))

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

    def _after_planning(self):
        """Extend for what follows when visits get a technician and a time."""
        planned = self.filtered(
            lambda visit: visit._is_open() and visit.employee_id and visit.date_start)
        planned.order_id._move_on_event('planned')

    def copy_data(self, default=None):
        return [
            {**vals, 'order_id': visit.order_id.id}
            for visit, vals in zip(self, super().copy_data(default), strict=True)]

    @api.ondelete(at_uninstall=False)
    def _unlink_except_worked(self):
        for visit in self:
            if visit.state in ('under_way', 'done') or visit.line_ids:
                raise UserError(self.env._(
                    "Work was done on the visit %s: it is kept. Cancel it instead.",
                    visit.display_name))

    #=== LIFE ===#

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

    def action_travel(self):
        """Start the technician's way to the customer."""
        self._start_timer('travel')
        return True

    def action_start(self):
        """Start the work; travel that is under way ends and is booked."""
        self._start_timer('work')
        return True

    def _start_timer(self, kind):
        self.check_access('write')
        for visit in self:
            visit._ensure_workable()
        running = self.filtered(lambda visit: visit.timer_start and visit.timer_kind != kind)
        running._book_timer()
        now = fields.Datetime.now()
        idle = self.filtered(lambda visit: not visit.timer_start)
        idle.sudo().write({'timer_kind': kind, 'timer_start': now})  # as in _set_state
        if kind == 'work':
            idle.filtered(lambda visit: not visit.work_start).sudo().work_start = now
        self._set_state('under_way')
        self.order_id._move_on_event('under_way')

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
        # Whatever the technician may see: nobody works in two places at once.
        elsewhere = self.sudo().search([
            ('employee_id', '=', self.employee_id.id), ('timer_start', '!=', False),
            ('id', '!=', self.id)], limit=1)
        if elsewhere:
            raise UserError(self.env._(
                "The clock of %(technician)s still runs on %(visit)s. Stop it first.",
                technician=self.employee_id.name, visit=elsewhere.display_name))

    def action_stop(self):
        """Stop the clock and book the time as an hour line."""
        for visit in self:
            if not visit.timer_start:
                raise UserError(self.env._(
                    "%s has not been started: there is nothing to stop.", visit.display_name))
        self.check_access('write')
        self._book_timer()
        return True

    def _book_timer(self):
        """Book the running time: on the planned line for it when there is one, else on a new one."""
        now = fields.Datetime.now()
        vals_list = []
        booked = self.env['service.order.line']
        for visit in self:
            vals = visit._prepare_booking(visit.timer_start, now)
            if line := visit._find_planned_line():
                line.write(vals)
                booked |= line
            else:
                vals_list.append({**vals, 'order_id': visit.order_id.id, 'quantity_planned': 0.0})
        (booked | booked.create(vals_list))._after_booking()
        self.filtered(lambda visit: visit.timer_kind == 'work').sudo().work_end = now
        self.sudo().write({'timer_kind': False, 'timer_start': False})  # as in _set_state

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
        }

    def _find_planned_line(self):
        self.ensure_one()
        return self.order_id.line_ids.filtered(lambda line: (
            line.kind == 'hour' and line.state == 'open' and not line.quantity
            and line.is_travel == (self.timer_kind == 'travel')
            and line.employee_id in (self.env['hr.employee'], self.employee_id)
            and line.visit_id in (self.browse(), self)))[:1]

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

    def action_sign(self):
        """Let the customer sign the order on the technician's device."""
        self.ensure_one()
        if self.timer_start:
            self._book_timer()
        return self.order_id.action_sign_off()

    def action_navigate(self):
        return self.order_id.action_navigate()

    def action_open_order(self):
        self.ensure_one()
        return {
            'type': 'ir.actions.act_window',
            'res_model': 'service.order',
            'res_id': self.order_id.id,
            'views': [(False, 'form')],
        }

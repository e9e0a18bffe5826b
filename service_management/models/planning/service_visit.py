from collections import defaultdict
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import SQL, format_date, format_time

from ...tools.spans import overlap
from ...tools.working_time import worked
from ..common.records import compute_anew, search_yes_or_no

OPEN_STATES = ('planned', 'dispatched', 'under_way')
#: Which states a technician's list begins and ends with; the others are 1
_TURNS = {'under_way': 0, 'done': 2, 'cancelled': 3}
#: How long a visit lasts at most: a year.
LONGEST_HOURS = 366 * 24


class ServiceVisit(models.Model):
    _name = 'service.visit'
    _description = "Service Visit"
    _inherit = ['service.document.mixin', 'mail.thread', 'mail.activity.mixin']
    _order = 'date_start, priority desc, id'
    _rec_names_search = ['order_id.name', 'order_id.title', 'partner_id.name', 'employee_id.name']
    _check_company_auto = True
    _window_action = 'service_management.service_visit_action'

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
        comodel_name='hr.employee', string="Technician", check_company=True, index=True, duty=True,
        tracking=True, ondelete='restrict', group_expand='_read_group_employee_ids',
        falsy_value_label="Unassigned",
        domain="[('service_team_id', '!=', False)]")
    date_start = fields.Datetime(string="Start", index=True, tracking=True, copy=False)
    date_end = fields.Datetime(
        string="End", compute='_compute_date_end', store=True, readonly=False, precompute=True,
        tracking=True, copy=False, index=True)
    duration_hours = fields.Float(
        string="Duration", compute='_compute_duration_hours', store=True, readonly=False,
        precompute=True, help="Planned hours; moves the end.")
    turn = fields.Integer(
        compute='_compute_turn', export_string_translation=False,
        help="What is under way comes first, what is over last.")
    time_span = fields.Char(string="Planned Time", compute='_compute_time_span')
    is_unassigned = fields.Boolean(
        compute='_compute_is_unassigned', search='_search_is_unassigned')

    # What the card shows of the order
    title = fields.Char(related='order_id.title')
    partner_id = fields.Many2one(related='order_id.partner_id', store=True, index=True)
    contact_phone = fields.Char(compute='_compute_contact_phone', compute_sudo=True)
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
    line_ids = fields.One2many(
        comodel_name='service.order.line', inverse_name='visit_id', string="Booked Hours")
    reason_id = fields.Many2one(
        comodel_name='service.reason', copy=False, ondelete='restrict',
        domain="[('usage', '=', 'visit')]")
    note = fields.Char(copy=False)
    follow_up = fields.Char(
        string="What Is Needed", copy=False,
        help="Of a visit that a technician asked for: why somebody comes again, and with what.")
    release_reason = fields.Char(
        string="Why Nobody Comes", copy=False, readonly=True,
        help="Why the visit was taken from its technician; until it is given to another one.")

    _longest = models.Constraint(
        "CHECK (date_end <= date_start + interval '366 days')",
        "A visit lasts a year at most. Plan several visits for longer work.")
    _span = models.Constraint(
        'CHECK (date_end > date_start)', "A visit has to end after it starts.")
    _both_ends = models.Constraint(
        'CHECK ((date_start IS NULL) = (date_end IS NULL))',
        "A planned visit has a start and an end.")
    _told_technician = models.Constraint(
        "CHECK (state IN ('planned', 'cancelled')"
        " OR (employee_id IS NOT NULL AND date_start IS NOT NULL))",
        "A visit needs a technician and a time before it is dispatched.")
    _to_come = models.Index(
        "(date_start, priority DESC, id) WHERE state IN ('planned', 'dispatched', 'under_way')")
    _of_technician = models.Index("(employee_id, order_id)")
    _open_of_technician = models.Index(
        "(employee_id, order_id) WHERE state IN ('planned', 'dispatched', 'under_way')")
    _by_technician = models.Index(
        "(employee_id, date_start, date_end) WHERE state <> 'cancelled'")

    @api.depends('date_start', 'duration_hours')
    def _compute_date_end(self):
        """Keep the duration when the start moves: it is of working hours."""
        dated = self.filtered('date_start')
        # Start, duration and end depend on each other: reading the duration here must not first
        # recompute it from the end that is about to change.
        self.env.remove_to_compute(self._fields['duration_hours'], dated)
        for visit, end in dated._get_planned_ends().items():
            visit.date_end = end
        (self - dated).date_end = False

    @api.depends('date_start', 'date_end')
    def _compute_duration_hours(self):
        spanned = self.filtered(lambda visit: (
            visit.date_start and visit.date_end and visit.date_start < visit.date_end))
        lengths = self.env['hr.employee']._get_lengths_of_work([
            (visit.employee_id, visit.company_id, visit.date_start, visit.date_end)
            for visit in spanned])
        for visit, length in zip(spanned, lengths, strict=True):
            visit.duration_hours = length / timedelta(hours=1)
        for visit in self - spanned:
            visit.duration_hours = visit.duration_hours or visit._get_usual_hours()

    def _get_planned_ends(self):
        """Return {visit: when its work ends}, by the hours of whoever does it."""
        ends = self.env['hr.employee']._get_ends_of_work([
            (visit.employee_id, visit.company_id, visit.date_start,
             timedelta(hours=visit.duration_hours or visit._get_usual_hours()))
            for visit in self])
        return dict(zip(self, ends, strict=True))

    def _filter_planned_ends(self):
        """Return those of these visits that end with their work; an end that was given stays."""
        dated = self.filtered('date_start')
        return dated.browse(
            visit.id for visit, end in dated._get_planned_ends().items()
            if abs(end - visit.date_end) < timedelta(seconds=1))

    def _leave_end_to_work(self, vals):
        """Return values without the end where they move a visit as a whole, as the calendar does.

        The work has its length; how far apart start and end are depends on the nights between.
        """
        if len(self) != 1 or not (
                self.date_start and vals.get('date_start') and vals.get('date_end')):
            return vals
        start, end = (fields.Datetime.to_datetime(vals[name]) for name in ('date_start', 'date_end'))
        is_moved = start != self.date_start and end - start == self.date_end - self.date_start
        if not is_moved or 'duration_hours' in vals or not self._filter_planned_ends():
            return vals
        return {name: value for name, value in vals.items() if name != 'date_end'}

    def _get_planned_hours(self, start, end):
        """Return {employee id: hours} of the planned work of these visits in a period.

        Of a visit that goes beyond the period, what of its working hours lies in it.

        :param start: naive UTC datetime
        :param end: naive UTC datetime
        """
        planned = defaultdict(float)
        hours = self.env['hr.employee']._get_planning_hours([
            (visit.employee_id, visit.company_id, visit.date_start, visit.date_end)
            for visit in self])
        for visit, spans in zip(self, hours, strict=True):
            whole = visit.date_start, visit.date_end
            part = overlap(whole, (start, end))
            planned[visit.employee_id.id] += visit.duration_hours if part == whole else (
                worked(*part, spans or [whole]) / timedelta(hours=1))
        return planned

    def _get_usual_hours(self):
        """Return what the type of the order plans, else its tasks take, else the company plans."""
        self.ensure_one()
        order = self.order_id
        hours = (order.type_id.duration_hours
                 or sum(order.task_ids.task_id.mapped('duration_hours'))
                 or order.company_id.service_visit_hours or 1.0)
        return min(hours, LONGEST_HOURS)

    @api.depends(
        'order_id.contact_phone', 'order_id.site_id.phone', 'order_id.partner_id.phone')
    def _compute_contact_phone(self):
        """Say whom to call: who called, else whoever picks up at the site, else at the customer's."""
        for visit in self:
            order = visit.order_id
            visit.contact_phone = (
                order.contact_phone or order.site_id.phone or order.partner_id.phone)

    @api.depends('state')
    def _compute_turn(self):
        for visit in self:
            visit.turn = _TURNS.get(visit.state, 1)

    def _order_field_to_sql(self, alias, field_name, direction, nulls, query):
        if field_name != 'turn':
            return super()._order_field_to_sql(alias, field_name, direction, nulls, query)
        state = self._field_to_sql(alias, 'state', query)
        cases = SQL(' ').join(
            SQL("WHEN %s THEN %s", name, turn) for name, turn in _TURNS.items())
        return SQL("CASE %s %s ELSE 1 END %s %s", state, cases, direction, nulls)

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
            visit.time_span = ' – '.join(
                self._format_moment(moment, known)
                for moment, known in ((start, today), (end, start.date())))

    @api.model
    def _format_moment(self, moment, known_day):
        """Return when a moment is, with its day where that is another one than people know."""
        clock = format_time(self.env, moment.time(), time_format='short')
        if moment.date() == known_day:
            return clock
        return f"{format_date(self.env, moment.date(), date_format='EEE d MMM')}, {clock}"

    @api.depends('employee_id', 'date_start', 'state')
    def _compute_is_unassigned(self):
        for visit in self:
            visit.is_unassigned = visit.state == 'planned' and not (
                visit.employee_id and visit.date_start)

    def _search_is_unassigned(self, operator, value):
        return search_yes_or_no(operator, value, Domain('state', '=', 'planned') & (
            Domain('employee_id', '=', False) | Domain('date_start', '=', False)))

    @api.depends('order_id.name', 'partner_id')
    def _compute_display_name(self):
        for visit in self:
            parts = (visit.order_id.name, visit.partner_id.name, visit.site_city)
            visit.display_name = ' · '.join(filter(None, parts))

    @api.constrains('employee_id')
    def _check_technician(self):
        for visit in self.filtered(lambda visit: visit.employee_id and visit._is_open()):
            # Employees are HR's; whether one is a technician is what planning asks.
            employee = visit.employee_id.sudo()
            if not employee.active:
                raise ValidationError(self.env._(
                    "%s has left the company. Choose another technician.", employee.name))
            if not employee.service_team_id:
                raise ValidationError(self.env._(
                    "%s is in no service team. Add the employee to a team first.",
                    employee.name))

    @api.model_create_multi
    def create(self, vals_list):
        """Plan visits; one that is planned takes the place of the one that waits in its order."""
        if any(vals.get('state', 'planned') != 'planned' for vals in vals_list):
            self._ensure_by_verb()
        visits = super().create(vals_list)
        visits.order_id._ensure_plannable()
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
        """Guard what only verbs change, and re-plan: who was told is told again."""
        if {'state', 'timer_kind', 'timer_start', 'work_start', 'work_end', 'is_overrun_told'} & set(vals):
            self._ensure_by_verb()
        planning = {'employee_id', 'date_start', 'date_end', 'duration_hours', 'order_id'}
        is_merged = self.env.su and set(vals) == {'order_id'}  # what was done goes along, too
        if is_merged or not planning & set(vals):
            return super().write(vals)
        vals = self._leave_end_to_work(vals)
        self._ensure_may_plan()
        self._ensure_plannable()
        told = self.filtered(lambda visit: visit.state == 'dispatched')
        handed_over = told.filtered(lambda visit: (
            not vals.get('employee_id', True) or not vals.get('date_start', True)
            or visit.employee_id.id != vals.get('employee_id', visit.employee_id.id)))
        handed_over._keep_reassigned(vals)
        following = self.browse()
        if 'employee_id' in vals and not {'date_start', 'date_end', 'duration_hours'} & set(vals):
            following = self._filter_planned_ends()
        result = super().write(vals)
        if vals.get('employee_id'):
            self.filtered('release_reason').sudo().release_reason = False  # somebody comes
        compute_anew(following, ['date_end'])
        self.mapped('date_end')  # computed before a row is flushed: the database checks both ends
        (told - handed_over)._after_rescheduling()
        self._after_planning()
        return result

    def _release(self, reason):
        """Take visits from their technicians, and say why: they wait to be planned again.

        :param str reason: sentence
        """
        self.write({'employee_id': False, 'release_reason': reason})
        for visit in self:
            visit.order_id._message_log(body=self.env._(
                "%(reason)s To be planned again: %(visit)s.", reason=reason,
                visit=visit.time_span or visit.display_name))

    @api.model
    def _ensure_dates_in_reach(self, vals):
        """Refuse work that ends out of reach, too."""
        super()._ensure_dates_in_reach(vals)
        if (vals.get('duration_hours') or 0) > LONGEST_HOURS:
            raise ValidationError(self.env._(
                "A visit lasts a year at most. Plan several visits for longer work."))

    def _ensure_by_verb(self):
        """:raise AccessError: if it is not one of the verbs, which work in sudo, that writes"""
        if not self.env.su:
            raise AccessError(self.env._(
                "The state of a visit changes by its actions only: dispatch, start, stop, finish or"
                " cancel it."))

    def _ensure_may_plan(self):
        """:raise AccessError: if the user is no dispatcher"""
        self._ensure_role('dispatcher', self.env._(
            "Only dispatchers plan visits. Ask one to change this visit."))

    def _ensure_plannable(self):
        """:raise UserError: if a visit has begun or ended, or its order takes no visits"""
        states = dict(self._fields['state']._description_selection(self.env))
        for visit in self:
            if visit.state not in ('planned', 'dispatched'):
                raise UserError(self.env._(
                    "The visit %(visit)s is %(state)s and cannot be planned again. Plan another"
                    " visit for the order.",
                    visit=visit.display_name, state=states[visit.state].lower()))
        self.order_id._ensure_plannable()

    def _after_planning(self):
        """Extend for what follows when visits get a technician and a time."""
        planned = self.filtered(
            lambda visit: visit._is_open() and visit.employee_id and visit.date_start)
        planned.order_id._move_on_event('planned')
        (self - planned).order_id._after_unplanning()

    @api.model
    def _get_open_domain(self):
        return super()._get_open_domain() | Domain('state', 'in', OPEN_STATES)

    @api.model
    def _get_duty_domain(self, field):
        return super()._get_duty_domain(field) & self._get_open_domain()

    def _filter_transferable(self, field):
        """Leave out what has begun: whoever began it is who did it."""
        return super()._filter_transferable(field).filtered(
            lambda visit: visit.state in ('planned', 'dispatched'))

    def _get_responsible_users(self):
        return super()._get_responsible_users() | self.order_id._get_responsible_users()

    def copy_data(self, default=None):
        """Stay with the order, which is not copied by itself."""
        return [
            {**vals, 'order_id': visit.order_id.id}
            for visit, vals in zip(self, super().copy_data(default), strict=True)]

    @api.ondelete(at_uninstall=False)
    def _unlink_except_worked(self):
        for visit in self:
            if visit.state in ('under_way', 'done') or visit.work_start or visit.line_ids:
                raise UserError(self.env._(
                    "Work was done on the visit %s: it is kept. Cancel it instead.",
                    visit.display_name))

    def action_navigate(self):
        """Open the site in the map of the device."""
        return self.order_id.action_navigate()

    def action_open_order(self):
        """Open the order of the visit."""
        return self.order_id._show_form()

from collections import defaultdict
from datetime import timedelta

import pytz

from odoo import api, fields, models
from odoo.tools import format_datetime, format_time

from ...tools.planning import (
    overlapping_pairs,
    uncovered,
)


class ServiceVisit(models.Model):
    """What speaks against a technician at a time."""
    _inherit = 'service.visit'

    planning_warning = fields.Text(compute='_compute_planning_warning')

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

from collections import defaultdict
from datetime import timedelta
from typing import NamedTuple

import pytz

from odoo import api, models

from ...tools.clock import naive
from ...tools.spans import first_fit, overlapping_pairs, uncovered, without
from .service_visit import OPEN_STATES

#: Visits are proposed to begin at multiples of this after midnight.
_STEP = timedelta(minutes=15)


class Slot(NamedTuple):
    """Somebody at a time, for a visit."""
    visit: models.Model  # service.visit, may be a new one
    employee: models.Model  # hr.employee
    start: object  # naive UTC datetime
    end: object  # naive UTC datetime


class Finding(NamedTuple):
    """What speaks against a slot: a code, and the values that a sentence needs."""
    code: str
    values: dict


class Wish(NamedTuple):
    """Time that is looked for: so much of somebody, not before and not after."""
    employee: models.Model  # hr.employee, may be empty
    start: object  # naive UTC datetime
    end: object  # naive UTC datetime
    length: timedelta


def _days_of(start, end):
    """Return the days that a span touches."""
    return [start.date() + timedelta(days=number)
            for number in range((end.date() - start.date()).days + 1)]


class HrEmployee(models.Model):
    """Who is free when, and what speaks against a slot: the one door for boards and planners."""
    _inherit = 'hr.employee'

    #=== WHO LEAVES ===#

    @api.constrains('company_id')
    def _check_clock_stopped(self):
        """Let nobody leave the company in which his hours are being counted."""
        for employee in self:
            # The clock counts, whoever changes the employee.
            self.env['service.visit'].sudo().search([
                ('employee_id', '=', employee.id), ('timer_start', '!=', False),
                ('company_id', '!=', employee.company_id.id)])._ensure_timer_stopped()

    def write(self, vals):
        """Take visits from who is archived: dispatchers find them among those to plan."""
        result = super().write(vals)
        if vals.get('active') is False:
            self._release_visits()
        return result

    def _release_visits(self):
        """Take visits that have not begun from people who left; those that have begun are told of."""
        # Employees are archived by HR, who plans nothing.
        visits = self.env['service.visit'].sudo().search([
            ('employee_id', 'in', self.ids), ('state', 'in', OPEN_STATES),
            ('order_id.state', 'in', ('draft', 'open'))])
        for employee, left in visits.grouped('employee_id').items():
            begun = left.filtered(lambda visit: visit.state == 'under_way')
            begun._schedule_todo('mail.mail_activity_data_warning', self.env._(
                "%s has left: end this visit, and the clock if it runs.", employee.name))
            (left - begun)._release(self.env._("%s has left the company.", employee.name))

    #=== WHAT SPEAKS AGAINST A SLOT ===#

    def _find_open_visits(self, start, end):
        """Return the open visits of these people that touch a span of naive UTC, in sudo."""
        # A technician's other work counts even where the planner may not see the order.
        return self.env['service.visit'].sudo().search_fetch([
            ('employee_id', 'in', self.ids), ('state', 'in', OPEN_STATES),
            ('date_start', '<', end), ('date_end', '>', start),
        ], ['employee_id', 'date_start', 'date_end', 'order_id'])

    @api.model
    def _check_slots(self, slots):
        """Return {index of a slot: [Finding]} of slots, in a constant number of queries.

        Nothing of it forbids: people decide.

        :param slots: list of Slot; those without a technician or a time are passed over
        """
        indexed = [(index, slot) for index, slot in enumerate(slots)
                   if slot.employee and slot.start and slot.end and slot.start < slot.end]
        findings = defaultdict(list)
        if indexed:
            found = [slot for _index, slot in indexed]
            for check in self._get_slot_checks():
                for number, code, values in check(found):
                    findings[indexed[number][0]].append(Finding(code, values))
        return dict(findings)

    @api.model
    def _get_slot_checks(self):
        """Return the rules of a slot; extend to add one.

        Each takes a list of Slot and yields (index into it, code, values). What a code says to people
        is in `service.visit._get_finding_texts`.
        """
        return [
            self._find_departed, self._find_overlaps, self._find_closed_hours,
            self._find_missing_skills, self._find_broken_promises]

    @api.model
    def _find_departed(self, slots):
        """Find technicians who do not work for the company any more by then."""
        for number, slot in enumerate(slots):
            company = slot.visit.order_id.company_id
            if not slot.employee._filter_serving(company, slot.start.date()):
                yield number, 'departed', {}

    @api.model
    def _find_overlaps(self, slots):
        """Find other visits of the same technicians at the same time."""
        others_by_employee = self.union(*(slot.employee for slot in slots))._find_open_visits(
            min(slot.start for slot in slots), max(slot.end for slot in slots),
        ).grouped(lambda other: other.employee_id.id)
        numbers_by_employee = defaultdict(list)
        for number, slot in enumerate(slots):
            numbers_by_employee[slot.employee.id].append(number)
        for employee_id, numbers in numbers_by_employee.items():
            rivals = list(others_by_employee.get(employee_id, ()))
            for i, j in overlapping_pairs(
                    [(slots[number].start, slots[number].end) for number in numbers],
                    [(rival.date_start, rival.date_end) for rival in rivals]):
                visit, rival = slots[numbers[i]].visit, rivals[j]
                if rival.id != (visit._origin.id or visit.id):
                    yield numbers[i], 'overlap', {
                        'visit': rival, 'order': rival.order_id, 'start': rival.date_start,
                        'end': rival.date_end}

    @api.model
    def _find_closed_hours(self, slots):
        """Find leave and closed hours, by the technicians' own calendars and time zones."""
        # Calendars and leave are HR's; whether somebody is there is what planning asks.
        employees = self.union(*(slot.employee for slot in slots)).sudo()
        opening, present = employees._get_working_spans(
            min(slot.start for slot in slots), max(slot.end for slot in slots))
        for number, slot in enumerate(slots):
            span = (pytz.utc.localize(slot.start), pytz.utc.localize(slot.end))
            employee_id = slot.employee.id
            if employee_id in present and uncovered(span, present[employee_id]):
                is_closed = uncovered(span, opening[employee_id])
                yield number, 'closed' if is_closed else 'leave', {
                    'start': slot.start, 'end': slot.end}

    @api.model
    def _find_missing_skills(self, slots):
        """Find required skills that the technician lacks, or has not on that day."""
        employees = self.union(*(slot.employee for slot in slots))
        # Who knows what is HR's; that a skill is missing is what planning asks.
        held = self.env['hr.employee.skill'].sudo().search(
            [('employee_id', 'in', employees.ids)]).grouped(lambda skill: skill.employee_id.id)
        for number, slot in enumerate(slots):
            day = slot.start.date()
            levels = defaultdict(int)
            for skill in held.get(slot.employee.id, ()):
                if (not skill.valid_from or skill.valid_from <= day) and (
                        not skill.valid_to or skill.valid_to >= day):
                    levels[skill.skill_id] = max(skill.level_progress, levels[skill.skill_id])
            for need in slot.visit.order_id.task_ids.task_id.skill_ids:
                if need.skill_id not in levels:
                    yield number, 'skill_missing', {'skill': need.skill_id}
                elif levels[need.skill_id] < need.skill_level_id.level_progress:
                    yield number, 'skill_level', {
                        'skill': need.skill_id, 'level': need.skill_level_id}

    @api.model
    def _find_broken_promises(self, slots):
        """Find visits outside of the arrival window and of the technician's zones."""
        for number, slot in enumerate(slots):
            order = slot.visit.order_id
            if (order.arrival_from and slot.start < order.arrival_from) or (
                    order.arrival_to and slot.start > order.arrival_to):
                yield number, 'arrival', {}
            zones = slot.employee.sudo().service_zone_ids  # as in _find_missing_skills
            if zones and order.zone_id and order.zone_id not in zones:
                yield number, 'zone', {'zone': order.zone_id}

    #=== FREE TIME ===#

    def _get_busy_spans(self, start, end, but=None):
        """Return {employee id: [(start, end)]} of the open visits of these people, in naive UTC.

        :param start: naive UTC datetime
        :param end: naive UTC datetime
        :param but: service.visit that do not count
        """
        busy = defaultdict(list)
        for visit in self._find_open_visits(start, end) - (but or self.env['service.visit']):
            busy[visit.employee_id.id].append((visit.date_start, visit.date_end))
        return busy

    @api.model
    def _find_free_times(self, wishes, but=None):
        """Return when each wish would begin (naive UTC), or None where nobody is free long enough.

        Wishes are served in their order: what one gets is taken for those after it. In a constant
        number of queries.

        :param wishes: list of Wish; one without an employee begins when it may
        :param but: service.visit that do not count
        """
        employees = self.union(*(wish.employee for wish in wishes))
        if not employees:
            return [wish.start for wish in wishes]
        first, last = min(wish.start for wish in wishes), max(wish.end for wish in wishes)
        taken = defaultdict(list)  # by technician and day, so that a year of work stays quick
        for employee_id, spans in employees._get_busy_spans(first, last, but).items():
            for span in spans:
                for day in _days_of(*span):
                    taken[employee_id, day].append(span)
        # Calendars are HR's; whether somebody is there is what planning asks.
        present = {
            employee_id: [naive(span) for span in spans]
            for employee_id, spans in employees.sudo()._get_working_spans(first, last)[1].items()}
        starts = []
        for wish in wishes:
            if not wish.employee:
                starts.append(wish.start)
                continue
            employee_id = wish.employee.id
            spans = [
                (max(begin, wish.start), min(finish, wish.end))
                for begin, finish in present.get(employee_id, [(wish.start, wish.end)])
                if begin < wish.end and finish > wish.start]
            busy = [span for day in _days_of(wish.start, wish.end)
                    for span in taken.get((employee_id, day), ())]
            start = first_fit(without(spans, busy), wish.length, wish.start, _STEP)
            begin = start or wish.start
            for day in _days_of(begin, begin + wish.length):
                taken[employee_id, day].append((begin, begin + wish.length))
            starts.append(start)
        return starts

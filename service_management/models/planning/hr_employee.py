from collections import defaultdict
from datetime import datetime, timedelta
from typing import NamedTuple

from odoo import api, models

from ...tools.clock import local_day, naive
from ...tools.spans import joined, overlapping_pairs, touching
from ...tools.travel import estimate
from ...tools.working_time import end_of_work, first_start, is_in_working_hours, length_of_work
from .service_visit import LONGEST_HOURS, OPEN_STATES

#: Visits are proposed to begin at multiples of this after midnight.
_STEP = timedelta(minutes=15)
#: Calendars are expanded over what is no further apart than this, and not in between.
_APART = timedelta(days=31)
#: Whoever drives for longer comes on another day.
_LONGEST_DRIVE = timedelta(hours=12)
#: What was entered before dates were bounded may lie where no calendar reaches.
_END_OF_TIME = datetime(9000, 1, 1)


class Slot(NamedTuple):
    """Somebody at a time, for a visit."""
    visit: models.Model  # service.visit, may be a new one
    employee: models.Model  # hr.employee
    start: object  # naive UTC datetime
    end: object  # naive UTC datetime
    length: timedelta  # of the work


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
    place: tuple = None  # (latitude, longitude) of where the work is, to leave time for the drive


def _get_look(length):
    """Return how far work that is longer than a day is followed."""
    return timedelta(days=7) + 4 * length


def _days_of(start, end):
    """Return the days that a span touches."""
    return [start.date() + timedelta(days=number)
            for number in range((end.date() - start.date()).days + 1)]


def _with_drive(start, end, drive):
    """Return a span with the time to drive there before it, and from there after it."""
    minutes = timedelta(minutes=drive.minutes if drive else 0)
    return start - minutes, end + minutes


def _get_level(held, day):
    """Return how well somebody does what he learned on a day (0 to 100), or None if he does not.

    :param held: hr.employee.skill of one skill
    """
    return max((skill.level_progress for skill in held if (
        (skill.valid_from or day) <= day <= (skill.valid_to or day))), default=None)


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
        """Take visits from who leaves a company: dispatchers find them among those to plan."""
        result = super().write(vals)
        if 'company_id' in vals:
            self._release_visits(lambda visit: visit.company_id != visit.employee_id.company_id)
        if vals.get('active') is False:
            self._release_visits()
        return result

    def _release_visits(self, condition=bool):
        """Take visits that have not begun from people who left; those that have begun are told of.

        :param condition: tells of a visit, in sudo, whether its technician has left it
        """
        # Employees are archived by HR, who plans nothing.
        visits = self.env['service.visit'].sudo().search([
            ('employee_id', 'in', self.ids), ('state', 'in', OPEN_STATES),
            ('order_id.state', 'in', ('draft', 'open'))]).filtered(condition)
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

        What a hard rule of the company does not forbid is for people to decide: see `hard_rules.py`.

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
        numbers_by_day = defaultdict(list)
        for number, slot in enumerate(slots):
            day = slot.employee, slot.visit.order_id.company_id, slot.start.date()
            numbers_by_day[day].append(number)
        for (employee, company, day), numbers in numbers_by_day.items():
            if not employee._filter_serving(company, day):
                for number in numbers:
                    yield number, 'departed', {}

    @api.model
    def _find_overlaps(self, slots):
        """Find other visits of the same technicians at the same time.

        Visits that are looked at together are where their slots are, not where they were.
        """
        moved = {slot.visit._origin.id for slot in slots}
        rivals_by_employee, numbers_by_employee = defaultdict(list), defaultdict(list)
        for other in self.union(*(slot.employee for slot in slots))._find_open_visits(
                min(slot.start for slot in slots), max(slot.end for slot in slots)):
            if other.id not in moved:
                rivals_by_employee[other.employee_id.id].append(
                    (other, other.date_start, other.date_end))
        for number, slot in enumerate(slots):
            numbers_by_employee[slot.employee.id].append(number)
            rivals_by_employee[slot.employee.id].append((slot.visit, slot.start, slot.end))
        for employee_id, numbers in numbers_by_employee.items():
            rivals = rivals_by_employee[employee_id]
            for i, j in overlapping_pairs(
                    [(slots[number].start, slots[number].end) for number in numbers],
                    [span for _rival, *span in rivals]):
                visit, (rival, start, end) = slots[numbers[i]].visit, rivals[j]
                if rival != visit and (rival._origin or rival) != (visit._origin or visit):
                    yield numbers[i], 'overlap', {
                        'visit': rival, 'order': rival.order_id, 'start': start, 'end': end}

    @api.model
    def _find_closed_hours(self, slots):
        """Find leave and closed hours, by the technicians' own calendars and time zones."""
        opening, present = self._get_hours_about(
            [(slot.employee, slot.start, slot.end) for slot in slots])
        for number, slot in enumerate(slots):
            plan, employee_id = (slot.start, slot.end, slot.length), slot.employee.id
            if employee_id in present and not is_in_working_hours(*plan, present[employee_id]):
                is_closed = not is_in_working_hours(*plan, opening[employee_id])
                yield number, 'closed' if is_closed else 'leave', {
                    'start': slot.start, 'end': slot.end}

    @api.model
    def _find_missing_skills(self, slots):
        """Find required skills that the technician lacks, or that have run out before the work is done."""
        employees = self.union(*(slot.employee for slot in slots))
        # Who knows what is HR's; that a skill is missing is what planning asks.
        held = self.env['hr.employee.skill'].sudo().search(
            [('employee_id', 'in', employees.ids)]).grouped(
                lambda held: (held.employee_id.id, held.skill_id))
        for number, slot in enumerate(slots):
            days = {local_day(min(moment, _END_OF_TIME), slot.employee.tz)
                    for moment in (slot.start, slot.end - timedelta(seconds=1))}
            for skill, level in slot.visit.order_id._get_wanted_skills().items():
                found = held.get((slot.employee.id, skill), ())
                levels = [_get_level(found, day) for day in days]
                if None not in levels:
                    if level and min(levels) < level.level_progress:
                        yield number, 'skill_level', {'skill': skill, 'level': level}
                    continue
                until = max((skill.valid_to for skill in found if skill.valid_to), default=None)
                if until and until < max(days):
                    yield number, 'skill_expired', {'skill': skill, 'until': until}
                else:
                    yield number, 'skill_missing', {'skill': skill}

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

    #=== HOW LONG WORK TAKES ===#

    @api.model
    def _get_hours_about(self, spans):
        """Return two mappings {employee id: [(start, end)]}, as `_get_working_spans`, in naive UTC.

        Calendars are expanded about what is asked only: one date far away does not make all others
        slow.

        :param spans: list of (hr.employee, start, end), naive UTC
        """
        opening, present = defaultdict(list), defaultdict(list)
        spans = [span for span in spans if span[2] < _END_OF_TIME]
        for first, last in joined(((start, end) for _employee, start, end in spans), _APART):
            # Calendars and leave are HR's; whether somebody is there is what planning asks.
            concerned = self.union(*(
                employee for employee, start, _end in spans if first <= start <= last)).sudo()
            for hours, found in zip(
                    (opening, present), concerned._get_working_spans(first, last), strict=True):
                for employee_id, parts in found.items():
                    hours[employee_id] += map(naive, parts)
        return dict(opening), dict(present)

    @api.model
    def _get_planning_hours(self, plans):
        """Return the working hours that count for each plan, without leave, in naive UTC.

        They are those of whoever does it, or of the company while that is nobody. There are none of
        people who work whenever there is work.

        :param plans: list of (hr.employee, res.company, start, end), naive UTC
        """
        present = self._get_hours_about(
            [(employee, start, end) for employee, _company, start, end in plans if employee])[1]
        opening = defaultdict(list)
        for company in self.env['res.company'].union(*(
                company for employee, company, *_span in plans if not employee)):
            calendar = company.sudo().resource_calendar_id  # opening hours are no secret
            for span in joined((
                    span for employee, other, *span in plans
                    if not employee and other == company and span[1] < _END_OF_TIME), _APART):
                opening[company] += calendar._get_open_spans(*span) if calendar else ()
        found = [present.get(employee.id, ()) if employee else opening[company]
                 for employee, company, *_span in plans]
        return [touching((start, end), spans)
                for spans, (*_who, start, end) in zip(found, plans, strict=True)]

    @api.model
    def _get_ends_of_work(self, plans):
        """Return when planned work ends (naive UTC); see `end_of_work`.

        Work beyond all working hours of a year, or of somebody who has none, counts plainly.

        :param plans: list of (hr.employee, res.company, start, length)
        """
        ends = {}
        longest = timedelta(hours=LONGEST_HOURS)
        for days in (14, 84, 366):  # few have to look further than the next days
            waiting = [
                (number, plan) for number, plan in enumerate(plans)
                if number not in ends and plan[3] <= longest and plan[2] < _END_OF_TIME]
            hours = self._get_planning_hours([
                (employee, company, start - timedelta(days=1), start + timedelta(days=days))
                for _number, (employee, company, start, _length) in waiting])
            for (number, (*_who, start, length)), spans in zip(waiting, hours, strict=True):
                if end := end_of_work(start, length, spans):
                    ends[number] = end
        return [ends.get(number, start + length)
                for number, (*_who, start, length) in enumerate(plans)]

    @api.model
    def _get_lengths_of_work(self, plans):
        """Return how long work is that is planned from a start to an end; see `length_of_work`.

        :param plans: list of (hr.employee, res.company, start, end), naive UTC
        """
        hours = self._get_planning_hours([
            (employee, company, start - timedelta(days=1), min(end, _END_OF_TIME) + timedelta(days=1))
            for employee, company, start, end in plans])
        return [length_of_work(start, end, spans)
                for (*_who, start, end), spans in zip(plans, hours, strict=True)]

    #=== FREE TIME ===#

    def _get_busy_spans(self, start, end, but=None, has_places=False):
        """Return {employee id: [(start, end, place)]} of the open visits of these people, in naive UTC.

        Places are (latitude, longitude), or None where nobody knows.

        :param start: naive UTC datetime
        :param end: naive UTC datetime
        :param but: service.visit that do not count
        :param bool has_places: whether places are looked for
        """
        busy = defaultdict(list)
        visits = self._find_open_visits(start, end) - (but or self.env['service.visit'])
        places = visits.order_id._get_places() if has_places else {}
        for visit in visits:
            busy[visit.employee_id.id].append(
                (visit.date_start, visit.date_end, places.get(visit.order_id.id)))
        return busy

    @api.model
    def _find_free_times(self, wishes, but=None, beside=()):
        """Return when each wish would begin (naive UTC), or None where nobody is free long enough.

        Wishes are served in their order: what one gets is taken for those after it. Between two places
        that are known there is time to drive. In a constant number of queries.

        :param wishes: list of Wish; one without an employee begins when it may
        :param but: service.visit that do not count
        :param beside: list of Slot that are taken, too
        """
        employees = self.union(*(wish.employee for wish in wishes))
        if not employees:
            return [wish.start for wish in wishes]
        first, last = min(wish.start for wish in wishes), max(
            wish.end + _get_look(wish.length) for wish in wishes)
        taken = defaultdict(list)  # by technician and day, so that a year of work stays quick
        has_places = any(wish.place for wish in wishes)
        reach = _LONGEST_DRIVE if has_places else timedelta()
        known = employees._get_busy_spans(first - reach, last + reach, but, has_places)
        places = self.env['service.order'].union(
            *(slot.visit.order_id for slot in beside))._get_places() if has_places and beside else {}
        for slot in beside:
            known[slot.employee.id].append((slot.start, slot.end, places.get(slot.visit.order_id.id)))
        for employee_id, spans in known.items():
            for start, end, place in spans:
                for day in _days_of(start - reach, end + reach):
                    taken[employee_id, day].append((start, end, place))
        present = self._get_hours_about([
            (wish.employee, wish.start - timedelta(days=1), wish.end + _get_look(wish.length))
            for wish in wishes])[1]
        starts = []
        for wish in wishes:
            if not wish.employee:
                starts.append(wish.start)
                continue
            employee_id = wish.employee.id
            roads = wish.employee.sudo().company_id._get_roads()  # HR's, but no secret of it
            first, last = wish.start - timedelta(days=1), wish.end + _get_look(wish.length)
            spans = touching(
                (first, last), present.get(employee_id, [(wish.start, wish.end)]))
            busy = {
                _with_drive(start, end, estimate(place, wish.place, roads))
                for day in _days_of(wish.start, last)
                for start, end, place in taken.get((employee_id, day), ())}
            start = first_start(spans, busy, wish.length, (wish.start, wish.end), _STEP)
            begin = start or wish.start
            end = end_of_work(begin, wish.length, spans) or begin + wish.length
            for day in _days_of(begin - reach, end + reach):
                taken[employee_id, day].append((begin, end, wish.place))
            starts.append(start)
        return starts

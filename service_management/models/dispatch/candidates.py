from collections import Counter
from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain

from ...tools.clock import local_day
from ...tools.travel import estimate
from ..planning.hr_employee import Slot, Wish
from .schedule import seconds_of

#: How many answers people read
_MOST = 10
#: How far ahead somebody is looked for
_AHEAD = timedelta(days=14)
#: What keeps somebody from doing the work at all
UNABLE = {'departed', 'skill_missing', 'skill_expired', 'skill_level'}


class ServiceVisit(models.Model):
    """Who can come first?"""
    _inherit = 'service.visit'

    def get_candidates(self):
        """Return who could do one visit, the best first, with what speaks for and against each.

        Who has the skills comes before who lacks one; then whoever keeps what was promised, whom the
        customer prefers, who works in the zone, who is there first, and who drives less for it. Each is
        looked at where he is free for as long as the work takes, drives included, within two weeks. Who
        would break a hard rule of the company is not among them.
        Writes nothing, in a constant number of queries.

        :return: {'candidates': at most ten of {'row', 'name', 'start', 'end', 'extra': minutes more of
            driving, or None where a place is unknown, 'is_preferred', 'margin': hours until what was
            promised, negative after it, or False, 'booked' and 'available' hours of that day with this
            visit, 'findings': [sentences]}, 'others': [{'text', 'count'}] of why others are not among them}
        :raise AccessError: if the user is no dispatcher
        :raise UserError: if the visit cannot be planned any more
        """
        self.ensure_one()
        self._ensure_may_plan()
        self.check_access('read')
        self._ensure_plannable()
        employees = self._find_technicians()
        slots, idle = self._find_slots(employees)
        found = employees._check_slots(slots)
        broken = [self._get_broken_rules(found.get(index, ())) for index in range(len(slots))]
        allowed = [index for index, rules in enumerate(broken) if not rules]
        slots, findings = [slots[index] for index in allowed], [found.get(index, []) for index in allowed]
        candidates = [self._describe_candidate(*each) for each in zip(slots, findings, strict=True)]
        self._add_drives(slots, candidates)
        self._add_load(slots, candidates)
        order = sorted(range(len(slots)), key=lambda index: (
            self._rank_candidate(candidates[index], {
                finding.code for finding in findings[index]})))
        left = Counter(
            text for index in order[_MOST:] for text in candidates[index]['findings'])
        left.update(self.env._("Forbidden: %s", rule) for rules in broken for rule in rules)
        if idle:
            left[self.env._("No free time that is long enough within two weeks")] = len(idle)
        return {
            'candidates': [candidates[index] for index in order[:_MOST]],
            'others': [{'text': text, 'count': count} for text, count in left.most_common(_MOST)],
        }

    def action_find_technician(self):
        """Look for somebody who does one visit; whom the user takes is planned.

        :raise AccessError: if the user is no dispatcher
        :raise UserError: if the visit cannot be planned any more
        """
        self.ensure_one()
        self._ensure_may_plan()
        self._ensure_plannable()
        place = self._get_place()
        return {
            'type': 'ir.actions.client', 'tag': 'service_candidates', 'target': 'new',
            'name': self.env._("Who Can Come First?"),
            'params': {
                'id': self.id, 'title': self.order_id.title,
                'known': {name: place[name] for name in ('row', 'start', 'end')}},
        }

    def _find_technicians(self):
        """Return the technicians of one visit's company, in sudo."""
        # Who works when and knows what is HR's; who could come is what planning asks.
        return self.env['hr.employee'].sudo().search(
            Domain('service_team_id', '!=', False) & Domain('company_id', '=', self.company_id.id))

    def _find_slots(self, employees, earliest=None, but=None, beside=()):
        """Return ([Slot] of when people would do one visit, the people who are not free for it).

        :param earliest: when the work would begin at the earliest (naive UTC)
        :param but: service.visit that do not count, by default the visit itself
        :param beside: list of Slot that are taken, too
        """
        order, length = self.order_id, timedelta(hours=self.duration_hours or self._get_usual_hours())
        begin = max(filter(None, (fields.Datetime.now(), order.arrival_from, earliest)))
        place = order._get_places().get(order.id)
        starts = employees._find_free_times([
            Wish(employee, begin, begin + _AHEAD, length, place) for employee in employees],
            but=self._origin if but is None else but, beside=beside)
        free = [(employee, start) for employee, start in zip(employees, starts, strict=True) if start]
        ends = employees._get_ends_of_work([
            (employee, self.company_id, start, length) for employee, start in free])
        slots = [Slot(self, employee, start, end, length)
                 for (employee, start), end in zip(free, ends, strict=True)]
        return slots, employees.filtered(
            lambda employee: employee not in {person for person, _start in free})

    def _describe_candidate(self, slot, findings):
        """Return what is said of somebody who could do one visit, but for drives and load."""
        deadline = self._get_promise()
        return {
            'row': slot.employee.id,
            'name': slot.employee.name,
            'start': seconds_of(slot.start),
            'end': seconds_of(slot.end),
            'extra': None,
            'is_preferred': slot.employee.id == self.preferred_employee_id.id,
            'margin': bool(deadline) and (deadline - slot.start) / timedelta(hours=1),
            'findings': [self._explain_finding(slot, finding) for finding in findings],
        }

    def _get_promise(self):
        """Return by when somebody has to be there, or False."""
        return min(filter(None, (self.order_id.arrival_to, self.order_id.sla_deadline)), default=False)

    @api.model
    def _rank_candidate(self, candidate, codes):
        """Return what a candidate is sorted by.

        :param set codes: of the findings that speak against the slot
        """
        return (
            bool(codes & UNABLE), candidate['margin'] is not False and candidate['margin'] < 0,
            not candidate['is_preferred'], 'zone' in codes, candidate['start'],
            candidate['extra'] or 0, candidate['name'])

    def _add_drives(self, slots, candidates):
        """Say how many minutes more people would drive: there and on, instead of straight on."""
        if not slots:
            return
        Employee = self.env['hr.employee'].sudo()
        others_by_employee = Employee._find_others(slots)
        orders = self.order_id.sudo().union(*(
            others.order_id for others in others_by_employee.values()))
        places, roads = orders._get_places(), self.company_id._get_roads()
        here = places.get(self.order_id.id)
        homes = Employee.union(*(slot.employee for slot in slots))._get_start_places()
        for slot, candidate in zip(slots, candidates, strict=True):
            others = [
                other for other in others_by_employee.get(slot.employee.id, ())
                if other != self._origin and local_day(other.date_start, slot.employee.tz)
                == local_day(slot.start, slot.employee.tz)]
            before = [other for other in others if other.date_end <= slot.start]
            after = [other for other in others if other.date_start >= slot.end]
            home = homes[slot.employee.id][0]
            begin = places[max(before, key=lambda other: other.date_end).order_id.id] \
                if before else home
            end = places[min(after, key=lambda other: other.date_start).order_id.id] \
                if after else home
            drives = [estimate(*leg, roads) for leg in ((begin, here), (here, end), (begin, end))]
            if all(drives):
                there, on, straight = (drive.minutes for drive in drives)
                candidate['extra'] = there + on - straight

    def _add_load(self, slots, candidates):
        """Say how full the days of people would be."""
        if not slots:
            return
        day = timedelta(days=1)
        start, end = min(slot.start for slot in slots) - day, max(slot.end for slot in slots) + day
        employees = self.env['hr.employee'].sudo().union(*(slot.employee for slot in slots))
        available = employees._get_available_hours(start, end)
        visits = (employees._find_open_visits(start, end) - self._origin).grouped(
            lambda visit: visit.employee_id.id)
        for slot, candidate in zip(slots, candidates, strict=True):
            begin = local_day(slot.start, slot.employee.tz)
            hours = slot.length / timedelta(hours=1) + sum(
                visit.duration_hours for visit in visits.get(slot.employee.id, ())
                if local_day(visit.date_start, slot.employee.tz) == begin)
            candidate.update(
                booked=hours, available=available.get(slot.employee.id, {}).get(begin, 0.0))

from calendar import timegm
from datetime import datetime, timedelta

from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

from ...tools.clock import naive

#: What a board shows at most: six weeks, as a month has with the days around it.
_LONGEST = timedelta(days=43)
#: How many of what waits is read at once
_WAITING = 100
#: Which states have a bar
_SHOWN = ('planned', 'dispatched', 'under_way', 'done')


def seconds_of(moment):
    """Return a naive UTC datetime as seconds since 1970, or False.

    >>> seconds_of(datetime(1970, 1, 2))
    86400
    """
    return timegm(moment.timetuple()) if moment else False


def moment_of(seconds):
    """Return the naive UTC datetime of seconds since 1970.

    >>> moment_of(86400)
    datetime.datetime(1970, 1, 2, 0, 0)
    """
    return datetime(1970, 1, 1) + timedelta(seconds=seconds)


class ServiceVisit(models.Model):
    """What the board shows: who works when, what is planned, and what waits.

    Moments are seconds since 1970, in UTC: thousands of bars are drawn without a parser.
    """
    _inherit = 'service.visit'

    #=== WHAT IS SHOWN ===#

    @api.model
    @api.readonly
    def get_schedule(self, start, end, domain=()):
        """Return technicians and their visits in a window of time; as many queries for any of them.

        :param int start: of the window
        :param int end: of the window
        :param domain: of visits that are looked for: the others are there, too
        :return: {'rows': [{'id', 'name', 'team': {'id', 'name'}, 'zones': [{'id',
            'name'}], 'skills': [names], 'open': [[start, end]], 'present': [[start, end]], 'is_bound': whether there are hours
            when the technician does not work}], 'bars': as `get_schedule_bars`, 'can_plan'}
        :raise AccessError: if the user works in the field
        :raise UserError: if the window ends before it starts, or is longer than six weeks
        """
        self._ensure_may_look()
        window = self._take_window(start, end)
        visits = self.search_fetch(
            Domain('state', 'in', _SHOWN) & Domain('employee_id', '!=', False)
            & Domain('date_start', '<', window[1]) & Domain('date_end', '>', window[0])
            & Domain('company_id', 'in', self.env.companies.ids))
        found = set(visits._filter_found(domain)._ids)
        return {
            'rows': self._get_schedule_rows(window, visits.employee_id),
            'bars': [{**bar, 'is_found': bar['id'] in found} for bar in visits._read_bars()],
            'can_plan': self._has_role('dispatcher'),
        }

    @api.model
    def _ensure_may_look(self):
        """:raise AccessError: if the user works in the field"""
        self._ensure_role('customer_service', self.env._(
            "The board is for the office. Your visits are on My Visits."))

    @api.model
    def _take_window(self, start, end):
        """Return a window as naive UTC datetimes; raises as `get_schedule`."""
        if not all(isinstance(moment, int) and 0 <= moment < 2 ** 37 for moment in (start, end)):
            raise UserError(self.env._("Choose a day that exists: the board cannot show this one."))
        window = moment_of(start), moment_of(end)
        if not timedelta() < window[1] - window[0] <= _LONGEST:
            raise UserError(self.env._("The board shows at most six weeks. Choose a shorter time."))
        return window

    def _filter_found(self, domain):
        """Return those of these visits that a domain finds."""
        domain = Domain(domain)
        return self if domain.is_true() or not self else self.search(
            domain & Domain('id', 'in', self.ids))

    @api.model
    @api.readonly
    def get_schedule_bars(self, visit_ids):
        """Return some visits as the board draws them; those that the user does not see are left out.

        :return: [{'id', 'row': id of the technician or False, 'start', 'end', 'hours', 'state',
            'is_locked', 'number', 'title', 'customer', 'city', 'priority', 'team_id', 'team', 'type_id', 'type',
            'sla_state', 'deadline', 'window': [from, to], 'preferred_id', 'preferred', 'lead': id of the
            visit with which it comes, or its own, where it is a crew's, 'part': [number, how many] of
            work that is done in parts, or False, 'part_of': id of the first of them}]
        :raise AccessError: if the user works in the field
        """
        self._ensure_may_look()
        return self.search_fetch(Domain('id', 'in', visit_ids))._read_bars()

    def _read_bars(self):
        """Return these visits as `get_schedule_bars` says."""
        parts = self._number_parts()
        leads = self.lead_visit_id
        bars = []
        for visit in self:
            order = visit.order_id
            bars.append({
                'id': visit.id,
                'row': visit.employee_id.id,
                'start': seconds_of(visit.date_start),
                'end': seconds_of(visit.date_end),
                'hours': visit.duration_hours,
                'state': visit.state,
                'is_locked': visit.is_locked,
                'number': order.name,
                'title': order.title,
                'customer': visit.partner_id.name,
                'city': order.site_city,
                'priority': visit.priority,
                'team_id': visit.team_id.id,
                'team': visit.team_id.name,
                'type_id': order.type_id.id,
                'type': order.type_id.name,
                'sla_state': order.sla_state,
                'deadline': seconds_of(order.sla_deadline),
                'window': [seconds_of(order.arrival_from), seconds_of(order.arrival_to)],
                'preferred_id': order.preferred_employee_id.id,
                # Who is asked for is no secret of HR's.
                'preferred': order.preferred_employee_id.sudo().name,
                'lead': visit.lead_visit_id.id or (visit in leads and visit.id),
                'part_of': visit.part_of_id.id or (visit.id in parts and visit.id),
                'part': parts.get(visit.id, False),
            })
        return bars

    @api.model
    def _get_schedule_rows(self, window, planned):
        """Return the technicians of the active companies as rows, and who has visits besides.

        :param window: naive UTC datetimes
        :param planned: hr.employee
        """
        # Who works when and can do what is HR's; a board without it plans nothing.
        employees = self.env['hr.employee'].sudo().with_context(active_test=False).search_fetch(
            Domain('id', 'in', planned.ids) | (
                Domain('service_team_id', '!=', False) & Domain('active', '=', True)
                & Domain('company_id', 'in', self.env.companies.ids)))
        opening, present = employees._get_working_spans(*window)
        skills = self.env['hr.employee.skill'].sudo().search_fetch(
            [('employee_id', 'in', employees.ids)]).grouped('employee_id')
        rows = []
        for employee in employees.sorted(lambda employee: (
                employee.service_team_id.sequence, employee.service_team_id.name or '', employee.name)):
            team = employee.service_team_id
            rows.append({
                'id': employee.id,
                'name': employee.name,
                'team': {'id': team.id, 'name': team.name or ''},
                'zones': [{'id': zone.id, 'name': zone.name} for zone in employee.service_zone_ids],
                'skills': skills.get(employee, self.env['hr.employee.skill']).skill_id.mapped('name'),
                'is_bound': employee.id in present,
                **{name: [[*map(seconds_of, naive(span))] for span in spans.get(employee.id, ())]
                   for name, spans in (('open', opening), ('present', present))},
            })
        return rows

    @api.model
    @api.readonly
    def get_schedule_details(self, visit_ids):
        """Return what speaks against the plan of visits, and how their technicians get there.

        :return: {'findings': {id: [{'code', 'text', 'is_forbidden': by a hard rule of the company}]} of
            those against which something speaks,
            'travel': {id: {'minutes', 'km', 'back': minutes home after the last one of a day; each of them
            None where it is unknown, 'text': why it is, or False}}}
        :raise AccessError: if the user works in the field
        """
        self._ensure_may_look()
        visits = self.search([('id', 'in', visit_ids)])
        slots = visits._get_slots()
        texts = self._get_travel_texts()
        return {
            'findings': {
                slots[index].visit.id: [
                    {'code': finding.code, 'text': self._word_finding(slots[index], finding),
                     'is_forbidden': slots[index].visit._is_forbidden(finding)}
                    for finding in findings]
                for index, findings in self.env['hr.employee']._check_slots(slots).items()},
            'travel': {
                visit_id: {
                    'minutes': leg['minutes'], 'km': leg['km'],
                    'back': leg['back'] and leg['back']['minutes'],
                    'text': texts.get(leg['reason'], False),
                } for visit_id, leg in visits._get_travel().items()},
        }

    #=== WHAT WAITS ===#

    @api.model
    @api.readonly
    def get_schedule_waiting(self, domain=(), offset=0):
        """Return a page of what waits for a technician or a time, the most urgent first.

        :param domain: of visits that are looked for
        :param int offset: how many were read before
        :return: {'count': of all, 'bars': as `get_schedule_bars`, with 'skills': [names], and why it
            waits as 'reason'}
        :raise AccessError: if the user works in the field
        """
        self._ensure_may_look()
        waiting = Domain('is_unassigned', '=', True) & Domain(
            'company_id', 'in', self.env.companies.ids) & Domain(domain)
        query = self._search(waiting)
        service = query.left_join(self._table, 'order_id', 'service_order', 'id', 'waiting')
        query.order = SQL(
            "LEAST(%(order)s.arrival_to, %(order)s.sla_deadline, %(order)s.date_preferred) NULLS LAST,"
            " %(visit)s.priority DESC, %(visit)s.id",
            order=SQL.identifier(service), visit=SQL.identifier(self._table))
        query.limit, query.offset = _WAITING, max(int(offset), 0)
        visits = self.browse(query)
        bars = visits._read_bars()
        for visit, bar in zip(visits, bars, strict=True):
            bar.update({
                'skills': [skill.name for skill in visit.order_id._get_wanted_skills()],
                'reason': visit.release_reason or visit.follow_up,
                'preferred_start': seconds_of(visit.order_id.date_preferred)})
        return {'count': self.search_count(waiting), 'bars': bars}

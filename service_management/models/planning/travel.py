"""How technicians get from visit to visit: shown on the board, and checked where somebody is planned."""
from bisect import bisect_left, bisect_right
from datetime import timedelta

import pytz

from odoo import api, fields, models
from odoo.fields import Domain

from ...tools.spans import joined
from ...tools.travel import estimate, get_tours
from .service_visit import LONGEST_HOURS, OPEN_STATES

_DAY = timedelta(days=1)
#: Windows that are no further apart are looked at as one.
_APART = timedelta(days=31)
#: Which visits may reach into a time is decided by their start: an index finds those, not all before it.
_LONGEST = timedelta(hours=LONGEST_HOURS)


def _get_domain_about(spans):
    """Return the domain of visits that touch spans of naive UTC, or the day before or after them."""
    return Domain.OR(
        Domain('date_start', '>=', start - _LONGEST) & Domain('date_start', '<', end)
        & Domain('date_end', '>', start)
        for start, end in joined(((start - _DAY, end + _DAY) for start, end in spans), _APART))


class ServiceVisit(models.Model):
    _inherit = 'service.visit'

    travel = fields.Char(compute='_compute_travel', help="How the technician gets there, estimated.")

    @api.depends('employee_id', 'date_start', 'state')
    def _compute_travel(self):
        """Say how technicians get to the visits that are planned, where that is known."""
        legs = self._origin._get_travel()
        orders = {visit.id: visit.order_id.name for visit in self.sudo().browse(
            leg['visit_id'] for leg in legs.values() if leg['visit_id'])}
        for visit in self:
            leg = legs.get(visit._origin.id, {})
            if leg.get('minutes') is None:
                visit.travel = False
            elif leg['from'] == 'visit':
                visit.travel = self.env._(
                    "%(minutes)s min, %(km)s km from %(order)s", minutes=leg['minutes'],
                    km=round(leg['km']), order=orders[leg['visit_id']])
            else:
                visit.travel = self.env._(
                    "%(minutes)s min, %(km)s km from where the day starts", minutes=leg['minutes'],
                    km=round(leg['km']))

    def _get_travel(self):
        """Return how the technicians of these visits get there, in a constant number of queries.

        Visits of one technician follow each other by their arrival. Between two tours, which are the
        days of most people, he is where his days start and end. Whether the user sees the visit before is
        not asked: he is told how long it takes from there.

        :return: {visit id: {
            'minutes': int, 'km': float: of the drive to the visit; None where that is unknown,
            'from': 'visit' or 'start' for where it begins, None where the visit is not planned,
            'visit_id': id of the visit before, or False,
            'reason': None, or a code of `_get_travel_texts` that says why there is no drive,
            'back': None, or of the last visit of a tour the way home: {'minutes', 'km', 'reason'},
        }}
        """
        legs = {visit.id: {
            'minutes': None, 'km': None, 'from': None, 'visit_id': False, 'reason': 'unplanned',
            'back': None} for visit in self}
        # How somebody gets to a visit depends on his other work, whatever the user sees of it.
        planned = self.sudo().filtered(lambda visit: (
            visit.employee_id and visit.date_start and visit.state != 'cancelled'))
        if not planned:
            return legs
        everything = planned | planned._find_neighbours()
        places = everything.order_id._get_places()
        starts = everything.employee_id._get_start_places()
        for employee, visits in everything.grouped('employee_id').items():
            visits = visits.sorted(lambda visit: (visit.date_start, visit.date_end, visit.id))
            zone = pytz.timezone(employee.tz or 'UTC')
            for tour in get_tours([
                    tuple(pytz.utc.localize(moment).astimezone(zone)
                          for moment in (visit.date_start, visit.date_end)) for visit in visits]):
                home = starts[employee.id]
                before, visit = None, visits.browse()
                for index in tour:
                    before, visit = visit, visits[index]
                    if visit.id in legs:
                        legs[visit.id].update(self._get_leg(before, visit, places, home))
                if visit.id in legs:
                    legs[visit.id]['back'] = visit._prepare_drive(
                        places[visit.order_id.id], home[0],
                        'place_unknown' if not places[visit.order_id.id] else home[1])
        return legs

    def _find_neighbours(self):
        """Return what the technicians of these visits do within a day before and after them, in sudo."""
        return self.sudo().search_fetch(
            Domain('employee_id', 'in', self.employee_id.ids) & Domain('state', '!=', 'cancelled')
            & _get_domain_about([(visit.date_start, visit.date_end) for visit in self]),
            ['employee_id', 'date_start', 'date_end', 'order_id', 'company_id', 'state'])

    @api.model
    def _get_leg(self, before, visit, places, home):
        """Return the drive to a visit of a tour, as in `_get_travel`.

        :param before: the visit before it, or an empty one
        :param places: {order id: place}
        :param home: (place, reason) of where the technician's days start
        """
        place = places[visit.order_id.id]
        start, reason = (places[before.order_id.id], 'before_unknown') if before else home
        return {
            'from': 'visit' if before else 'start', 'visit_id': before.id,
            **visit._prepare_drive(start, place, reason if place else 'place_unknown')}

    def _prepare_drive(self, start, place, reason):
        """Return {'minutes', 'km', 'reason'} of the drive between two places for one visit.

        :param str reason: why there is none, where one of the places is unknown
        """
        drive = estimate(start, place, self.company_id._get_roads())
        if not drive:
            return {'minutes': None, 'km': None, 'reason': reason}
        return {'minutes': drive.minutes, 'km': drive.km, 'reason': None}

    @api.model
    def _get_travel_texts(self):
        """Return {code of a reason why there is no drive: what people read}."""
        return {
            'unplanned': self.env._("Nobody is planned yet."),
            'place_unknown': self.env._("Nobody knows where the site is: it has no coordinates."),
            'before_unknown': self.env._(
                "Nobody knows where the visit before is: its site has no coordinates."),
            'start_unknown': self.env._(
                "Nobody knows where the technician's day starts: the address has no coordinates."),
            'no_start': self.env._("The technician's days start nowhere in particular."),
        }

    @api.model
    def _get_finding_texts(self):
        return {
            **super()._get_finding_texts(),
            'travel_from': self.env._("Needs %(minutes)s min from %(order)s, there are %(free)s."),
            'travel_to': self.env._("Needs %(minutes)s min to %(order)s, there are %(free)s."),
        }


class HrEmployee(models.Model):
    _inherit = 'hr.employee'

    @api.model
    def _get_slot_checks(self):
        return [*super()._get_slot_checks(), self._find_tight_travel]

    @api.model
    def _find_tight_travel(self, slots):
        """Find slots that leave no time to drive: from the visit before, or to the one after.

        Where a place is unknown, nothing is known of the drive. What overlaps is said elsewhere.
        """
        orders = self.env['service.order'].union(*(slot.visit.order_id._origin for slot in slots))
        places = {order_id: place for order_id, place in orders._get_places().items() if place}
        numbers = [number for number, slot in enumerate(slots)
                   if slot.visit.order_id._origin.id in places]
        if not numbers:
            return
        others_by_employee = self._find_others([slots[number] for number in numbers])
        places.update(self.env['service.order'].union(*(
            others.order_id for others in others_by_employee.values()))._get_places())
        orders_of_others = {
            # Lists: what is read of one of them is read of all.
            employee_id: (list(others.sorted('date_end')), list(others.sorted('date_start')))
            for employee_id, others in others_by_employee.items()}
        for number in numbers:
            slot = slots[number]
            by_end, by_start = orders_of_others.get(slot.employee.id, ((), ()))
            own_id = slot.visit._origin.id or slot.visit.id
            first = bisect_left(by_start, slot.end, key=lambda other: other.date_start)
            last = bisect_right(by_end, slot.start, key=lambda other: other.date_end)
            before = next((other for other in by_end[:last][::-1] if other.id != own_id), None)
            after = next((other for other in by_start[first:] if other.id != own_id), None)
            for code, other, free in (
                    ('travel_from', before, before and slot.start - before.date_end),
                    ('travel_to', after, after and after.date_start - slot.end)):
                drive = other and estimate(
                    places[slot.visit.order_id._origin.id], places[other.order_id.id],
                    slot.visit.order_id.company_id._get_roads())
                if drive and timedelta(minutes=drive.minutes) > free:
                    yield number, code, {
                        'visit': other, 'order': other.order_id, 'minutes': drive.minutes,
                        'free': free // timedelta(minutes=1)}

    @api.model
    def _find_others(self, slots):
        """Return {employee id: open visits, in sudo} of what people do within a day around slots."""
        visits = self.env['service.visit'].sudo().search_fetch(
            Domain('employee_id', 'in', [slot.employee.id for slot in slots])
            & Domain('state', 'in', OPEN_STATES)
            & _get_domain_about([(slot.start, slot.end) for slot in slots]),
            ['employee_id', 'date_start', 'date_end', 'order_id'])
        return visits.grouped(lambda visit: visit.employee_id.id)

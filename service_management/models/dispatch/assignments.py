from datetime import datetime

from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from .candidates import UNABLE
from .schedule import seconds_of

#: How many visits are given away at once: a bad day of a team
_MOST = 50


class ServiceVisit(models.Model):
    """Who could do these visits, so that none is in another one's way?"""
    _inherit = 'service.visit'

    @api.model
    def get_assignments(self, visit_ids):
        """Say to whom several visits could go: a sick technician's day, or what waits.

        Those with the earliest promise choose first, and each gets who comes first in `get_candidates`: who can do it, in time, is preferred, works in the zone, and is free soonest from when
        it was planned on. What one gets is taken for the others. Writes nothing.

        :param visit_ids: at most 50
        :return: [{'id', 'number', 'title', 'row' and 'start', or False where nobody can do it, 'name',
            'end', 'findings': [sentences]}], in the order of the visits
        :raise AccessError: if the user is no dispatcher
        :raise UserError: if a visit cannot be planned any more, or there are too many
        """
        self._ensure_may_plan()
        if len(visit_ids) > _MOST:
            raise UserError(self.env._("Choose at most %s visits at once.", _MOST))
        visits = self.search(Domain('id', 'in', visit_ids))
        visits._ensure_plannable()
        visits._ensure_unlocked()
        chosen = {}
        for visit in visits.sorted(lambda visit: (
                visit._get_promise() or datetime.max, -int(visit.priority), visit.date_start or datetime.max,
                visit.id)):
            chosen[visit] = visit._choose_slot(visits, [slot for slot in chosen.values() if slot])
        texts = self._get_slot_warnings([slot for slot in chosen.values() if slot])
        return [{
            'id': visit.id,
            'number': visit.order_id.name,
            'title': visit.order_id.title,
            'row': slot and slot.employee.id,
            'name': slot and slot.employee.name,
            'start': slot and seconds_of(slot.start),
            'end': slot and seconds_of(slot.end),
            'findings': texts.get(visit, []),
        } for visit in visits for slot in (chosen[visit] or False,)]

    def _choose_slot(self, visits, taken):
        """Return the best Slot for one visit, or None.

        :param visits: service.visit that are given away: where they are now does not count
        :param taken: list of Slot that others of them have got
        """
        employees = self._find_technicians() - self.employee_id
        slots, _idle = self._find_slots(employees, self.date_start, visits, taken)
        findings = employees._check_slots(slots)
        ranked = []
        for index, slot in enumerate(slots):
            found = findings.get(index, [])
            codes = {finding.code for finding in found}
            if not codes & UNABLE and not self._get_broken_rules(found):
                candidate = self._describe_candidate(slot, found)
                ranked.append((self._rank_candidate(candidate, codes), slot))
        return min(ranked, key=lambda each: each[0], default=(None, None))[1]

from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain

from ...tools.working_time import pieces_of_work
from .schedule import seconds_of

#: How far ahead the next working hours are looked for
_AHEAD = timedelta(days=14)


class ServiceVisit(models.Model):
    """Work that is done in parts: each is a visit of its own, and all belong to the first one."""
    _inherit = 'service.visit'

    part_of_id = fields.Many2one(
        comodel_name='service.visit', copy=False, readonly=True,
        index='btree_not_null', ondelete='set null',
        help="The visit that was divided: this one does another part of its work.")

    @api.constrains('part_of_id', 'order_id')
    def _check_parts(self):
        for visit in self.filtered('part_of_id'):
            if visit.part_of_id.order_id != visit.order_id:
                raise ValidationError(self.env._(
                    "%(visit)s is no part of %(whole)s: they are of two orders.",
                    visit=visit.display_name, whole=visit.part_of_id.display_name))

    def _number_parts(self):
        """Return {visit id: [number, how many]} of those of these visits that are parts, by their start."""
        wholes = self.part_of_id | self.filtered(lambda visit: not visit.part_of_id)
        parts = self.search(Domain('part_of_id', 'in', wholes.ids) & Domain('state', '!=', 'cancelled'))
        numbers = {}
        for whole, others in parts.grouped('part_of_id').items():
            together = (whole | others).sorted(lambda visit: (not visit.date_start, visit.date_start, visit.id))
            numbers.update({visit.id: [number, len(together)]
                            for number, visit in enumerate(together, start=1)})
        return {visit_id: numbers[visit_id] for visit_id in self._ids if visit_id in numbers}

    def split_on_schedule(self, hours=False, known=None, is_confirmed=False):
        """Divide one visit: into two, or into one for each working day.

        :param float hours: how long the first part is; by default each part is a working day of the
            technician
        :param dict known: where the board shows it, as in `move_on_schedule`
        :param bool is_confirmed: whether the questions were answered
        :return: as `move_on_schedule`
        :raise AccessError: if the user is no dispatcher
        :raise UserError: if there is nothing to divide
        """
        self.ensure_one()
        self._ensure_may_plan()
        if not (self.employee_id and self.date_start):
            raise UserError(self.env._("Plan %s before you divide it.", self.display_name))
        if len(self._get_crew()) > 1:
            raise UserError(self.env._(
                "%s is done by a crew: copy the visits of the crew to the other day instead.",
                self.display_name))
        (_start, end, length), *parts = self._get_parts_by_hours(hours) if hours else (
            self._get_parts_by_day())
        place = {'row': self.employee_id.id, 'end': False}
        return self.move_on_schedule([
            {**place, 'id': self.id, 'start': seconds_of(self.date_start), 'end': seconds_of(end),
             'hours': length / timedelta(hours=1), 'known': known},
            *({**place, 'from': self.id, 'start': seconds_of(start), 'known': known,
               'hours': length / timedelta(hours=1), 'part_of': (self.part_of_id or self).id}
              for start, _end, length in parts),
        ], is_confirmed)

    def _get_parts_by_day(self):
        """Return [(start, end, length)] of one visit, a working day of its technician each."""
        plan = self.employee_id, self.company_id, self.date_start, self.date_end
        [spans] = self.env['hr.employee']._get_planning_hours([plan])
        parts = pieces_of_work(self.date_start, self.date_end, spans)
        if len(parts) < 2:
            raise UserError(self.env._(
                "%s is done on one working day. Divide it by hours instead.", self.display_name))
        return parts

    def _get_parts_by_hours(self, hours):
        """Return [(start, end, length)] of one visit: the first hours, and the others when work goes on."""
        if not 0 < hours < self.duration_hours:
            raise UserError(self.env._(
                "The visit takes %(hours)g hours: the first part has to be shorter.",
                hours=self.duration_hours))
        Employee = self.env['hr.employee']
        first = timedelta(hours=hours)
        rest = timedelta(hours=self.duration_hours) - first
        who = self.employee_id, self.company_id
        [end] = Employee._get_ends_of_work([(*who, self.date_start, first)])
        [spans] = Employee._get_planning_hours([(*who, end, end + _AHEAD)])
        # Where the first part ends with the working day, the other one begins with the next.
        begin = end if not spans or end > self.date_end else max(end, spans[0][0])
        [finish] = Employee._get_ends_of_work([(*who, begin, rest)])
        return [(self.date_start, end, first), (begin, finish, rest)]

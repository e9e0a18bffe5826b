from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import format_date

from ...tools.clock import local_day


class ServiceVisit(models.Model):
    """Somebody does not come: the day is free, and what was planned waits to be planned again."""
    _inherit = 'service.visit'

    @api.model
    def record_absence(self, employee_id, start, end, is_confirmed=False):
        """Keep that a technician is away, and put what he was to do among what waits.

        :param int employee_id: who is away
        :param int start: from when on, in seconds
        :param int end: until when, in seconds
        :param bool is_confirmed: whether the question was answered
        :return: {'questions': [sentences]}, where nothing is written, else {'leave_id', 'moved': as
            `move_on_schedule`}
        :raise AccessError: if the user is no dispatcher, or does not see the technician
        :raise UserError: if the time is none, or the technician was to be named
        """
        self._ensure_may_plan()
        window = self._take_window(start, end)
        employee = self._pick_technician(employee_id)
        if not employee:
            raise UserError(self.env._("Say who is away."))
        visits = self.search(
            Domain('employee_id', '=', employee.id) & Domain('state', 'in', ('planned', 'dispatched'))
            & Domain('date_start', '<', window[1]) & Domain('date_end', '>', window[0]))
        if not is_confirmed:
            return {'questions': [visits._ask_absence(employee, window)]}
        before = {visit: visit._get_place() for visit in visits}
        leave = self._record_leave(employee, window)
        # Why somebody does not come is kept by the program, which was told by a dispatcher.
        visits.sudo()._release(self.env._("%s is away.", employee.name))
        return {'leave_id': leave.id, 'moved': self._tell_moved(before)}

    @api.model
    def _record_leave(self, employee, window):
        """Keep that somebody is away; override where leave is kept elsewhere.

        :param window: naive UTC datetimes
        :return: resource.calendar.leaves, in sudo: what it is in the calendar
        """
        # When people are away is HR's; that one does not come today is told to whoever plans.
        resource = employee.sudo().resource_id
        return self.env['resource.calendar.leaves'].sudo().create({
            'name': self.env._("Away, said to %s", self.env.user.name),
            'resource_id': resource.id,
            'calendar_id': resource.calendar_id.id,
            'company_id': employee.sudo().company_id.id,
            'date_from': window[0],
            'date_to': window[1],
        })

    @api.model
    def _end_leave(self, leave):
        """Take an absence back; override with `_record_leave`.

        :param leave: resource.calendar.leaves, in sudo
        """
        leave.unlink()

    def _ask_absence(self, employee, window):
        """Return the question before a technician is away, whose these visits are."""
        day = format_date(self.env, local_day(window[0], employee.sudo().tz), date_format='EEEE, d MMMM')
        told = self.filtered(lambda visit: visit.state == 'dispatched')
        question = self.env._(
            "%(technician)s is away on %(day)s. Visits that wait to be planned again: %(number)s.",
            technician=employee.name, day=day, number=len(self))
        if told:
            question = self.env._(
                "%(question)s %(technician)s is told of %(number)s of them.", question=question,
                technician=employee.name, number=len(told))
        return question

    @api.model
    def end_absence(self, leave_id):
        """Take back an absence that was recorded on the board by whoever takes it back.

        :param int leave_id: as `record_absence` returned it
        :raise AccessError: if the user is no dispatcher
        :raise UserError: if another one has recorded it
        """
        self._ensure_may_plan()
        leave = self.env['resource.calendar.leaves'].sudo().browse(leave_id).exists()
        leave = leave.filtered(lambda leave: (
            leave.create_uid == self.env.user and leave.resource_id.employee_id.service_team_id))
        if not leave:
            raise UserError(self.env._(
                "This absence is not yours to take back. Ask whoever keeps the calendars."))
        self._end_leave(leave)
        return True

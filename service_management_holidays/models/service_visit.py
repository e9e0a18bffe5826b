from datetime import timedelta

from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from odoo.addons.service_management.tools.clock import local_day

#: The program approves what a dispatcher was told: nobody is asked, and no draft is told of.
_APPROVED = {
    'leave_fast_create': True, 'leave_skip_state_check': True, 'mail_activity_automation_skip': True}
_HALF_A_DAY = timedelta(hours=12)


class ServiceVisit(models.Model):
    """Absences that are recorded on the board are kept in Time Off."""
    _inherit = 'service.visit'

    @api.model
    def _record_leave(self, employee, window):
        """Keep an absence in Time Off; where that does not take it, in the calendar, and HR is told why."""
        # What kinds of leave there are, and who has which, is HR's: nobody of planning sees them.
        leave_type = employee.sudo().company_id.service_absence_type_id
        if not leave_type:
            reason = self.env._(
                "No type is chosen for it in the settings of Service Management, Absences on the Board.")
        else:
            try:
                with self.env.cr.savepoint():
                    return self._record_time_off(employee, window, leave_type)
            except UserError as error:
                reason = str(error)
        leave = super()._record_leave(employee, window)
        employee.sudo()._message_log(body=self.env._(
            "Away on %(day)s, said to %(user)s. Time Off did not take it: %(reason)s",
            day=format_date(self.env, self._get_days_away(employee, window)[0]), user=self.env.user.name,
            reason=reason))
        return leave

    @api.model
    def _get_days_away(self, employee, window):
        """Return the first and the last day of an absence, in the technician's own time zone.

        The board's days may begin at another hour than his: what counts is where most of a day lies.
        """
        start, end = window
        margin = min(_HALF_A_DAY, (end - start) / 2)
        return tuple(
            local_day(moment, employee.sudo().tz) for moment in (start + margin, end - margin))

    @api.model
    def _record_time_off(self, employee, window, leave_type):
        """Keep an absence as approved leave, and return what it is in the calendar.

        :raise UserError: if Time Off does not take it
        """
        first, last = self._get_days_away(employee, window)
        # As above.
        leave = self.env['hr.leave'].sudo().with_context(**_APPROVED).create({
            'employee_id': employee.id,
            'holiday_status_id': leave_type.id,
            'request_date_from': first,
            'request_date_to': last,
            'state': 'validate',
        })
        if not leave.number_of_days:
            raise UserError(self.env._("Nothing would be worked then."))
        leave._validate_leave_request()
        return self.env['resource.calendar.leaves'].sudo().search([('holiday_id', '=', leave.id)], limit=1)

    @api.model
    def _end_leave(self, leave):
        """Take an absence back where it is kept."""
        if leave.holiday_id:
            leave.holiday_id.with_context(**_APPROVED)._force_cancel()
        else:
            super()._end_leave(leave)

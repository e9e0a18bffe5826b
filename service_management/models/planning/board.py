from datetime import timedelta

import pytz

from odoo import api, fields, models
from odoo.fields import Domain

from .hr_employee import Wish

#: How many days from today the board shows at most
LONGEST_OFFSET = 3660


class ServiceVisit(models.Model):
    """What the dispatch board and the calendar ask."""
    _inherit = 'service.visit'

    @api.model
    def _read_group_employee_ids(self, employees, domain):
        """Show every technician of the active companies, idle ones too."""
        available = Domain('service_team_id', '!=', False) & Domain(
            'company_id', 'in', self.env.companies.ids)
        return employees.search(available | Domain('id', 'in', employees.ids))

    @api.model
    def get_empty_list_help(self, help_message):
        """Say why nobody can be planned, where that is so."""
        return super().get_empty_list_help(
            self.env['service.first.steps']._explain_missing(help_message, 'board'))

    @api.model
    @api.readonly
    def web_read_group(self, domain, groupby, *args, opening_info=None, **kwargs):
        """Open the unassigned column too: the client folds empty values unless it is told."""
        if not opening_info and list(groupby)[:1] == ['employee_id'] and kwargs.get('auto_unfold'):
            limit = kwargs.get('unfold_read_default_limit', 80)
            opening_info = [{'value': False, 'folded': False, 'offset': 0, 'limit': limit}]
        return super().web_read_group(
            domain, groupby, *args, opening_info=opening_info, **kwargs)

    def get_drop_proposal(self, employee_id):
        """Say how a visit would be planned that is dropped on a technician's column.

        Called by the board before it writes anything. A visit without a time gets the customer's
        preferred one, else the technician's first free time of the board's day or after
        (``service_board_offset`` in the context: days from today).

        :param employee_id: id of the technician, or False for the unassigned column
        :return: {'values': what to write, 'warnings': [sentences], 'message': sentence or False}
        :raise UserError: if the visit cannot be planned at all any more
        """
        self.ensure_one()
        values = {'employee_id': employee_id}
        message = False
        employee = self._pick_technician(employee_id)
        if employee and not self.date_start:
            self._ensure_plannable()
            preferred = self.date_preferred
            is_ahead = preferred and preferred >= fields.Datetime.now()
            start = preferred if is_ahead else self._propose_start(employee)
            if start:
                values['date_start'] = fields.Datetime.to_string(start)
                message = self.env._(
                    "%(technician)s: %(start)s", technician=employee.name,
                    start=self._format_local(start, employee))
        warnings = self.get_planning_warnings(values)
        if employee and not (self.date_start or values.get('date_start')):
            warnings.append(self.env._(
                "%s has no free time in the next two weeks. Open the visit to set one.",
                employee.name))
        return {'values': values, 'warnings': warnings, 'message': message}

    def _propose_start(self, employee):
        """Return the first free time (naive UTC) of a technician for one visit, or None."""
        self.ensure_one()
        timezone = pytz.timezone(employee.sudo().tz or 'UTC')  # HR's, but no secret of it
        begin = pytz.utc.localize(fields.Datetime.now()).astimezone(timezone)
        offset = self.env.context.get('service_board_offset')
        if isinstance(offset, int) and 0 < abs(offset) <= LONGEST_OFFSET:
            begin = (begin + timedelta(days=offset)).replace(
                hour=0, minute=0, second=0, microsecond=0)
        start, end = (
            moment.astimezone(pytz.utc).replace(tzinfo=None)
            for moment in (begin, begin + timedelta(days=14)))
        wish = Wish(employee, start, end, timedelta(hours=self.duration_hours or 1.0))
        return self.env['hr.employee']._find_free_times([wish], but=self)[0]

    @api.model
    def get_unusual_days(self, date_from, date_to=None):
        """Return {day: whether the company is closed}; shades the calendar."""
        calendar = self.env.company.resource_calendar_id
        return calendar._get_unusual_days(
            fields.Datetime.to_datetime(date_from).replace(tzinfo=pytz.utc),
            fields.Datetime.to_datetime(date_to or date_from).replace(tzinfo=pytz.utc),
            self.env.company)

    @api.model
    def get_business_hours(self):
        """Return the opening hours that the calendar leaves unshaded.

        :return: [{'daysOfWeek': [0 for Sunday to 6], 'startTime': 'HH:MM', 'endTime': 'HH:MM'}]
        """
        self.check_access('read')
        # Opening hours are no secret, whoever may read the calendar of the company.
        calendar = self.env.company.sudo().resource_calendar_id
        attendances = calendar.attendance_ids.filtered(
            lambda slot: slot.day_period != 'lunch' and not slot.display_type)
        return [{
            'daysOfWeek': [(int(slot.dayofweek) + 1) % 7],
            'startTime': self._format_hour(slot.hour_from),
            'endTime': self._format_hour(slot.hour_to),
        } for slot in attendances]

    @api.model
    def _format_hour(self, hour):
        """Return an hour of the day, as a number, as 'HH:MM'."""
        minutes = round(hour * 60)
        return f'{minutes // 60:02d}:{minutes % 60:02d}'

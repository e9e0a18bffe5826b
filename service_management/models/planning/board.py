from datetime import timedelta

import pytz

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import format_date

from ...tools.clock import naive
from ...tools.spans import touching
from .hr_employee import Wish

#: How many days from today the board shows at most
LONGEST_OFFSET = 3660
#: What the program keeps, and nobody groups by
_NOT_GROUPED = {
    'invitation_sequence', 'timer_kind', 'timer_start', 'is_overrun_told', 'on_way_due', 'on_way_told',
    'reminded_of', 'announced_on', 'steps', 'work_start', 'work_end'}


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
        self.check_access('read')
        return super().get_empty_list_help(
            self.env['service.first.steps']._explain_missing(help_message, 'board'))

    @api.model
    def fields_get(self, allfields=None, attributes=None):
        """Say in the user's language who has no technician: Odoo looks for it among its own words."""
        described = super().fields_get(allfields, attributes)
        if 'falsy_value_label' in described.get('employee_id', ()):
            described['employee_id']['falsy_value_label'] = self.env._("Unassigned")
        for name in _NOT_GROUPED & described.keys():
            if 'groupable' in described[name]:
                described[name]['groupable'] = False
        return described

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
        :return: {'values': what to write, 'warnings': [sentences], 'message': sentence or False,
            'undo': what to write to take it back, or False}
        :raise UserError: if the visit cannot be planned at all any more
        """
        self.ensure_one()
        values = {'employee_id': employee_id}
        message = False
        employee = self._pick_technician(employee_id)
        if employee and not self.date_start:
            self._ensure_plannable()
            if start := self._pick_start(employee):
                values['date_start'] = fields.Datetime.to_string(start)
                message = self.env._(
                    "%(technician)s: %(start)s", technician=employee.name,
                    start=self._format_local(start, employee))
        warnings = self.get_planning_warnings(values)
        if employee and values.get('date_start'):
            warnings += self._get_day_warnings(
                employee, fields.Datetime.to_datetime(values['date_start']))
        if employee and not (self.date_start or values.get('date_start')):
            warnings.append(self.env._(
                "%s has no free time in the next two weeks. Open the visit to set one.",
                employee.name))
        undo = self.state == 'planned' and self._prepare_undo()
        return {'values': values, 'warnings': warnings, 'message': message, 'undo': undo}

    def _prepare_undo(self):
        """Return what is written to one visit to plan it as it is now again; nobody was told of it."""
        return {
            'employee_id': self.employee_id.id,
            'date_start': fields.Datetime.to_string(self.date_start) or False,
            **({'date_end': fields.Datetime.to_string(self.date_end)} if self.date_end else {}),
        }

    def _get_board_begin(self, employee):
        """Return when what the board shows begins for a technician, not before now (aware, local)."""
        timezone = pytz.timezone(employee.sudo().tz or 'UTC')  # HR's, but no secret of it
        begin = pytz.utc.localize(fields.Datetime.now()).astimezone(timezone)
        offset = self.env.context.get('service_board_offset')
        if isinstance(offset, int) and 0 < abs(offset) <= LONGEST_OFFSET:
            begin = (begin + timedelta(days=offset)).replace(
                hour=0, minute=0, second=0, microsecond=0)
        return begin

    def _get_day_warnings(self, employee, start):
        """Return why one visit would be planned on another day than the board shows, as sentences.

        :param start: when it would begin (naive UTC)
        """
        self.ensure_one()
        begin = self._get_board_begin(employee)
        day, planned = begin.date(), pytz.utc.localize(start).astimezone(begin.tzinfo).date()
        if self.env.context.get('service_board_week') and planned >= day and (
                planned.isocalendar()[:2] == day.isocalendar()[:2]):
            return []
        if planned == day:
            return []
        shown = format_date(self.env, day, date_format='EEEE, d MMMM')
        moment = self._format_local(start, employee)
        if self.date_preferred == start:
            return [self.env._(
                "The customer would like another day than %(day)s: it would be planned for %(start)s.",
                day=shown, start=moment)]
        reason = self._explain_full_day(employee, begin)
        return [self.env._(
            "%(reason)s It would be planned for %(start)s.", reason=reason % {
                'technician': employee.name, 'day': shown}, start=moment)]

    def _explain_full_day(self, employee, begin):
        """Return why a technician has no time for one visit on a day, from a moment on.

        :param begin: aware, local
        :return: sentence that may name the %(technician)s and the %(day)s
        """
        midnight = (begin + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
        first, last = (
            moment.astimezone(pytz.utc).replace(tzinfo=None) for moment in (begin, midnight))
        opening, present = employee._get_hours_about([(employee, first, last)])
        open_spans, present_spans = (
            touching((first, last), hours.get(employee.id, ())) for hours in (opening, present))
        if employee.id in present and not open_spans:
            return self.env._("%(technician)s does not work any more on %(day)s.")
        if employee.id in present and not present_spans:
            return self.env._("%(technician)s is on leave on %(day)s.")
        return self.env._("%(technician)s has no free time that is long enough on %(day)s.")

    @api.onchange('employee_id')
    def _onchange_employee_id(self):
        """Propose a time for the technician who is chosen, as the board does where a card is dropped."""
        employee = self.employee_id._origin
        if employee and self.order_id and not self.date_start and self._has_role('dispatcher'):
            self.date_start = self._pick_start(employee)

    def _pick_start(self, employee):
        """Return the time that the customer prefers, else the first free one of a technician, or None."""
        self.ensure_one()
        preferred = self.order_id.date_preferred
        is_ahead = preferred and preferred >= fields.Datetime.now()
        return preferred if is_ahead else self._propose_start(employee)

    def _propose_start(self, employee):
        """Return the first free time (naive UTC) of a technician for one visit, or None."""
        self.ensure_one()
        begin = self._get_board_begin(employee)
        start, end = (
            moment.astimezone(pytz.utc).replace(tzinfo=None)
            for moment in (begin, begin + timedelta(days=14)))
        order = self.order_id._origin
        wish = Wish(employee, start, end, timedelta(hours=self.duration_hours or 1.0),
                    order._get_places().get(order.id))
        return self.env['hr.employee']._find_free_times([wish], but=self._origin)[0]

    @api.model
    def get_unusual_days(self, date_from, date_to=None):
        """Return {day: whether nobody works: neither the company nor a technician}; shades the calendar."""
        calendar = self.env.company.resource_calendar_id
        start, end = (
            fields.Datetime.to_datetime(date).replace(tzinfo=pytz.utc)
            for date in (date_from, date_to or date_from))
        days = calendar._get_unusual_days(start, end, self.env.company)
        for day in self._get_days_of_work(naive((start, end + timedelta(days=1)))):
            days[fields.Date.to_string(day)] = False
        return days

    @api.model
    def _get_days_of_work(self, span):
        """Return the days on which at least one technician works, by the calendars of them all.

        :param span: naive UTC datetimes
        """
        # When people work is HR's; that somebody does is what planning shows.
        technicians = self.env['hr.employee'].sudo().search([
            ('service_team_id', '!=', False), ('company_id', '=', self.env.company.id)])
        return {
            day for hours in technicians._get_available_hours(*span).values() for day in hours}

    @api.model
    def get_business_hours(self):
        """Return the opening hours that the calendar leaves unshaded.

        :return: [{'daysOfWeek': [0 for Sunday to 6], 'startTime': 'HH:MM', 'endTime': 'HH:MM'}]
        """
        self.check_access('read')
        # Opening hours are no secret, whoever may read the calendar of the company.
        calendar = self.env.company.sudo().resource_calendar_id
        calendar.attendance_ids.fetch(['dayofweek', 'day_period', 'display_type', 'hour_from', 'hour_to'])
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

    def get_change_questions(self, values):
        """Say what speaks against changing one visit like this, and who is told of it.

        Called by the form before it saves; writes nothing.

        :param dict values: employee_id, date_start, date_end (UTC strings) that would be written
        :return: [sentences]; nothing where nobody is told and nothing speaks against it
        :raise AccessError: if the user is no dispatcher
        :raise UserError: if the visit cannot be planned any more
        """
        self.ensure_one()
        self._ensure_may_plan()
        warnings = self.get_planning_warnings(values)
        if self.state == 'dispatched':
            warnings += self._get_telling_questions(values)
        return warnings

    def _get_telling_questions(self, values):
        """Return who hears of a change of one dispatched visit, as sentences."""
        employee_id = values.get('employee_id', self.employee_id.id)
        told = []
        if employee_id != self.employee_id.id or not values.get('date_start', True):
            told.append(self.env._(
                "%s is told that the visit is taken away. It has to be dispatched again.",
                self.employee_id.name))
        else:
            told.append(self.env._("%s is told of the new time.", self.employee_id.name))
            if self._filter_mailed('planned'):
                partner = self.order_id._mail_get_partners()[self.order_id.id]
                told.append(self.env._("%s gets a mail with the new time.", partner.name))
        return told

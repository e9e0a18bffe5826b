from datetime import timedelta

from odoo import api, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tools import format_date, groupby

from ...tools.clock import local_day, utc_of
from ...tools.spans import joined, overlap

#: More paper than anybody carries along
_MOST = 400
_HALF_A_DAY = timedelta(hours=12)
#: Which visits technicians know of
_TOLD = ('dispatched', 'under_way', 'done')


class ServiceVisit(models.Model):
    """A technician's day on paper: for where there is no phone, or no network."""
    _inherit = 'service.visit'

    @api.model
    def action_print_days(self, employee_ids, start, end):
        """Print the days of technicians, as the board shows them.

        :param list employee_ids: of the technicians
        :param int start: of the window, in seconds
        :param int end: of the window, in seconds
        :return: the action that prints
        :raise AccessError: if the user works in the field, or does not see a technician
        :raise UserError: if the window is none, nobody is named, or there would be too many pages
        """
        self._ensure_may_look()
        plan = {'employee_ids': employee_ids, 'start': start, 'end': end}
        self._get_planned_sheets(plan)
        return self.env.ref('service_management.action_report_service_day_sheet').report_action(
            [], data=plan, config=False)

    @api.model
    def _get_planned_sheets(self, plan):
        """Return [(hr.employee, day)] of the sheets that somebody wants; raises as `action_print_days`.

        :param plan: {'employee_ids', 'start', 'end'}, as it came from a browser
        """
        window = self._take_window(plan.get('start'), plan.get('end'))
        employee_ids = plan.get('employee_ids')
        if not isinstance(employee_ids, list) or not all(isinstance(each, int) for each in employee_ids):
            raise UserError(self.env._("Choose whose days are printed."))
        employees = self.env['hr.employee'].browse(employee_ids)
        employees._ensure_seen()
        margin = min(_HALF_A_DAY, (window[1] - window[0]) / 2)
        sheets = []
        for employee in employees:
            # The board's days may begin at another hour than those of somebody far away.
            first, last = (local_day(moment, employee.sudo().tz)
                           for moment in (window[0] + margin, window[1] - margin))
            sheets += [(employee, first + timedelta(days=number))
                       for number in range((last - first).days + 1)]
        return self._ensure_few(sheets)

    @api.model
    def _ensure_few(self, sheets):
        """Return sheets, if there are some and not too many; raises as `action_print_days`."""
        if not sheets:
            raise UserError(self.env._("Choose whose days are printed."))
        if len(sheets) > _MOST:
            raise UserError(self.env._(
                "That would be up to %(number)s pages. Choose fewer days or technicians: %(most)s at most.",
                number=len(sheets), most=_MOST))
        return sheets

    def _get_own_sheets(self):
        """Return [(hr.employee, day)] of the whole days on which these visits are."""
        planned = self.filtered(lambda visit: (
            visit.employee_id and visit.date_start and visit.state != 'cancelled'))
        if not planned:
            raise UserError(self.env._(
                "Nobody comes for these visits yet: choose some with a technician and a time."))
        return self._ensure_few(sorted(
            {(visit.employee_id, local_day(visit.date_start, visit.employee_id.sudo().tz))
             for visit in planned}, key=lambda sheet: (sheet[0].name, sheet[0].id, sheet[1])))

    @api.model
    def _ensure_may_print(self, sheets):
        """:raise AccessError: if somebody who works in the field prints the days of others"""
        others = [employee for employee, _day in sheets
                  if employee.id not in self.env.user.employee_ids.ids]
        if others and not self._has_role('customer_service'):
            raise AccessError(self.env._("Print your own days: those of others are the office's."))

    @api.model
    def _get_day_sheets(self, sheets):
        """Return what is on sheets of paper, in a constant number of queries.

        Of several days of one technician those with work are printed, or one that says that there is none.

        :param sheets: [(hr.employee, day)]
        :return: [{'employee': in sudo, 'lang', 'tz', 'day', 'title', 'hours': when he works, in words,
            'stops': [{'visit', 'order', 'time', 'road', 'parts', 'questions': how many}], 'back': the way
            home, in words, or False}]
        """
        self._ensure_may_print(sheets)
        employees = self.env['hr.employee'].union(*(employee for employee, _day in sheets)).sudo()
        spans = {(employee, day): self._get_span_of_day(employee.sudo(), day) for employee, day in sheets}
        visits = self._find_visits_of_sheets(employees, spans)
        legs = visits._get_travel()
        opening = employees._get_hours_about([(each, *span) for (each, _day), span in spans.items()])
        found = []
        for employee, own in groupby(sheets, key=lambda sheet: sheet[0]):
            of_person = visits.filtered(lambda visit, employee=employee: visit.employee_id == employee)
            pages = [(day, of_person.filtered(lambda visit, span=spans[employee, day]: overlap(
                (visit.date_start, visit.date_end), span))) for _employee, day in own]
            for day, planned in [page for page in pages if page[1]] or pages[:1]:
                person = employee.sudo()  # language and time zone are HR's, and what paper is printed in
                lang = person.lang or person.user_id.lang or self.env.lang
                # What is read of one visit is read of all.
                planned = planned.with_prefetch(visits.ids).with_context(lang=lang)
                found.append(planned._prepare_sheet(
                    person.with_context(lang=lang), day, legs,
                    [hours.get(employee.id) for hours in opening], spans[employee, day]))
        return found

    @api.model
    def _get_span_of_day(self, employee, day):
        """Return when a day of a technician begins and ends, in naive UTC."""
        return utc_of(day, 0, employee.tz), utc_of(day + timedelta(days=1), 0, employee.tz)

    @api.model
    def _find_visits_of_sheets(self, employees, spans):
        """Return the visits of some days that whoever prints may show, by their start."""
        states = ('planned', *_TOLD) if self._has_role('customer_service') else _TOLD
        return self.search(
            Domain('employee_id', 'in', employees.ids) & Domain('state', 'in', states) & Domain.OR(
                Domain('date_start', '<', end) & Domain('date_end', '>', start)
                for start, end in joined(spans.values(), timedelta())), order='date_start, id')

    def _prepare_sheet(self, employee, day, legs, hours, span):
        """Return what is on the sheet of one day, whose visits these are; as in `_get_day_sheets`."""
        stops = [visit._prepare_stop(employee.tz, day, legs[visit.id]) for visit in self]
        back = legs[self[-1:].id]['back'] if self else None
        return {
            'employee': employee,
            'company': employee.company_id,
            'lang': employee.env.lang,
            'tz': employee.tz,
            'day': day,
            'title': format_date(employee.env, day, date_format='EEEE, d MMMM y'),
            'hours': self._word_hours(employee, hours, span),
            'stops': stops,
            'back': back and self._word_road(back),
        }

    @api.model
    def _word_hours(self, employee, hours, span):
        """Return when somebody works on a day, in words.

        :param hours: his opening hours and those in which he is there, in naive UTC; None for any
        """
        opening, present = ([part for each in spans or () if (part := overlap(each, span))]
                            for spans in hours)
        if hours[1] is None:
            return ''
        if present:
            return ', '.join(' – '.join(
                self._format_customer_clock(moment, employee.tz) for moment in part) for part in present)
        return employee.env._("Away") if opening else employee.env._("Off")

    def _prepare_stop(self, timezone, day, leg):
        """Return what is on paper of one visit; as in `_get_day_sheets`."""
        self.ensure_one()
        order = self.order_id
        return {
            'visit': self,
            'order': order,
            'time': ' – '.join(
                self._format_customer_clock(moment, timezone) if local_day(moment, timezone) == day
                else f'{format_date(self.env, local_day(moment, timezone), date_format="EEE d MMM")}, '
                     f'{self._format_customer_clock(moment, timezone)}'
                for moment in (self.date_start, self.date_end)),
            'road': self._word_road(leg),
            'promised': order._get_arrival_text(timezone),
            'parts': order.line_ids.filtered(
                lambda line: line.state == 'open' and line.kind == 'item' and line.quantity_planned),
            'questions': len(order.answer_ids),
        }

    @api.model
    def _word_road(self, leg):
        """Return how long a drive is, in words; nothing where nobody knows."""
        return leg['minutes'] is not None and self.env._(
            "%(minutes)s min, %(km)s km", minutes=leg['minutes'], km=round(leg['km']))

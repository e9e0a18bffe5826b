from datetime import timedelta

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date, format_time

from ...tools.clock import local_day, utc_of
from .hr_employee import Slot, Wish

#: Times are offered so many days ahead, and in these parts of a day.
DAYS_AHEAD = 14
PARTS_OF_DAY = ((0, 11), (11, 14), (14, 24))
#: Most times that are offered.
MOST_TIMES = 15


class ServiceVisit(models.Model):
    """What customers read of visits: on pages, on paper and in mails."""
    _inherit = 'service.visit'

    def _get_customer_day(self, timezone=None):
        """Return the day of one visit in words, in the language of the context.

        :param str timezone: of whoever reads it; by default of the site
        """
        self.ensure_one()
        timezone = timezone or self.order_id._get_timezone()
        return self._format_customer_day(self.work_start or self.date_start, timezone)

    def _get_customer_time(self, timezone=None):
        """Return when one visit is, as people say it, in the language of the context.

        The day in words, and the time: promised to arrive in, worked, or planned.

        :param str timezone: of whoever reads it; by default of the site
        """
        self.ensure_one()
        timezone = timezone or self.order_id._get_timezone()
        order, is_over = self.order_id, bool(self.work_start)
        start = self.work_start or self.date_start
        end = self.work_end if is_over else self.date_end
        if not start:
            return ''
        day = local_day(start, timezone)
        if not is_over and order.arrival_from and order.arrival_to and day == local_day(
                order.arrival_from, timezone) == local_day(order.arrival_to, timezone):
            return self.env._(
                "%(day)s, we arrive between %(start)s and %(end)s",
                day=self._format_customer_day(start, timezone),
                start=self._format_customer_clock(order.arrival_from, timezone),
                end=self._format_customer_clock(order.arrival_to, timezone))
        return self._format_customer_span(start, end, timezone)

    def _format_customer_span(self, start, end, timezone):
        """Return when something is, from naive UTC datetimes; the end may be missing."""
        clock = self._format_customer_clock(start, timezone)
        text = f'{self._format_customer_day(start, timezone)}, {clock}'
        if not end:
            return text
        until = self._format_customer_clock(end, timezone)
        if local_day(end, timezone) != local_day(start, timezone):
            until = f'{self._format_customer_day(end, timezone)}, {until}'
        return f'{text} – {until}'

    def _format_customer_day(self, moment, timezone):
        return format_date(self.env, local_day(moment, timezone), date_format='full')

    def _format_customer_clock(self, moment, timezone):
        return format_time(self.env, moment, tz=timezone, time_format='short')


    #=== MOVED AND CANCELLED BY CUSTOMERS ===#

    def _can_customer_ask(self):
        """Tell whether the customer of one visit may ask to move or cancel it in the portal."""
        self.ensure_one()
        return (
            self.company_id.service_customer_moves != 'off' and self.state == 'dispatched'
            and self.order_id.state == 'open' and self.date_start > fields.Datetime.now())

    def _can_customer_choose(self):
        """Tell whether the customer of one visit may do so without asking: early enough before it."""
        self.ensure_one()
        notice = timedelta(hours=self.company_id.service_customer_moves_hours)
        return (
            self._can_customer_ask() and self.company_id.service_customer_moves == 'self'
            and self.date_start >= fields.Datetime.now() + notice)

    def _get_free_starts(self):
        """Return when one visit could begin instead (naive UTC): its technician is free and fit then.

        Runs for customers, who see neither calendars nor visits: call it in sudo, after their access
        was checked.
        """
        self.ensure_one()
        now = fields.Datetime.now()
        earliest = now + timedelta(hours=max(self.company_id.service_customer_moves_hours, 1))
        length = timedelta(hours=self.duration_hours or self._get_usual_hours())
        timezone, wishes = self.order_id._get_timezone(), []
        place = self.order_id._get_places()[self.order_id.id]
        for number in range(DAYS_AHEAD + 1):
            day = local_day(now, timezone) + timedelta(days=number)
            for first, last in PARTS_OF_DAY:
                start = max(utc_of(day, first, timezone), earliest)
                end = utc_of(day, last, timezone)
                if start < end:
                    wishes.append(Wish(self.employee_id, start, end, length, place))
        starts = self.env['hr.employee']._find_free_times(wishes, but=self) if wishes else []
        starts = sorted({start for start in starts if start and start >= earliest})
        return self._filter_free_starts(starts)[:MOST_TIMES]

    def _filter_free_starts(self, starts):
        """Return those of some times at which nothing speaks against one visit.

        A window that was promised does not: the customer chooses another one.
        """
        length = timedelta(hours=self.duration_hours or self._get_usual_hours())
        employee, company = self.employee_id, self.company_id
        ends = self.env['hr.employee']._get_ends_of_work(
            [(employee, company, start, length) for start in starts])
        findings = self.env['hr.employee']._check_slots([
            Slot(self, employee, start, end, length)
            for start, end in zip(starts, ends, strict=True)])
        return [start for number, start in enumerate(starts) if not [
            finding for finding in findings.get(number, []) if finding.code != 'arrival']]

    def _move_by_customer(self, start):
        """Move one visit to a time that its customer has chosen; runs in sudo, as `_get_free_starts`.

        :param start: naive UTC datetime
        :raise UserError: if it is too late, or the time is not free any more
        """
        self.ensure_one()
        self._ensure_customer_may_choose()
        if start not in self._get_free_starts():
            raise UserError(self.env._(
                "This time has been taken in the meantime. Choose another one, please."))
        # What was promised was another time; this one was chosen.
        self.order_id.sudo().write({'arrival_from': False, 'arrival_to': False})
        self.sudo().write({'date_start': start})

    def _cancel_by_customer(self, note):
        """Cancel one visit whose customer does not want it; runs in sudo.

        :param str note: the customer's own words, may be empty
        :raise UserError: if it is too late
        """
        self.ensure_one()
        self._ensure_customer_may_choose()
        order, when = self.order_id, self._get_customer_time()
        self._cancel(self.env['service.reason']._get_default('visit'), note or self.env._(
            "Cancelled by the customer."))
        order._ensure_waiting_visit()
        order._schedule_todo('mail.mail_activity_data_todo', self.env._(
            "Cancelled by the customer: %s. Plan another visit, or cancel the order.", when),
            note=note)

    def _ask_by_customer(self, verb, note):
        """Put on the to-do list what the customer of one visit asks for; runs in sudo.

        :param str verb: 'ask' for another time, or 'cancel'
        :param str note: the customer's own words
        :raise UserError: if nothing can be asked any more, or nothing is
        """
        self.ensure_one()
        if not self._can_customer_ask():
            raise UserError(self.env._("This visit cannot be moved any more. Call us, please."))
        if verb == 'ask' and not note:
            raise UserError(self.env._("Write when it suits you, please."))
        when = self._get_customer_time()
        self.order_id._schedule_todo(
            'mail.mail_activity_data_todo',
            self.env._("The customer asks to cancel the visit: %s", when) if verb == 'cancel'
            else self.env._("The customer asks for another time: %s", when), note=note)

    def _ensure_customer_may_choose(self):
        """:raise UserError: if the customer of one visit cannot change it without asking"""
        if not self._can_customer_choose():
            raise UserError(self.env._(
                "This visit cannot be moved or cancelled here any more. Call us, please."))


class ServiceOrder(models.Model):
    """When somebody comes, in words."""
    _inherit = 'service.order'

    def _get_arrival_text(self, timezone=None):
        """Return the window that one order promises, in words; nothing where none is promised."""
        self.ensure_one()
        timezone = timezone or self._get_timezone()
        if not (self.arrival_from or self.arrival_to):
            return ''
        Visit = self.env['service.visit']
        if not self.arrival_to:
            return self.env._(
                "after %s", Visit._format_customer_span(self.arrival_from, False, timezone))
        if not self.arrival_from:
            return self.env._(
                "before %s", Visit._format_customer_span(self.arrival_to, False, timezone))
        return Visit._format_customer_span(self.arrival_from, self.arrival_to, timezone)

    def _get_list_time(self):
        """Return when the next visit of one order is, else when the last one was, in a few words."""
        self.ensure_one()
        visits = self._get_portal_visits()
        coming = visits.filtered(lambda visit: visit.state != 'done')[:1]
        visit = coming or visits[-1:]
        start = (not coming and visit.work_start) or visit.date_start
        if not start:
            return ''
        timezone = self._get_reader_timezone()
        day = format_date(self.env, local_day(start, timezone), date_format='EEE d MMM y')
        return f'{day}, {visit._format_customer_clock(start, timezone)}'

    def _get_announced_time(self):
        """Return when the visit is that a mail of one order is about, in words; or nothing."""
        self.ensure_one()
        visit = self._get_announced_visit()
        return visit._get_customer_time(self._get_timezone()) if visit else ''

    def _get_announced_day(self):
        """Return the day of the visit that a mail of one order is about, in words; or nothing."""
        self.ensure_one()
        visit = self._get_announced_visit()
        return visit._get_customer_day(self._get_timezone()) if visit.date_start else ''

    def _get_expected_arrival(self):
        """Return when the technician of a mail of one order is expected, by the clock; or nothing.

        That is said of whoever is not late yet.
        """
        self.ensure_one()
        visit, now = self._get_announced_visit(), fields.Datetime.now()
        if not visit.date_start or visit.date_start < now:
            return ''
        return visit._format_customer_clock(visit.date_start, self._get_timezone())

    def _get_announced_phone(self):
        """Return the telephone number of the technician of a mail of one order; or nothing."""
        self.ensure_one()
        # How technicians are reached at work is HR's; whoever waits for one is told.
        employee = self._get_announced_visit().employee_id.sudo()
        return employee.mobile_phone or employee.work_phone or ''

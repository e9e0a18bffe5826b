from odoo import fields, models
from odoo.tools import format_date, format_time

from ...tools.clock import local_day


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

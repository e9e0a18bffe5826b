import logging
from collections import defaultdict
from datetime import timedelta
from typing import NamedTuple

from odoo import api, models
from odoo.exceptions import LockError, UserError
from odoo.fields import Command, Domain
from odoo.tools.misc import split_every

from ...tools.clock import by_days, naive, utc_of
from ...tools.recurrence import combine, possible_days
from ..common.batches import attempt, tell_once
from ..planning.hr_employee import Wish
from ..planning.service_visit import LONGEST_HOURS

_logger = logging.getLogger(__name__)
#: Days beyond the horizon that the nightly run looks at for work to take along: two months' windows.
LOOK_AHEAD = 62


class DueWork(NamedTuple):
    """One line of an agreement on one of its days."""
    line: models.Model  # service.agreement.line
    due: object  # date
    site: models.Model  # res.partner, where the line's work is done at each of several; else empty
    known: models.Model  # its row in the ledger, or empty


class PlannedOrder(NamedTuple):
    """An order that is to be created."""
    agreement: models.Model
    day: object  # date
    is_closed_day: bool
    works: list  # of DueWork

    @property
    def lines(self):
        """The lines of the agreement, each once."""
        return self.works[0].line.union(*(work.line for work in self.works))


class ServiceAgreement(models.Model):
    """How agreements become orders: what is due, on which days, on how few orders."""
    _inherit = 'service.agreement'

    def _ensure_may_generate(self):
        """:raise AccessError: if the user is no dispatcher, or may not see the agreements"""
        self.check_access('read')
        self._ensure_role('dispatcher', self.env._(
            "Only dispatchers create orders from agreements. Ask one."))

    def _can_generate(self):
        """Tell whether orders are created from one agreement at all."""
        self.ensure_one()
        return self.state == 'active' and not self.is_suspended and not self.is_template

    def _plan_orders(self, date_from, date_to, kinds=None, lines=None, fill_gaps=False,
                     only_after_last=False, look_ahead=0, not_before=None):
        """Return the orders that these agreements need for the work due in a period.

        Writes nothing, and takes a constant number of queries. What is for archived customers,
        objects or sites is left out; `_explain_left_out` of the lines says so.

        Source: Dynamics 365 Finance & Operations, "Create service orders automatically" and
        "Combine service orders".

        :param date_from: first due day, as a date or as {agreement: date}
        :param date date_to: last due day, likewise
        :param kinds: kinds of lines that count, by default all
        :param lines: lines that count, by default all
        :param bool fill_gaps: also what was ordered once and whose order was deleted
        :param bool only_after_last: only what is due after the last day ordered of each line
        :param int look_ahead: days after `date_to` whose work may be taken along by an order that
            is needed in the period anyway
        :param date not_before: move work to this day or later where its window allows
        :return: list of PlannedOrder, by agreement and day
        """
        starts = date_from if isinstance(date_from, dict) else dict.fromkeys(self, date_from)
        ends = date_to if isinstance(date_to, dict) else dict.fromkeys(self, date_to)
        agreements = self.filtered(lambda agreement: agreement._can_generate())
        lines = (agreements.line_ids & lines) if lines is not None else agreements.line_ids
        lines = lines.filtered(lambda line: (
            not line.is_stopped and (kinds is None or line.kind in kinds)))
        if not lines:
            return []
        ledger = lines._get_ledger(min(starts.values()))
        last = lines._get_last_days() if only_after_last else {}
        works_by_key, Occurrence = defaultdict(list), self.env['service.agreement.occurrence']
        for line in lines:
            agreement = line.agreement_id
            sites = line._get_sites_in_use()
            for due in line._get_dues(
                    starts[agreement], ends[agreement] + timedelta(days=look_ahead)):
                if line in last and due <= last[line]:
                    continue
                for site in sites:
                    known = ledger.get((line.id, due, site.id), Occurrence)
                    if not known or (fill_gaps and known.state == 'deleted'):
                        key = (agreement._get_combine_key(line), line.order_type_id, site)
                        works_by_key[agreement, key].append(DueWork(line, due, site, known))
        open_days = agreements._get_open_days(works_by_key)
        planned = []
        for (agreement, _key), works in works_by_key.items():
            end = ends[agreement]
            planned += [
                order for order in agreement._combine(
                    works, open_days[agreement._get_calendar()], not_before)
                if min(work.due for work in order.works) <= end]
        return sorted(planned, key=lambda order: (order.agreement.id, order.day))

    def _get_combine_key(self, line):
        """Return what a line shares with the other lines of one order; extend to split further."""
        self.ensure_one()
        if self.combine_by == 'task':
            return line.task_id
        if self.combine_by == 'employee':
            return line.employee_id or self.preferred_employee_id
        if self.combine_by == 'object':
            return line.object_id
        return line.object_id.site_id if self.combine_by == 'site' else None

    def _get_open_days(self, works_by_key):
        """Return {calendar: its openings by day}, as far as the windows of works reach."""
        spans = {}
        for (agreement, _key), works in works_by_key.items():
            calendar = agreement._get_calendar()
            for work in works:
                first, last = work.line._get_window(work.due)
                low, high = spans.get(calendar, (first, last))
                spans[calendar] = (min(low, first), max(high, last))
        return {calendar: self._get_openings(calendar, *span) for calendar, span in spans.items()}

    @api.model
    def _get_openings(self, calendar, first, last):
        """Return {day: naive UTC moment of its opening} of the days on which a calendar is open.

        :param date first: first day asked about
        :param date last: last day asked about
        :return: None for a calendar that never opens: then a day is as good as another
        """
        if not calendar or not calendar._has_open_hours():
            return None
        # Opening hours are no secret to whoever plans by them.
        spans = calendar.sudo()._get_spans_batch(
            utc_of(first, 0, calendar.tz), utc_of(last, 24, calendar.tz))[1][False]
        return {day: naive(parts[0])[0] for day, parts in by_days(spans).items()}

    def _combine(self, works, open_days, not_before=None):
        """Return the orders that works with one key need, as few as possible."""
        self.ensure_one()

        def is_open(day):
            """Tell whether work can be done on a day; where it never can, any day will do."""
            return open_days is None or day in open_days

        items = []
        for work in works:
            # Without a window the work is done on its day, open or not.
            days = [work.due] if work.line.window == 'exact' else possible_days(
                work.due, *work.line._get_window(work.due), is_open)
            ahead = [day for day in days if not not_before or day >= not_before]
            items.append((work.due, ahead or days))
        return [
            PlannedOrder(self, day, not is_open(day), [works[index] for index in indexes])
            for day, indexes in combine(items)]

    def _generate_orders(self, planned):
        """Create planned orders with their lines, ledger rows and proposed visits.

        :param planned: list of PlannedOrder
        :return: the new orders, in the order of the plan
        """
        # The ledger is written by actions only; what may be created was checked before.
        Order = self.env['service.order'].sudo()
        orders = Order
        # A mail for each order would be noise: `_tell_assignments` sends one list.
        Order = Order.with_context(mail_auto_subscribe_no_notify=True)
        by_company = defaultdict(list)
        for order in planned:
            by_company[order.agreement.company_id].append(order)
        for company, company_orders in by_company.items():
            visits = self._propose_visits(company_orders)
            new = Order.with_company(company).create([
                order.agreement._prepare_order(order, visit)
                for order, visit in zip(company_orders, visits, strict=True)])
            self._enter_in_ledger(company_orders, new)
            orders |= new
        return orders.sudo(self.env.su)  # whoever asked sees no more of them than before

    @api.model
    def _enter_in_ledger(self, planned, orders):
        """Note which line of which order does the work of which day."""
        # As in _generate_orders: the ledger is written by actions only.
        Occurrence = self.env['service.agreement.occurrence'].sudo()
        vals_list = []
        for plan, order in zip(planned, orders, strict=True):
            # Lines are created in the order of the works; rules may have added others behind.
            for work, line in zip(plan.works, order.line_ids.sorted('id'), strict=False):
                values = {
                    'order_line_id': line.id, 'date_planned': plan.day,
                    'is_closed_day': plan.is_closed_day, 'user_id': self.env.uid}
                if work.known:
                    work.known.write(values)
                else:
                    vals_list.append({
                        'line_id': work.line.id, 'date_due': work.due, 'site_id': work.site.id,
                        **values})
        Occurrence.create(vals_list)

    def _prepare_order(self, planned, visit):
        """Return the values of one planned order; extend to carry more over.

        :param dict visit: values of the proposed visit
        """
        self.ensure_one()
        lines = planned.lines
        responsible = self.user_id._filter_there(self.company_id)
        named = lines.employee_id | self.preferred_employee_id
        gone = named - named._filter_serving(self.company_id, planned.day)
        objects = lines.object_id or self.object_ids.filtered('active')
        order_type = lines.order_type_id
        brought, _lines = order_type._prepare_content(self.company_id)
        tasks = lines.task_id | self.env['service.task'].browse(
            task['task_id'] for task in brought)
        vals = {
            'company_id': self.company_id.id,
            'title': self.title,
            'agreement_id': self.id,
            'partner_id': self.partner_id.id,
            'contact_id': self.contact_id.filtered('active').id,
            'client_order_ref': self.client_order_ref,
            'user_id': responsible.id,
            # Whoever creates his own orders knows of them.
            'is_assignment_due': bool(responsible) and responsible != self.env.user,
            'channel': 'agreement',
            'type_id': order_type.id,
            'date_order': visit['date_start'],
            'preferred_employee_id': visit['employee_id'] or (
                self.preferred_employee_id - gone).id,
            'object_ids': [Command.set(objects.ids)],
            'task_ids': [Command.create({'task_id': task.id}) for task in tasks],
            'note_internal': self.note_internal,
            'note_external': self.note_external,
            'tag_ids': [Command.set(self.tag_ids.ids)],
            'line_ids': [
                Command.create({
                    **work.line._prepare_order_line(),
                    # Hours of somebody who left are anybody's.
                    **({'employee_id': False} if work.line.employee_id in gone else {}),
                }) for work in planned.works],
            'visit_ids': [Command.create(visit)],
        }
        if self.team_id:
            vals['team_id'] = self.team_id.id
        if site := self._get_planned_site(planned):
            vals['site_id'] = site.id
        after, before = self._get_bounds(lines)
        if after or before:
            vals['arrival_from'] = self._get_moment(planned.day, after)
            vals['arrival_to'] = self._get_moment(planned.day, before or 24)
        return vals

    def _get_planned_site(self, planned):
        """Return the site of one planned order; an empty one where the order finds it by itself."""
        lines = planned.lines
        if site := planned.works[0].site:
            return site
        objects = lines.object_id or self.object_ids.filtered('active')
        sites = objects.site_id.filtered(
            lambda site: site.commercial_partner_id == self.commercial_partner_id)
        if len(sites) == 1:
            return sites
        return self.site_ids if len(self.site_ids) == 1 and self.site_ids.active else sites.browse()

    def _get_visit_hours(self, lines, hour):
        """Return how long the visit for some lines is planned: their hours, else their tasks'.

        :param hour: the unit of an hour
        """
        hours = sum(
            line.product_uom_id._compute_quantity(line.quantity, hour, round=False)
            if line.product_uom_id and line.product_uom_id._has_common_reference(hour)
            else line.quantity
            for line in lines if line.kind == 'hour' and not line.is_travel)
        return min(
            LONGEST_HOURS, hours or lines.order_type_id.duration_hours
            or sum(lines.task_id.mapped('duration_hours'))
            or self.company_id.service_visit_hours)

    def _get_bounds(self, lines):
        """Return the hours of the day that lines leave together; 0 means any."""
        after = max(lines.mapped('time_after'), default=0)
        before = min(filter(None, lines.mapped('time_before')), default=0)
        return (after, before) if not before or after < before else (0, 0)

    def _get_moment(self, day, hour):
        """Return an hour of a day at one agreement's place, as naive UTC datetime."""
        self.ensure_one()
        return utc_of(day, hour, self._get_timezone())

    @api.model
    def _propose_visits(self, planned):
        """Return the values of a visit for each planned order.

        The technician's first free time on the day within the lines' hours, with time to drive there
        and on, else the beginning of the day's work; in a constant number of queries.
        """
        sites = [order.agreement._get_planned_site(order) for order in planned]
        # Sites are of customers; where somebody drives to is what planning asks.
        places = {site.id: site._get_place()
                  for site in self.env['res.partner'].union(*sites).sudo()}
        days_by_calendar = defaultdict(list)
        for order in planned:
            days_by_calendar[order.agreement._get_calendar()].append(order.day)
        openings = {
            calendar: self._get_openings(calendar, min(days), max(days)) or {}
            for calendar, days in days_by_calendar.items()}
        hour = self.env.ref('uom.product_uom_hour')
        wishes, reasons = [], []
        for order, site in zip(planned, sites, strict=True):
            lines, agreement = order.lines, order.agreement
            after, before = agreement._get_bounds(lines)
            opening = openings[agreement._get_calendar()].get(order.day)
            start = agreement._get_moment(order.day, after or 8)
            if opening and not after:
                start = opening
            elif opening:
                start = max(start, opening)
            named, preferred = lines.employee_id, agreement.preferred_employee_id
            serving = (named | preferred)._filter_serving(agreement.company_id, order.day)
            gone = (named if len(named) == 1 else preferred) - serving
            employee = serving & (named if len(named) == 1 and not gone else preferred)
            reasons.append(self.env._(
                "%s does not work for you any more.", gone.name) if gone and not employee else False)
            wishes.append(Wish(
                employee, start, agreement._get_moment(order.day, before or 24),
                timedelta(hours=agreement._get_visit_hours(lines, hour)), places.get(site.id)))
        return [
            {'date_start': start or wish.start, 'employee_id': wish.employee.id,
             'duration_hours': wish.length.total_seconds() / 3600, 'release_reason': reason}
            for wish, start, reason in zip(
                wishes, self.env['hr.employee']._find_free_times(wishes), reasons, strict=True)]

    def action_generate(self):
        """Open the dialog that previews and creates orders."""
        self._ensure_may_generate()
        return self._open_dialog(
            'service.agreement.generate', self.env._("Create Orders"),
            default_agreement_ids=self.ids)

    def _generate(self, date_from, date_to, **options):
        """Create the orders of a period now; what exists already is not created again.

        :param options: as for `_plan_orders`
        :return: the new orders
        :raise AccessError: if the user is no dispatcher
        """
        self._ensure_may_generate()
        # Two runs of one agreement follow each other: the second sees what the first has created.
        try:
            self.lock_for_update()
        except LockError:
            raise UserError(self.env._(
                "Somebody else is creating the orders of %s right now. Look again in a moment.",
                ', '.join(self.mapped('display_name')))) from None
        orders = self._generate_orders(self._plan_orders(date_from, date_to, **options))
        if any(orders.sudo().mapped('is_assignment_due')):  # as in _generate_orders
            self._wake_job()
        self.filtered(lambda agreement: not agreement.line_ids._explain_left_out(
            date_from, date_to))._forget_failures()
        return orders

    def _wake_job(self):
        if self:
            self.env.ref('service_management.ir_cron_generate_orders')._trigger()

    @api.model
    def _get_run_domain(self):
        """Return the domain of the agreements that the nightly run has not done today."""
        return (
            Domain('state', '=', 'active') & Domain('is_template', '=', False)
            & Domain('is_suspended', '=', False) & Domain('group_id.horizon_days', '>', 0)
            & self.env['res.company']._get_today_domain('date_next_run', '<='))

    @api.model
    def _cron_generate(self, batch_size=50):
        """Create the orders that are due within the horizon of each agreement's group."""
        agreements = self.search(self._get_run_domain(), order='date_next_run, id')
        self._process_batches(
            self._generate_batch, split_every(batch_size, agreements.ids, list),
            after=self.env['service.order']._tell_assignments)

    @api.model
    def _generate_batch(self, agreement_ids):
        """Create the orders of some agreements together; if one fails, each alone."""
        agreements = self.browse(agreement_ids).try_lock_for_update().filtered_domain(
            self._get_run_domain())
        if agreements and not agreements._try(agreements._run_together) and len(agreements) > 1:
            for agreement in agreements:
                agreement._try(agreement._run_together)

    def _run_together(self):
        for today, agreements in self.grouped(lambda agreement: agreement._get_today()).items():
            starts = {agreement: agreement.date_last_run or today for agreement in agreements}
            ends = {
                agreement: today + timedelta(days=agreement.group_id.horizon_days)
                for agreement in agreements}
            agreements._generate_orders(agreements._plan_orders(
                starts, ends, look_ahead=LOOK_AHEAD, not_before=today))
            # Days that passed while there was nothing to do are over.
            since = {
                agreement: max(starts[agreement], agreement.date_next_run - timedelta(days=1))
                for agreement in agreements}
            agreements._set_next_run(today)
            for agreement in agreements:
                if text := agreement.line_ids._explain_left_out(
                        since[agreement], ends[agreement]):
                    agreement._tell_failure(self.env._("Orders are missing"), text)
                else:
                    agreement._forget_failures()

    def _try(self, method):
        """Call a method of these agreements; what fails is undone, and one alone is set aside.

        :return: whether it went well
        """
        error = attempt(self.env, method)
        if error and len(self) == 1:
            _logger.warning("%s was set aside", self.name, exc_info=error)
            self._set_aside(error)
        return not error

    def _set_aside(self, error):
        """Keep why the run failed for one agreement, and tell its responsible once."""
        self.ensure_one()
        # Only the run says when it will be.
        self.sudo().date_next_run = self._get_today() + timedelta(days=1)
        self._tell_failure(self.env._("The nightly run failed"), str(error))

    def _tell_failure(self, summary, text):
        """Keep why one agreement has no orders, and tell its responsible once."""
        self.ensure_one()
        self.sudo().generation_error = text  # as in _set_aside
        tell_once(self, 'service_management.mail_activity_type_generation', summary, text)

    def _forget_failures(self):
        failed = self.filtered('generation_error')
        # Whoever creates the orders has solved it.
        failed.sudo().generation_error = False
        failed.sudo().activity_unlink(['service_management.mail_activity_type_generation'])

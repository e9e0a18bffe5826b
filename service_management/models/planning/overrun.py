from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import split_every

from ...tools.clock import local_day, naive, shifts
from ..common.batches import attempt


class ServiceVisit(models.Model):
    """Clocks that nobody stopped: who stops one says when the work ended, and dispatchers are told."""
    _name = 'service.visit'
    _inherit = ['service.visit', 'service.job.mixin']

    is_overrun_told = fields.Boolean(
        copy=False, readonly=True, help="The dispatcher knows that the clock runs on.")

    _running = models.Index('(timer_start) WHERE timer_start IS NOT NULL')

    def _get_overrun_moment(self):
        """Return when the running clock of one visit is over its limit (naive UTC), or None."""
        self.ensure_one()
        hours = self.company_id.service_clock_hours
        if not self.timer_start or not hours:
            return None
        return self.timer_start + timedelta(hours=hours)

    def _filter_overrun(self, moment=None):
        """Return those of these visits whose clock is over its limit.

        :param datetime moment: naive UTC, by default now
        """
        moment = moment or fields.Datetime.now()
        return self.filtered(lambda visit: (
            visit._get_overrun_moment() and visit._get_overrun_moment() < moment))

    def _propose_end(self):
        """Return when the work of one visit ended, as far as can be guessed (naive UTC).

        The end of the planned visit or of the technician's working day, whichever came first.
        """
        self.ensure_one()
        # Calendars are HR's; when a day's work ends is what is proposed here.
        employee = self.employee_id.sudo()
        about = (fields.Datetime.add(self.timer_start, days=days) for days in (-1, 2))
        present = employee._get_working_spans(*about)[1].get(employee.id, ())
        day = local_day(self.timer_start, employee.tz)
        closings = [
            naive(shift)[1] for shift in shifts(present)
            if shift[0].date() == day or naive(shift)[0] <= self.timer_start < naive(shift)[1]]
        ends = [self.date_end, *closings, self._get_overrun_moment()]
        ends = [end for end in ends if end and end > self.timer_start]
        return min(ends + [fields.Datetime.now()])

    def _ask_end(self):
        """Open the dialog that asks when the work of the first of these visits ended."""
        visit = self[0]
        return self._open_dialog(
            'service.visit.stop', self.env._("When Did You Stop?"), default_visit_id=visit.id,
            default_date_end=fields.Datetime.to_string(visit._propose_end()))

    def _check_overrun(self, moment):
        """:raise UserError: if the clock of a visit is over its limit at a moment (naive UTC)"""
        if overrun := self._filter_overrun(moment)[:1]:
            raise UserError(self.env._(
                "The clock of %(visit)s has run since %(start)s. Stop it first, and say when the"
                " work really ended.", visit=overrun.display_name,
                start=self._format_local(overrun.timer_start, overrun.employee_id)))

    #=== WHO IS TOLD ===#

    def _wake_clock_job(self):
        """Wake the job when clocks are over their limit."""
        moments = {visit._get_overrun_moment() for visit in self} - {None}
        if moments:
            self.env.ref('service_management.ir_cron_watch_clocks')._trigger(sorted(moments))

    @api.model
    def _cron_watch_clocks(self, batch_size=100):
        """Tell dispatchers of clocks that are over their limit, once."""
        running = self.search(
            [('timer_start', '!=', False), ('is_overrun_told', '=', False)], order='timer_start, id')
        self._process_batches(self._tell_overrun_batch, split_every(
            batch_size, running._filter_overrun().ids, list))

    @api.model
    def _tell_overrun_batch(self, visit_ids):
        """Tell of some clocks, each alone; one that fails is told of by the next run."""
        visits = self.browse(visit_ids).try_lock_for_update().filtered(
            lambda visit: not visit.is_overrun_told)._filter_overrun()
        for visit in visits:
            attempt(self.env, visit._tell_overrun)

    def _tell_overrun(self):
        """Put the clock of one visit on the to-do list of whoever plans it."""
        self.ensure_one()
        visit = self.with_context(lang=self._get_responsible().lang)
        self._schedule_todo('service_management.mail_activity_type_clock', visit.env._(
            "The clock of %(technician)s has run since %(start)s",
            technician=self.employee_id.name,
            start=visit._format_local(self.timer_start, self.employee_id)))
        self.is_overrun_told = True

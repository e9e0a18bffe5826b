import logging

from odoo import api, fields, models
from odoo.tools import split_every

from ..common.batches import attempt

_logger = logging.getLogger(__name__)


class ServiceVisit(models.Model):
    """Customers are reminded of visits that were announced some time ago."""
    _inherit = 'service.visit'

    reminded_of = fields.Datetime(
        copy=False, readonly=True, help="The start of which the customer was reminded; no other one counts.")
    announced_on = fields.Datetime(
        copy=False, readonly=True, help="When the customer was told of the time last.")

    _to_remind = models.Index("(company_id, date_start) WHERE state = 'dispatched'")

    def _announce(self, event):
        super()._announce(event)
        if event == 'planned':
            # Customers are told whoever plans; the program keeps when.
            self.sudo().announced_on = fields.Datetime.now()
            self._wake_reminder_job()

    def _get_reminder_moment(self):
        """Return when the customer of one visit is reminded of it (naive UTC), or None.

        Nobody is reminded of what he was told later than that.
        """
        self.ensure_one()
        notice = self.company_id._get_reminder_notice()
        if not notice or self.state != 'dispatched' or not self.date_start:
            return None
        moment = self.date_start - notice
        is_known = self.reminded_of == self.date_start or (
            self.announced_on and self.announced_on >= moment)
        return None if is_known else moment

    def _wake_reminder_job(self):
        """Wake the job when customers are to be reminded of these visits."""
        if moments := {visit._get_reminder_moment() for visit in self} - {None}:
            self.env.ref('service_management.ir_cron_remind')._trigger(sorted(moments))

    @api.model
    def _cron_remind(self, batch_size=20):
        """Remind customers of their visits, each once."""
        now, due = fields.Datetime.now(), self.browse()
        for company in self.env['res.company'].search([('service_reminder_time', '>', 0)]):
            due |= self.search([
                ('company_id', '=', company.id), ('state', '=', 'dispatched'),
                ('date_start', '>', now), ('date_start', '<=', now + company._get_reminder_notice()),
            ]).filtered(lambda visit: visit._get_reminder_moment())
        self._process_batches(self._remind_batch, split_every(batch_size, due.ids, list))

    @api.model
    def _remind_batch(self, visit_ids):
        """Remind of some visits, each alone; one whose mail cannot be made is not tried again."""
        now = fields.Datetime.now()
        for visit in self.browse(visit_ids).try_lock_for_update():
            moment = visit._get_reminder_moment()
            if not moment or not moment <= now < visit.date_start:
                continue
            if error := attempt(self.env, lambda visit=visit: visit._announce('reminder')):
                _logger.warning(
                    "The customer of %s could not be reminded", visit.display_name, exc_info=error)
            visit.reminded_of = visit.date_start

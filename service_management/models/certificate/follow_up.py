from collections import defaultdict

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import format_date
from odoo.tools.misc import split_every

from ..common.batches import attempt, tell_once


class ServiceObjectCertificate(models.Model):
    """What is done about certificates that end, by a nightly job: once each."""
    _inherit = 'service.object.certificate'

    @api.model
    def _get_followed_domain(self):
        """Return the domain of the certificates that count, of objects in use."""
        return Domain([('is_current', '=', True), ('object_id.active', '=', True)])

    @api.model
    def _get_due_domains(self, todays):
        """Return {name of what is done: domain of the certificates that it is due for}; extend for more."""
        return {'_remind': self._get_followed_domain() & Domain([
            ('date_reminded', '=', False), ('result', '!=', 'failed'),
        ]) & self.env['res.company']._get_today_domain('date_remind', '<=', todays=todays)}

    @api.model
    def _get_due_domain(self):
        """Return the domain of the certificates that something is done about."""
        return Domain.OR(self._get_due_domains(self.env['res.company']._get_todays()).values())

    @api.model
    def _cron_follow_certificates(self, batch_size=50):
        """Do what certificates that end ask for, all of one object together."""
        due = self._read_group(self._get_due_domain(), ['object_id'])
        self._process_batches(
            self._follow_batch, split_every(batch_size, [obj.id for obj, in due], list))

    @api.model
    def _follow_batch(self, object_ids):
        """Do what the certificates of some objects ask for: together, and if that fails one by one."""
        domain = self._get_due_domain()
        due = self.search(domain & Domain('object_id', 'in', object_ids)).try_lock_for_update()
        due = due.filtered_domain(domain)
        if not attempt(self.env, due._follow_up):
            return
        for obj, certificates in due.grouped('object_id').items():
            if error := attempt(self.env, certificates._follow_up):
                tell_once(obj, 'mail.mail_activity_data_warning', self.env._(
                    "What its certificates ask for could not be done"), str(error))

    def _follow_up(self):
        """Do all that is due for these certificates."""
        for verb, domain in self._get_due_domains(self.env['res.company']._get_todays()).items():
            if due := self.filtered_domain(domain):
                getattr(due, verb)()

    def _remind(self):
        """Put what ends on the list of the responsible: one to-do for all of an object."""
        told = defaultdict(self.browse)
        for certificate in self:
            told[certificate.object_id, certificate.kind_id.user_id] |= certificate
        for (obj, user), certificates in told.items():
            obj._schedule_todo(
                'mail.mail_activity_data_todo', self.env._(
                    "Certificates end: %s", ', '.join(
                        f'{row.display_name} ({format_date(self.env, row.date_end)})'
                        for row in certificates.sorted('date_end'))),
                users=user._filter_there(obj.company_id) or None)
        for company, certificates in self.grouped('company_id').items():
            # Kept by the program, whoever runs the job.
            certificates.sudo().date_reminded = company._get_service_today()

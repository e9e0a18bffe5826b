import logging

from psycopg2 import OperationalError

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import format_datetime, split_every

from ...tools.open_hours import warnings_due
from ..common.batches import attempt, tell_once
from ..common.records import is_loading
from .service_order_sla import SECOND

_logger = logging.getLogger(__name__)


class ServiceOrderSla(models.Model):
    """Warnings and breaches: the job that looks at the clocks, and who is told."""
    _inherit = 'service.order.sla'

    @api.model
    def _get_due_domain(self, now):
        """Return the domain of the clocks that are to be looked at, at a moment (naive UTC)."""
        return Domain('state', '=', 'running') & Domain('next_event_on', '<=', now)

    @api.model
    def _cron_watch(self, batch_size=100):
        """Record the breaches and give the warnings that are due, oldest first."""
        due = self._get_due_domain(fields.Datetime.now())
        statuses = self.search(due, order='next_event_on, id')
        self._process_batches(self._watch_batch, split_every(batch_size, statuses.ids, list))

    @api.model
    def _watch_batch(self, status_ids):
        """Look at some clocks together; if one fails, at each alone."""
        now = fields.Datetime.now()
        statuses = self.browse(status_ids).try_lock_for_update().filtered_domain(
            self._get_due_domain(now))
        if statuses and attempt(self.env, lambda: statuses._watch(now)):
            for status in statuses:
                if error := attempt(self.env, lambda status=status: status._watch(now)):
                    status._set_aside(error)

    def _set_aside(self, error):
        """Tell once that one clock cannot be watched; the next run looks at it again."""
        self.ensure_one()
        _logger.warning(
            "The service level of %s could not be watched", self.order_id.name, exc_info=error)
        tell_once(
            self.order_id, 'service_management.mail_activity_type_sla',
            self.env._("The service level could not be watched"), str(error))

    def _watch(self, now):
        """Bring running statuses to where they stand at a moment, and tell who has to know."""
        missed = self.filtered(lambda status: status.deadline and status.deadline <= now)
        missed._miss()
        warned = self.browse()
        for status, hours in (self - missed)._get_elapsed(now).items():
            level = warnings_due(
                (hours + SECOND) / status.limit_hours * 100,
                status.warning_percent, status.second_warning_percent)
            if level > status.warning_level:
                status.warning_level = level
                warned |= status
        self._schedule()
        for status in warned:
            status._tell('warning')

    def _tell(self, event):
        """Put an event on one to-do list, and send one e-mail to each who has to know.

        What cannot be sent is logged: it must not undo the breach.

        :param str event: 'warning' or 'missed'
        """
        self.ensure_one()
        try:
            with self.env.cr.savepoint():
                users = self._get_told_users(event)
                self._schedule_activity(event, self._get_acting_user(event))
                self._send_mail(event, users)
                if event == 'missed':
                    self.order_id._message_log(body=self._get_message(event))
                self.env.flush_all()
        except OperationalError:
            raise  # the transaction is lost, and with it the breach: both are done again
        except Exception:
            _logger.warning(
                "Nobody could be told of the service level of %s", self.order_id.name,
                exc_info=True)

    def _get_told_users(self, event):
        """Return who is told of an event; extend to tell more."""
        self.ensure_one()
        users = self.order_id._get_responsible_users()
        if event == 'missed':
            users |= self.sla_id.escalation_user_id
        return users._filter_there(self.company_id) or self.order_id._get_responsible()

    def _get_acting_user(self, event):
        """Return the one who is to do something about an event.

        A breach is whose it was escalated to, if he may change the order; else the responsible's.
        """
        self.ensure_one()
        chosen = self.sla_id.escalation_user_id if event == 'missed' else self.env['res.users']
        able = chosen._filter_there(self.company_id)._filter_able(self.order_id)
        return able or self.order_id._get_responsible()

    def _get_message(self, event, user=None):
        """Return what is to be told of one status, in a user's language and time zone."""
        self.ensure_one()
        status = self.with_context(lang=user.lang) if user else self
        kind = dict(status._fields['kind']._description_selection(status.env))[status.kind]
        text = status.env._("%(kind)s promised until %(deadline)s was missed.") if (
            event == 'missed') else status.env._("%(kind)s is promised until %(deadline)s.")
        timezone = (user or self.env.user).tz or self.company_id.resource_calendar_id.tz
        return text % {
            'kind': kind,
            'deadline': format_datetime(
                status.env, self.deadline, tz=timezone, dt_format='short')}

    def _schedule_activity(self, event, user):
        """Put an event on the to-do list of a user, who gets the e-mail of the event only."""
        self.order_id.with_context(mail_activity_quick_update=True)._schedule_todo(
            'service_management.mail_activity_type_sla', self._get_message(event, user),
            users=user or None)

    def _send_mail(self, event, users):
        """Send users an e-mail of an event, in their language."""
        if is_loading(self.env):
            return  # demo data tells nobody
        template = self.env.ref({
            'warning': 'service_management.mail_template_sla_warning',
            'missed': 'service_management.mail_template_sla_missed',
        }[event], raise_if_not_found=False)
        for user in users.filtered('email') if template else ():
            template.with_context(lang=user.lang, tz=user.tz).send_mail(
                self.id, email_values={'recipient_ids': user.partner_id.ids},
                email_layout_xmlid='mail.mail_notification_light')

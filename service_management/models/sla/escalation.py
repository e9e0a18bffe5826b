import logging
from collections import defaultdict

from markupsafe import Markup

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
        statuses = self.browse(status_ids).exists()
        # Orders first, as whoever works on one: the clocks of an order that is held come later.
        orders = statuses.order_id.try_lock_for_update()
        statuses = statuses.filtered(lambda status: status.order_id in orders)
        statuses = statuses.try_lock_for_update().filtered_domain(self._get_due_domain(now))
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
        warned._tell('warning')

    def _tell(self, event):
        """Put events on one to-do list each, and send one e-mail to each who has to know.

        What cannot be sent is logged: it must not undo the breach. Where the transaction is lost, the
        breach is lost with it, and both are done again.

        :param str event: 'warning' or 'missed'
        """
        error = attempt(self.env, lambda: self._tell_together(event)) if self else None
        if error and len(self) == 1:
            _logger.warning(
                "Nobody could be told of the service level of %s", self.order_id.name,
                exc_info=error)
        elif error:
            for status in self:
                status._tell(event)

    def _tell_together(self, event):
        told, acting = self._get_told_users(event), self._get_acting_users(event)
        # Who gets the e-mail of the event needs none of the to-do.
        self.order_id.with_context(mail_activity_quick_update=True)._schedule_todos(
            'service_management.mail_activity_type_sla', [
                (status.order_id, acting[status], status._get_message(event, acting[status]))
                for status in self])
        self._send_mails(event, told)
        if event == 'missed':
            self.order_id._message_log_batch({
                order.id: Markup('<br/>').join(status._get_message(event) for status in statuses)
                for order, statuses in self.grouped('order_id').items()})

    def _get_told_users(self, event):
        """Return {status: who is told of an event}; extend to tell more."""
        users = {}
        for status in self:
            known = status.order_id._get_responsible_users()
            if event == 'missed':
                known |= status.sla_id.escalation_user_id
            users[status] = known._filter_there(status.company_id)
        nobodys = self.filtered(lambda status: not users[status])
        responsible = nobodys.order_id._get_responsibles()
        return {status: users[status] or responsible[status.order_id] for status in self}

    def _get_acting_users(self, event):
        """Return {status: who is to do something about an event}.

        A breach is whose it was escalated to, if he may change the order; else the responsible's.
        """
        Users = self.env['res.users']
        escalated = defaultdict(lambda: Users)
        for status in self if event == 'missed' else ():
            escalated[status.order_id] |= status.sla_id.escalation_user_id._filter_there(
                status.company_id)
        able = self.order_id._filter_able_users(escalated)
        responsible = self.order_id._get_responsibles()
        return {
            status: able.get(status.order_id, Users) & status.sla_id.escalation_user_id
            or responsible[status.order_id] for status in self}

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

    def _send_mails(self, event, told):
        """Send each user an e-mail of each of his events, in his language.

        :param dict told: {status: users}
        """
        template = self.env.ref({
            'warning': 'service_management.mail_template_sla_warning',
            'missed': 'service_management.mail_template_sla_missed',
        }[event], raise_if_not_found=False)
        if is_loading(self.env) or not template:
            return  # demo data tells nobody
        by_user = defaultdict(self.browse)
        for status, users in told.items():
            for user in users.filtered('email'):
                by_user[user] |= status
        for user, statuses in by_user.items():
            template.with_context(lang=user.lang, tz=user.tz).send_mail_batch(
                statuses.ids, email_values={'recipient_ids': user.partner_id.ids},
                email_layout_xmlid='mail.mail_notification_light')

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date


class ServiceSubscription(models.Model):
    """How a subscription begins, goes on and ends."""
    _inherit = 'service.subscription'

    _transitions = {
        'active': {'draft'},
        'closed': {'active'},
    }

    state = fields.Selection(
        selection=[('draft', "Draft"), ('active', "Active"), ('closed', "Closed")],
        default='draft', required=True, readonly=True, copy=False, index=True, tracking=True,
        group_expand=True)

    # Close
    date_closed = fields.Date(
        string="Closed After", readonly=True, copy=False, index=True, tracking=True)
    close_reason_id = fields.Many2one(
        comodel_name='service.reason', string="Reason", readonly=True, copy=False,
        ondelete='restrict', tracking=True)
    close_note = fields.Char(string="Note", readonly=True, copy=False)

    def _ensure_may_manage(self):
        """:raise AccessError: if the user is no service manager, or not one of the company"""
        self._ensure_role('manager', self.env._(
            "Only a service manager makes and ends subscriptions."))
        self.check_access('write')

    def action_activate(self):
        """Let drafts begin; ask first where lines cost nothing and no discount says so.

        :raise AccessError: if the user is no service manager
        :raise UserError: if one cannot begin
        """
        self._ensure_can_begin()
        if self.line_ids._filter_free():
            return self._ask('service.subscription.activate', self.env._("Activate"))
        self._begin()
        return True

    def action_activate_selected(self):
        """Show which of many can begin, why others cannot, and do it.

        :raise AccessError: if the user is no service manager
        """
        self._ensure_may_manage()
        return self._ask('service.subscription.activate', self.env._("Activate"))

    @api.model
    def _get_bulk_verbs(self):
        return {**super()._get_bulk_verbs(), 'activate': '_begin'}

    def _ensure_can_begin(self):
        self._ensure_may_manage()
        for subscription in self:
            if error := subscription._get_activation_error():
                raise UserError(error)

    def _begin(self):
        """Let drafts begin, as they are: they are billed from their first day on.

        :return: the subscriptions that have begun
        """
        self._ensure_can_begin()
        return self._set_state('active')

    def _get_activation_error(self):
        """Return why one subscription cannot begin, or None; extend to ask for more."""
        self.ensure_one()
        if self.state != 'draft':
            return self.env._("%s has begun already.", self.name)
        if not self.line_ids:
            return self.env._("%s has no lines: add what the customer pays for.", self.name)
        if never := self.line_ids.filtered(lambda line: line._is_never_served())[:1]:
            return never._get_never_served_message()
        if self.plan_id.is_deferred:
            journal, account = self.plan_id._get_accrual_accounts(self.company_id)
            if not journal or not account:
                return self.env._(
                    "“%(plan)s” defers revenue. Choose its account of deferred revenue, and a"
                    " journal, for %(company)s first.",
                    plan=self.plan_id.name, company=self.company_id.name)
        return None

    def _get_last_day(self):
        """Return the last day of one subscription, or False."""
        self.ensure_one()
        return min(filter(None, (self.date_end, self.date_closed)), default=False)

    def action_close(self):
        """Ask when and why subscriptions end; what was billed beyond that day is credited."""
        self._ensure_may_manage()
        return self._ask('service.subscription.close', self.env._("Close"))

    def _ask(self, model, title, **context):
        """Return a dialog on these subscriptions."""
        return self._open_dialog(model, title, default_subscription_ids=self.ids, **context)

    def _close(self, day, reason, note=False):
        """End active subscriptions after a day, and credit what was billed beyond it.

        :return: the subscriptions that were closed
        :raise UserError: if one is not active, or the day lies before its first
        """
        self._ensure_may_manage()
        for subscription in self:
            if subscription.state != 'active':
                raise UserError(self.env._(
                    "%s is not active: there is nothing to close.", subscription.name))
            if day < subscription.date_start - relativedelta(days=1):
                raise UserError(self.env._(
                    "%(subscription)s begins on %(start)s and cannot end before. The day before"
                    " it is the earliest.",
                    subscription=subscription.name,
                    start=format_date(self.env, subscription.date_start)))
        closed = self._set_state(
            'closed', date_closed=day, close_reason_id=reason.id, close_note=note)
        closed._forget_failure()
        closed.activity_unlink(['service_management.mail_activity_type_billing'])
        for company, subscriptions in closed.grouped('company_id').items():
            lines = subscriptions.line_ids
            lines._credit_beyond(lines._get_ends(), company._get_service_today())
        return closed

    def action_renew(self):
        """Ask for how long subscriptions go on, and at which prices."""
        self._ensure_may_manage()
        return self._ask('service.subscription.renew', self.env._("Renew"))

    def _renew(self, date_end, percent=0.0):
        """Let active subscriptions go on until a day, from their former end at changed prices.

        :param float percent: change of the base prices
        """
        self._ensure_may_manage()
        for subscription in self:
            if subscription.state != 'active' or not subscription.date_end:
                raise UserError(self.env._(
                    "%s has no end to move, or is not active.", subscription.name))
            if date_end and date_end <= subscription.date_end:
                raise UserError(self.env._(
                    "%(subscription)s lasts until %(end)s already. Choose a later day.",
                    subscription=subscription.name,
                    end=format_date(self.env, subscription.date_end)))
            following = subscription.date_end + relativedelta(days=1)
            subscription.date_end = date_end
            if percent:
                for line in subscription.line_ids.filtered(
                        lambda line: line._is_served(following)):  # noqa: B023 read at once
                    line._change_terms(
                        following, base_price=line._scale_price(1 + percent / 100))
            subscription._message_log(body=self.env._(
                "Renewed until %s.", format_date(self.env, date_end) or self.env._("closed")))

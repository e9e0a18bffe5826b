from odoo import api, fields, models

from ...tools.clock import local_day
from ...tools.proration import MONTHS
from ..common.records import format_quantity, is_one


class ServiceAgreement(models.Model):
    """What an agreement costs, and what is charged beyond it: in numbers, and as customers read it."""
    _inherit = 'service.agreement'

    amount_yearly = fields.Monetary(
        string="Yearly Total", compute='_compute_amount_yearly',
        help="What the work with a price of its own costs in a year, together with the subscriptions"
             " that belong to the agreement; before taxes.")

    @api.depends('line_ids.is_fixed_price', 'line_ids.price_unit', 'line_ids.quantity',
                 'line_ids.interval_unit', 'line_ids.interval_count', 'line_ids.is_stopped',
                 'discount', 'currency_id')
    def _compute_amount_yearly(self):
        for agreement in self:
            agreement.amount_yearly = agreement._get_yearly_totals().get(agreement.currency_id, 0.0)

    def _get_prices(self):
        """Return what one agreement costs regularly; extend for what else is paid for it.

        :return: list of (words, amount of a year, currency)
        """
        self.ensure_one()
        yearly = sum(line._get_yearly_amount() for line in self.line_ids)
        if not yearly:
            return []
        return [(self.env._("The work below that has its own price"), yearly, self.currency_id)]

    def _get_yearly_totals(self):
        """Return {currency: what one agreement costs in a year}, before taxes."""
        totals = {}
        for _words, amount, currency in self._get_prices():
            totals[currency] = currency.round(totals.get(currency, 0.0) + amount)
        return totals

    #=== IN WORDS ===#

    def _get_coverage_words(self):
        """Return what one agreement includes and what it does not.

        :return: ([sentences on what is included], [sentences on what is charged])
        """
        self.ensure_one()
        free, cheaper, charged = [], [], []
        for name, label in self._get_coverage_labels().items():
            if self[name] >= 100:
                free.append(label)
            elif self[name] > self.discount:
                cheaper.append(self.env._(
                    "%(what)s: %(percent)s %% off", what=label, percent=f'{self[name]:g}'))
            else:
                charged.append(label)
        included = [self.env._("%s: free of charge", ', '.join(free))] if free else []
        included += cheaper
        if not charged:
            return included, []
        what = ', '.join(charged)
        if self.discount:
            return included, [self.env._(
                "%(what)s: at our prices of the day, %(percent)s %% off", what=what,
                percent=f'{self.discount:g}')]
        return included, [self.env._("%s: at our prices of the day", what)]

    def _get_allowance_words(self):
        """Return what is paid in advance by one agreement, and for how long."""
        self.ensure_one()
        if not self.allowance_kind:
            return ''
        env, count = self.env, format_quantity(self.env, self.allowance_quantity)
        if self.allowance_kind == 'hours':
            one, many = {
                'term': (
                    env._("%s hour of work in all", count), env._("%s hours of work in all", count)),
                'month': (
                    env._("%s hour of work a month", count), env._("%s hours of work a month", count)),
                'quarter': (
                    env._("%s hour of work a quarter", count),
                    env._("%s hours of work a quarter", count)),
                'year': (
                    env._("%s hour of work a year", count), env._("%s hours of work a year", count)),
            }[self.allowance_period or 'term']
        else:
            one, many = {
                'term': (env._("%s visit in all", count), env._("%s visits in all", count)),
                'month': (env._("%s visit a month", count), env._("%s visits a month", count)),
                'quarter': (env._("%s visit a quarter", count), env._("%s visits a quarter", count)),
                'year': (env._("%s visit a year", count), env._("%s visits a year", count)),
            }[self.allowance_period or 'term']
        return one if is_one(env, self.allowance_quantity) else many

    def _get_renewal_words(self):
        """Return how one agreement goes on by itself, as customers read it."""
        self.ensure_one()
        months, days = self.renewal_months, self.notice_days
        return self.env._(
            "Renews itself for %(months)s unless one of us ends it %(days)s before.",
            months=self.env._("%s month", months) if is_one(self.env, months)
            else self.env._("%s months", months),
            days=self.env._("%s day", days) if is_one(self.env, days)
            else self.env._("%s days", days))

    def _get_promise_words(self, target):
        """Return within how long one agreement promises a target, as customers read it."""
        self.ensure_one()
        duration = self._get_duration_words(target.limit_hours)
        if self._get_calendar()._is_open_always():
            return self.env._("within %s, day and night", duration)
        return self.env._("within %s of our opening hours", duration)

    @api.model
    def _get_duration_words(self, hours):
        """Return how long something is, as people say it: ``1 hour``, ``4 hours 30 minutes``."""
        whole, minutes = divmod(round(hours * 60), 60)
        words = []
        if whole:
            words.append(
                self.env._("%s hour", whole) if is_one(self.env, whole)
                else self.env._("%s hours", whole))
        if minutes or not whole:
            words.append(
                self.env._("%s minute", minutes) if is_one(self.env, minutes)
                else self.env._("%s minutes", minutes))
        return ' '.join(words)

    def _get_document_date(self):
        """Return the day of the paper of one agreement: what was signed keeps the day of that."""
        self.ensure_one()
        if self.accepted_on:
            return local_day(self.accepted_on, self._get_timezone())
        if self.quote_sent_on or self.state == 'draft':
            return self._get_quote_date()
        return self.date_activated or self.date_start


class ServiceAgreementLine(models.Model):
    _inherit = 'service.agreement.line'

    def _get_yearly_amount(self):
        """Return what the work of one line costs in a year by its own price; work done once nothing."""
        self.ensure_one()
        if not self.is_fixed_price or not self.interval_unit or self.is_stopped:
            return 0.0
        times = 12 / float(MONTHS[self.interval_unit] * self.interval_count)
        return self.quantity * self.price_unit * times

    def _get_quantity_words(self):
        """Return how much the work of one line is, as customers read it."""
        self.ensure_one()
        if self.product_uom_id == self.env.ref('uom.product_uom_hour', raise_if_not_found=False):
            return self.agreement_id._get_duration_words(self.quantity)
        return self.product_uom_id._get_words(self.quantity)

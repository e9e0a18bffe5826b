from odoo import fields
from odoo.fields import Command

from .common import ServiceCommon


class SubscriptionCommon(ServiceCommon):
    """Plans and one product that costs 100.00 each period."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.monitoring = cls._create_service_product("Monitoring", 100)
        cls.monthly = cls._create_plan("Monthly")
        cls.close_reason = cls.env['service.reason']._get_default('agreement')
        cls.user_accountant = cls._create_accountant()

    @classmethod
    def _create_accountant(cls):
        user = cls._create_user('technician', login='service_accountant')
        user.group_ids = [Command.set([
            cls.env.ref('base.group_user').id, cls.env.ref('account.group_account_invoice').id])]
        return user

    @classmethod
    def _create_plan(cls, name="Plan", **values):
        return cls.env['service.subscription.plan'].create({'name': name, **values})

    @classmethod
    def _deferred(cls, **values):
        """Return a plan that defers revenue month by month."""
        cls.deferred_account = cls.company_data['default_account_deferred_revenue'] if (
            'default_account_deferred_revenue' in cls.company_data
        ) else cls.env['account.account'].create({
            'name': "Deferred Revenue", 'code': '249999', 'account_type': 'liability_current'})
        return cls._create_plan("Deferred", is_deferred=True, **{
            'deferred_account_id': cls.deferred_account.id, **values})

    @classmethod
    def _subscribe(cls, start='2026-01-01', plan=None, price=100.0, activate=True, lines=None,
                   **values):
        """Return an active subscription with a line, or with those given."""
        subscription = cls.env['service.subscription'].create({
            'title': "Monitoring",
            'partner_id': cls.customer.id,
            'plan_id': (plan or cls.monthly).id,
            'date_start': start,
            'line_ids': [
                Command.create({'product_id': cls.monitoring.id, 'base_price': price, **line})
                for line in (lines or [{}])],
            **values,
        })
        if activate:
            subscription._begin()
        return subscription

    @classmethod
    def _bill(cls, subscription, until, **options):
        until = fields.Date.to_date(until)
        return subscription._bill(until, until, **options)

    def _make_fees(self, subscription, date_from, date_to, **values):
        wizard = self.env['service.subscription.fee.create'].create({
            'subscription_ids': subscription.ids, 'date_from': date_from, 'date_to': date_to,
            **values})
        wizard.action_apply()
        return wizard

    def _spans(self, subscription):
        """Return the fees as people would write them down."""
        return [
            (str(fee.date_start), str(fee.date_end), fee.kind, fee.amount)
            for fee in subscription.fee_ids.sorted(lambda fee: (fee.date_start, fee.id))]

    def _sum_days(self, lines):
        """Return {day: how often it is billed} of lines, with those they were changed to."""
        days = {}
        for fee in lines.fee_ids:
            sign = {'reduction': -1, 'price_change': 0}.get(fee.kind, 1)
            if fee.state != 'credited':
                for number in range(abs(fee.day_count)):
                    day = fields.Date.add(fee.date_start, days=number)
                    days[day] = days.get(day, 0) + sign
        return {day: count for day, count in days.items() if count}

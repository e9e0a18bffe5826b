import random
from collections import defaultdict
from datetime import date

from dateutil.relativedelta import relativedelta

from odoo import fields
from odoo.tests import freeze_time

from .common_subscription import SubscriptionCommon

FIGURES = ['amount_new', 'amount_expanded', 'amount_contracted', 'amount_churned', 'amount_change',
           'amount_total']
SUMS = [f'{name}:sum' for name in FIGURES]


class TestServiceSubscriptionRevenue(SubscriptionCommon):
    """Recurring revenue is counted by what changes; here it is counted month by month, line by line."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.plans = [cls.monthly] + [
            cls._create_plan(f"{count} {unit}", interval_unit=unit, interval_count=count)
            for unit, count in (('year', 1), ('quarter', 2), ('week', 1))]
        cls.euro = cls.env.ref('base.EUR')
        cls.euro.active = True
        cls.env['res.currency.rate'].create({
            'name': '2020-01-01', 'currency_id': cls.euro.id, 'company_id': cls.company.id,
            'inverse_company_rate': 1.25})
        cls.pricelists = [cls.env['product.pricelist']] + [cls.env['product.pricelist'].create({
            'name': "Euro", 'currency_id': cls.euro.id})]
        cls.customers = [cls.customer, cls._create_customer("Another")]

    @classmethod
    def _create_customer(cls, name):
        return cls.env['res.partner'].create({'name': name, 'is_company': True})

    def _live(self, chance):
        """Return a subscription that begins, changes and ends somehow, between 2024 and 2026."""
        def day(first, last):
            return date(2024, 1, 1) + relativedelta(days=chance.randint(first, last))

        start = day(0, 700)
        subscription = self._subscribe(
            start, chance.choice(self.plans), activate=False,
            partner_id=chance.choice(self.customers).id,
            pricelist_id=chance.choice(self.pricelists).id,
            date_end=chance.choice([False, start + relativedelta(days=chance.randint(0, 500))]),
            lines=[{'base_price': chance.choice([0, 100, 33.33, 250])}
                   for _number in range(chance.randint(1, 3))])
        # What the engine may do to lines, written as it does: what matters is what stands there.
        for line in subscription.line_ids:
            first = chance.choice([False, day(0, 1000)])
            line.sudo().write({
                'date_start': first, 'is_replaced': chance.random() < 0.1,
                'date_end': chance.choice([False, (first or start) + relativedelta(
                    days=chance.randint(0, 300))])})
        state = chance.choice(['draft', 'active', 'active', 'closed', 'closed'])
        subscription.sudo().write({'state': state, 'date_closed': state == 'closed' and max(
            day(0, 1000), start - relativedelta(days=1))})
        return subscription

    def _count(self, subscriptions, today):
        """Return {(month, subscription): figures}, counted month by month."""
        found = {}
        last = today + relativedelta(day=1)
        months = [date(2023, 12, 1) + relativedelta(months=number) for number in range(28)]
        for subscription in subscriptions.filtered(lambda each: each.state != 'draft'):
            former, stood = 0, False
            worth = {self.euro: 1.25}.get(subscription.currency_id, 1)
            for month in months:
                if month > last:
                    break
                day = min(month + relativedelta(months=1, days=-1), today)
                lines = subscription.line_ids.filtered(lambda line: line._is_served(day))  # noqa: B023
                amount = worth * sum(
                    lines.mapped('amount_period_untaxed')) / subscription.plan_id._get_months()
                if lines or stood:
                    change = amount - former
                    found[month, subscription] = (
                        amount if not former else 0,
                        change if former and change > 0 else 0,
                        change if amount and change < 0 else 0,
                        -former if not amount else 0,
                        change, amount)
                former, stood = amount, bool(lines)
        return found

    def _assert_same(self, found, expected):
        self.assertEqual(found.keys(), expected.keys())
        for key, figures in found.items():
            for amount, right in zip(figures, expected[key], strict=True):
                self.assertAlmostEqual(amount or 0, right, 6, msg=str(key))

    def _sum(self, rows, key):
        """Return {group: figures}: of several months, the total is that of the last one."""
        groups, last = defaultdict(list), {}
        for (month, subscription), figures in rows.items():
            group = key(month, subscription)
            groups[group].append((month, figures))
            last[group] = max(last.get(group, month), month)
        return {
            group: (
                len(of_group),
                *(sum(figures[number] for _month, figures in of_group) for number in range(5)),
                sum(figures[5] for month, figures in of_group if month == last[group]))
            for group, of_group in groups.items()}

    def test_what_changes_comes_to_what_each_month_says(self):
        chance = random.Random(15)
        subscriptions = self.env['service.subscription'].concat(
            *(self._live(chance) for _number in range(40)))
        Revenue = self.env['service.subscription.revenue'].with_user(self.user_manager)
        for text in ('2026-02-28', '2025-07-10'):
            today = fields.Date.to_date(text)
            with self.subTest(today=text), freeze_time(text + ' 12:00:00'):
                self.env.invalidate_all()
                expected = self._count(subscriptions, today)
                rows = Revenue.search([('subscription_id', 'in', subscriptions.ids)])
                self.assertEqual(len(rows), len(expected))
                self._assert_same({
                    (row.month, row.subscription_id): [row[name] for name in FIGURES]
                    for row in rows}, expected)
                self._compare_groups(subscriptions, expected)

    def _compare_groups(self, subscriptions, expected):
        """Compare sums of whatever somebody asks for with the sums of rows."""
        Revenue = self.env['service.subscription.revenue'].with_user(self.user_manager)
        keys = {
            (): lambda month, subscription: (),
            ('month:month',): lambda month, subscription: (month,),
            ('month:quarter', 'plan_id'): lambda month, subscription: (
                month + relativedelta(month=(month.month - 1) // 3 * 3 + 1), subscription.plan_id),
            ('plan_id',): lambda month, subscription: (subscription.plan_id,),
            ('partner_id', 'month:month'): lambda month, subscription: (
                subscription.partner_id, month),
            ('subscription_id',): lambda month, subscription: (subscription,),
        }
        asked = [
            ([], lambda month, subscription: True),
            ([('month', '>=', '2025-03-01'), ('month', '<=', '2025-08-31')],
             lambda month, subscription: date(2025, 3, 1) <= month <= date(2025, 8, 1)),
            ([('month', '=', '2025-06-01'), ('plan_id', '!=', self.monthly.id)],
             lambda month, subscription: month == date(2025, 6, 1)
             and subscription.plan_id != self.monthly),
            (['|', ('month', '=', '2025-01-01'), ('month', '>', '2025-07-01')],
             lambda month, subscription: month == date(2025, 1, 1) or month > date(2025, 7, 1)),
            ([('partner_id.name', '=', "Another"), ('month', '<', '2025-05-01')],
             lambda month, subscription: subscription.partner_id == self.customers[1]
             and month < date(2025, 5, 1)),
            (['!', ('month', '<', '2025-05-01'), ('amount_total', '!=', 0)],
             lambda month, subscription: month >= date(2025, 5, 1)
             and expected[month, subscription][-1]),
            ([('subscription_id', '=', subscriptions[7].id)],
             lambda month, subscription: subscription == subscriptions[7]),
        ]
        of_test = [('subscription_id', 'in', subscriptions.ids)]
        for number, (domain, is_asked) in enumerate(asked):
            rows = {key: figures for key, figures in expected.items() if is_asked(*key)}
            # Subscriptions of the test alone, or whatever there is: put together or not.
            limits = [of_test] if self._get_others(subscriptions) else [of_test, []]
            for limit, (groupby, key) in ((limit, item) for limit in limits for item in keys.items()):
                with self.subTest(asked=number, groupby=groupby):
                    groups = Revenue._read_group(domain + limit, groupby, ['__count', *SUMS])
                    self._assert_same({
                        tuple(group[:len(groupby)]): group[len(groupby):]
                        for group in groups if group[len(groupby)]}, self._sum(rows, key))
                    for record in groups[:1]:
                        for value in record[:len(groupby)]:
                            self.assertFalse(hasattr(value, 'env') and any(
                                name.startswith('service_revenue') for name in value.env.context))
            self.assertEqual(Revenue.search_count(domain + of_test), len(rows))

    def _get_others(self, subscriptions):
        return self.env['service.subscription'].search_count([
            ('id', 'not in', subscriptions.ids), ('state', '!=', 'draft')], limit=1)

    def test_only_months_that_are_asked_for_are_counted(self):
        self._subscribe('2016-01-01')
        Revenue = self.env['service.subscription.revenue'].with_user(self.user_manager)

        with freeze_time('2026-03-15'):
            found = Revenue._ask_for([('month', '>=', 'today -12m =1d'), ('plan_id', '=', 1)])
            self.assertEqual(found._get_asked()['first'], 2025 * 12 + 3)
            row = Revenue.search([('month', '=', '2026-01-01')])
            self.assertEqual(Revenue._ask_for([('id', 'in', row.ids)])._get_asked(), {
                'first': 2026 * 12 + 1, 'last': 2026 * 12 + 1,
                'subscriptions': row.subscription_id.ids})

    def test_what_callers_say_is_asked_for_is_not_looked_at(self):
        subscription = self._subscribe('2026-01-01')
        Revenue = self.env['service.subscription.revenue'].with_user(self.user_manager)
        domain = [('subscription_id', '=', subscription.id)]
        with freeze_time('2026-03-15'):
            found = Revenue.search_read(domain, ['month', 'amount_total'])
            for nonsense in ({'columns': ['nothing']}, {'columns': []}, {'first': 'x', 'last': []},
                             {'subscriptions': [0]}, {'first': 99999}, ['columns'], "columns", 7):
                with self.subTest(nonsense):
                    asked = Revenue.with_context(service_revenue_asked=nonsense)
                    self.assertEqual(asked.search_read(domain, ['month', 'amount_total']), found)
                    self.assertEqual(
                        asked._read_group(domain, ['month:month'], ['amount_total:sum']),
                        Revenue._read_group(domain, ['month:month'], ['amount_total:sum']))

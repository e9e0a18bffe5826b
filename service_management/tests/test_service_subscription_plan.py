from odoo.exceptions import UserError, ValidationError

from .common_subscription import SubscriptionCommon

#: (plan, first day, last day, billed until, [(from, to, kind, amount)]) for 100.00 a period
PERIODS = [
    # Calendar months in advance; the first one by its days.
    ({}, '2026-01-01', False, '2026-03-01', [
        ('2026-01-01', '2026-01-31', 'regular', 100), ('2026-02-01', '2026-02-28', 'regular', 100),
        ('2026-03-01', '2026-03-31', 'regular', 100)]),
    ({}, '2026-01-01', False, '2026-02-28', [
        ('2026-01-01', '2026-01-31', 'regular', 100),
        ('2026-02-01', '2026-02-28', 'regular', 100)]),
    ({}, '2026-03-10', False, '2026-04-01', [
        ('2026-03-10', '2026-03-31', 'partial', 70.97),
        ('2026-04-01', '2026-04-30', 'regular', 100)]),
    ({'first_period': 'full'}, '2026-03-10', False, '2026-03-10', [
        ('2026-03-10', '2026-03-31', 'partial', 100)]),
    # Ends by its days, or in full.
    ({}, '2026-03-01', '2026-04-10', '2026-12-31', [
        ('2026-03-01', '2026-03-31', 'regular', 100),
        ('2026-04-01', '2026-04-10', 'partial', 33.33)]),
    ({'last_period': 'full'}, '2026-04-01', '2026-04-10', '2026-12-31', [
        ('2026-04-01', '2026-04-10', 'partial', 100)]),
    # A first and last period in one.
    ({}, '2026-03-10', '2026-03-19', '2026-12-31', [
        ('2026-03-10', '2026-03-19', 'partial', 32.26)]),
    # From the first day: short months leave no trace, leap days neither.
    ({'alignment': 'start'}, '2026-01-31', False, '2026-04-30', [
        ('2026-01-31', '2026-02-27', 'regular', 100), ('2026-02-28', '2026-03-30', 'regular', 100),
        ('2026-03-31', '2026-04-29', 'regular', 100),
        ('2026-04-30', '2026-05-30', 'regular', 100)]),
    ({'alignment': 'start', 'interval_unit': 'year'}, '2024-02-29', False, '2025-02-28', [
        ('2024-02-29', '2025-02-27', 'regular', 100),
        ('2025-02-28', '2026-02-27', 'regular', 100)]),
    # In arrears: on the day after the period.
    ({'timing': 'arrears'}, '2026-01-01', False, '2026-01-31', []),
    ({'timing': 'arrears'}, '2026-01-01', False, '2026-02-01', [
        ('2026-01-01', '2026-01-31', 'regular', 100)]),
    ({'timing': 'arrears'}, '2026-01-15', '2026-02-14', '2026-02-15', [
        ('2026-01-15', '2026-01-31', 'partial', 54.84),
        ('2026-02-01', '2026-02-14', 'partial', 50)]),
    # Quarters: each month a third, or every day the same.
    ({'interval_unit': 'quarter'}, '2026-02-01', False, '2026-02-01', [
        ('2026-02-01', '2026-03-31', 'partial', 66.67)]),
    ({'interval_unit': 'quarter', 'proration': 'period_days'}, '2026-02-01', False, '2026-02-01', [
        ('2026-02-01', '2026-03-31', 'partial', 65.56)]),
    # Leap February: 15 of 29 days.
    ({}, '2024-02-15', False, '2024-02-15', [('2024-02-15', '2024-02-29', 'partial', 51.72)]),
    # Half years of the calendar, fortnights, days.
    ({'interval_count': 6}, '2026-07-01', False, '2026-07-01', [
        ('2026-07-01', '2026-12-31', 'regular', 100)]),
    ({'interval_unit': 'week', 'interval_count': 2}, '2026-03-04', False, '2026-03-16', [
        ('2026-03-04', '2026-03-15', 'partial', 85.71),
        ('2026-03-16', '2026-03-29', 'regular', 100)]),
    ({'interval_unit': 'day', 'interval_count': 10, 'alignment': 'start'}, '2026-03-04',
     '2026-03-18', '2026-12-31', [
        ('2026-03-04', '2026-03-13', 'regular', 100), ('2026-03-14', '2026-03-18', 'partial', 50)]),
    # Nothing is due before the first day, nothing after the last.
    ({}, '2026-06-01', False, '2026-05-31', []),
]


class TestServiceSubscriptionPlan(SubscriptionCommon):
    """Periods and what they cost, as the plan says."""

    def test_periods_and_amounts_table(self):
        for number, (terms, start, end, until, expected) in enumerate(PERIODS):
            with self.subTest(number=number, start=start, **terms):
                plan = self._create_plan(f"Plan {number}", **terms)
                subscription = self._subscribe(start, plan, date_end=end)
                self._bill(subscription, until)
                self.assertEqual(self._spans(subscription), expected)

    def test_parts_of_a_period_add_up_to_its_price(self):
        """Ending in the middle and beginning again on the day after costs what one month costs."""
        for day in range(1, 31):
            first = self._subscribe('2026-03-01', date_end=f'2026-03-{day:02}')
            second = self._subscribe(
                f'2026-03-{day + 1:02}', date_end='2026-03-31')
            self._bill(first | second, '2026-03-31')
            self.assertAlmostEqual(sum((first | second).fee_ids.mapped('amount')), 100, 2)

    def test_an_end_is_set_in_days_without_fees_only(self):
        subscription = self._subscribe()
        self._bill(subscription, '2026-03-01')
        with self.assertRaisesRegex(UserError, "has fees for days after 03/30/2026"):
            subscription.date_end = '2026-03-30'
        subscription.date_end = '2026-04-15'
        self._bill(subscription, '2026-12-31')
        self.assertEqual(self._spans(subscription)[-1],
                         ('2026-04-01', '2026-04-15', 'partial', 50))

    def test_next_billing_day_is_the_first_unbilled_periods(self):
        subscription = self._subscribe()
        self.assertEqual(str(subscription.date_next_bill), '2026-01-01')
        self._bill(subscription, '2026-01-01')
        self.assertEqual(str(subscription.date_next_bill), '2026-02-01')
        arrears = self._subscribe(plan=self._create_plan(timing='arrears'))
        self.assertEqual(str(arrears.date_next_bill), '2026-02-01')

    def test_the_form_shows_the_next_periods(self):
        subscription = self._subscribe('2026-01-31', self._create_plan(alignment='start'))
        self.assertEqual(subscription.schedule_preview.count(' · '), 2)
        self.assertIn('02/28/2026', subscription.schedule_preview)

    def test_accrual_units_are_those_allowed(self):
        for unit, allowed in (
                ('year', 'year quarter month day'), ('quarter', 'quarter month day'),
                ('month', 'month day'), ('week', 'day'), ('day', 'day')):
            for accrual in ('year', 'quarter', 'month', 'day'):
                with self.subTest(unit=unit, accrual=accrual):
                    values = {'is_deferred': True, 'interval_unit': unit, 'accrual_unit': accrual}
                    if accrual in allowed.split():
                        self.assertTrue(self._create_plan(**values))
                    else:
                        with self.assertRaisesRegex(ValidationError, "can be earned each"):
                            self._create_plan(**values)

    def test_periods_of_a_used_plan_stay(self):
        self._bill(self._subscribe(), '2026-01-01')
        with self.assertRaisesRegex(UserError, "Make a new plan"):
            self.monthly.interval_unit = 'year'
        self.monthly.write({'interval_unit': 'month', 'grouping': 'customer'})

"""What is due, in force or over goes by the day where the company is, whoever looks from wherever."""
from contextlib import contextmanager
from datetime import date, datetime

from odoo.tests import Form, freeze_time

from .common_subscription import SubscriptionCommon
from .test_service_agreement import AgreementCommon

YESTERDAY, TODAY, TOMORROW = date(2026, 11, 25), date(2026, 11, 26), date(2026, 11, 27)
#: Where a company may be, and a moment of its 26 November at which it is another day elsewhere.
PLACES = (
    ('Pacific/Auckland', '2026-11-25 23:43:00'),
    ('America/New_York', '2026-11-27 02:00:00'),
)


def everywhere(test):
    """Run a test for a company in each place, looked at by users in each zone; nothing of it stays.

    The test gets the environment of the one who looks.
    """
    def run(self):
        for place, moment in PLACES:
            for zone in ('UTC', 'Pacific/Auckland', 'America/New_York'):
                with self.subTest(company=place, user=zone), freeze_time(moment), undone(self.env):
                    self.calendar.tz = place
                    test(self, self.env(context={**self.env.context, 'tz': zone}))
    run.__name__ = test.__name__
    return run


@contextmanager
def undone(env):
    """Let nothing stay of what the body does."""
    savepoint = env.cr.savepoint()
    try:
        yield
    finally:
        savepoint.close(rollback=True)
        env.invalidate_all()


class TestServiceDay(AgreementCommon):

    @everywhere
    def test_warranty_holds_until_the_end_of_its_last_day(self, env):
        Object = env['service.object']
        over, last = (Object.create({
            'name': str(day), 'partner_id': self.customer.id, 'warranty_labor_end': day,
            'warranty_parts_end': day}) for day in (YESTERDAY, TODAY))
        self.assertEqual((over | last).mapped('warranty_state'), ['none', 'full'])
        for state, found in (('full', last), ('none', over)):
            self.assertEqual(Object.search(
                [('id', 'in', (over | last).ids), ('warranty_state', '=', state)]), found)

    @everywhere
    def test_warranty_begins_with_its_first_day(self, env):
        first, later = (env['service.object'].create({
            'name': str(day), 'partner_id': self.customer.id, 'date_in_service': day,
            'warranty_labor_end': '2027-12-31', 'warranty_parts_end': '2027-12-31',
        }) for day in (TODAY, TOMORROW))
        self.assertEqual((first | later).mapped('warranty_state'), ['full', 'none'])
        self.assertEqual(env['service.object'].search(
            [('id', 'in', (first | later).ids), ('warranty_state', '=', 'full')]), first)

    @everywhere
    def test_agreement_is_put_into_force_on_its_last_day_at_latest(self, env):
        over, last = (
            self._create_agreement(active=False, date_end=day).with_env(env)
            for day in (YESTERDAY, TODAY))
        self.assertIn("ended on", over._get_activation_error())
        self.assertFalse(last._get_activation_error())
        last._begin()
        self.assertRecordValues(last, [{'date_activated': TODAY, 'date_next_run': TODAY}])

    @everywhere
    def test_agreement_begins_and_ends_today_unless_told_otherwise(self, env):
        self.assertEqual(Form(env['service.agreement']).date_start, TODAY)
        agreement = self._create_agreement(date_end=False).with_env(env)
        self.assertEqual(
            agreement._open_end_dialog('close', "Close")['context']['default_agreement_ids'],
            agreement.ids)
        agreement._close(self.end_reason)
        self.assertEqual(agreement.date_end, TODAY)

    @everywhere
    def test_agreement_expires_when_its_last_day_is_over(self, env):
        over, last = (
            self._create_agreement(date_end=day, renewal='manual').with_env(env)
            for day in (YESTERDAY, TODAY))
        agreements = over | last
        found = env['service.agreement'].search(agreements._get_renewal_domain())
        agreements._renew_batch((agreements & found).ids)
        self.assertEqual(agreements.mapped('state'), ['expired', 'active'])

    @everywhere
    def test_agreement_is_expiring_from_the_day_of_its_notice(self, env):
        early, due = (
            self._create_agreement(date_end=date(2026, 12, day), notice_days=10).with_env(env)
            for day in (7, 6))
        self.assertEqual((early | due).mapped('is_expiring'), [False, True])
        self.assertEqual(env['service.agreement'].search(
            [('id', 'in', (early | due).ids), ('is_expiring', '=', True)]), due)

    @everywhere
    def test_nightly_run_makes_what_is_due_within_the_horizon(self, env):
        self.group.horizon_days = 1
        agreement = self._create_agreement(
            {'start': '2026-11-20', 'every': (1, 'day')}, group_id=self.group.id,
        ).with_env(env)
        self.assertIn(agreement, agreement.search(agreement._get_run_domain()))
        agreement._run_together()
        self.assertEqual(
            sorted(agreement.occurrence_ids.mapped('date_due')), [TODAY, TOMORROW])
        self.assertEqual(agreement.date_next_run, TOMORROW)
        self.assertNotIn(agreement, agreement.search(agreement._get_run_domain()))
        occurrences = agreement.occurrence_ids
        self.assertEqual(occurrences.search(
            [('id', 'in', occurrences.ids), ('is_ahead', '=', True)]), occurrences)
        self.assertFalse(agreement.line_ids.filtered(
            lambda line: line.date_next and line.date_next <= TOMORROW))

    @everywhere
    def test_resumed_agreement_goes_on_today(self, env):
        agreement = self._create_agreement().with_env(env)
        agreement._suspend(self.end_reason)
        agreement.action_resume()
        self.assertRecordValues(
            agreement, [{'date_last_run': TODAY, 'date_next_run': TODAY}])

    @everywhere
    def test_allowance_is_that_of_the_period_of_today(self, env):
        agreement = self._create_agreement(
            allowance_kind='hours', allowance_quantity=4, allowance_period='month',
            date_start=TODAY.replace(month=1), date_end=False).with_env(env)
        self.assertEqual(agreement._get_allowance_span(agreement._get_today())[0], TODAY)
        self.assertEqual(agreement.allowance_balance, 4)

    @everywhere
    def test_work_is_posted_on_the_day_of_the_company(self, env):
        order = self._worked_order()
        order.with_env(env).action_post()
        dated = order.line_ids.filtered(lambda line: line.state == 'posted')
        self.assertEqual(set(dated.mapped('date_posted')), {TODAY})
        line = dated.filtered(lambda line: line.kind == 'item')
        self.assertEqual(line.date, TODAY)
        self.assertEqual(line.with_env(env)._prepare_reversal()['date'], TODAY)

    @everywhere
    def test_undated_work_is_reported_on_the_day_of_the_call(self, env):
        order = self._create_order(date_order=datetime.now())
        line = self._create_line(order, 'item', quantity_planned=1)
        self.assertFalse(line.date)
        self.env.flush_all()
        [row] = env['service.order.report'].search([('line_id', '=', line.id)])
        self.assertEqual(row.date, TODAY)
        self.assertEqual(order._get_order_day(), TODAY)

    def test_days_of_companies_that_differ_stand_side_by_side(self):
        """One search finds each record by the day of its own company."""
        place, moment = PLACES[0]
        self.calendar.tz = place
        other = self.setup_other_company(name="Elsewhere")['company']
        other.resource_calendar_id.tz = 'America/New_York'
        with freeze_time(moment):
            here, there = (self.env['service.object'].create({
                'name': company.name, 'company_id': company.id, 'partner_id': self.customer.id,
                'warranty_labor_end': YESTERDAY, 'warranty_parts_end': YESTERDAY,
            }) for company in (self.company, other))
            objects = self.env['service.object'].with_context(
                allowed_company_ids=(self.company | other).ids)
            for state, found in (('none', here), ('full', there)):
                self.assertEqual(objects.search(
                    [('id', 'in', (here | there).ids), ('warranty_state', '=', state)]), found)
            self.assertEqual((here | there).mapped('warranty_state'), ['none', 'full'])


    def test_lines_of_two_companies_are_posted_each_on_its_day(self):
        place, moment = PLACES[0]
        self.calendar.tz = place
        other = self.setup_other_company(name="Elsewhere")['company']
        other.resource_calendar_id.tz = 'America/New_York'
        with freeze_time(moment):
            lines = self.env['service.order.line'].union(*(
                self._create_line(self._create_order(company_id=company.id, team_id=False),
                                  'item', quantity_planned=1, quantity=1)
                for company in (self.company, other)))
            lines._post()
        self.assertEqual(lines.mapped('date_posted'), [TODAY, YESTERDAY])


class TestServiceSubscriptionDay(SubscriptionCommon):

    @everywhere
    def test_nightly_billing_takes_what_is_due(self, env):
        early, due = self._subscribe(TOMORROW), self._subscribe(TODAY)
        run = env['service.subscription.run'].sudo()._start_nightly().filtered(
            lambda run: run.company_id == self.company)
        self.assertRecordValues(
            run, [{'date_until': TODAY, 'invoice_date': TODAY, 'todo_ids': due.ids}])
        run._begin()
        self.assertEqual(due.fee_ids.move_id.invoice_date, TODAY)
        self.assertFalse(early.fee_ids)

    @everywhere
    def test_due_subscriptions_are_found(self, env):
        early, due = self._subscribe(TOMORROW), self._subscribe(TODAY)
        ids = (early | due).ids
        self.assertEqual(env['service.subscription'].search(
            [('id', 'in', ids), ('is_due', '=', True)]), due)
        self.assertEqual(env['service.subscription'].search(
            [('id', 'in', ids), ('is_due', '=', False)]), early)
        self.assertEqual(Form(env['service.subscription.bill']).date_until, TODAY)

    @everywhere
    def test_subscription_counts_what_is_served_today(self, env):
        subscription = self._subscribe('2026-01-01', lines=[
            {'date_end': YESTERDAY}, {'date_start': TODAY, 'base_price': 70}]).with_env(env)
        self.assertEqual(subscription.amount_period, 70)
        self.assertEqual(subscription._get_current_lines(), subscription.line_ids[1])

    @everywhere
    def test_line_added_later_begins_today(self, env):
        subscription = self._subscribe('2026-01-01').with_env(env)
        line = subscription.line_ids.create({
            'subscription_id': subscription.id, 'product_id': self.monitoring.id})
        self.assertEqual(line.date_start, TODAY)

    @everywhere
    def test_closing_bills_and_credits_by_today(self, env):
        subscription = self._subscribe('2026-11-01').with_env(env)
        wizard = env['service.subscription.close'].create({
            'subscription_ids': subscription.ids, 'reason_id': self.close_reason.id})
        self.assertEqual(wizard.date_end, TODAY)
        run = env['service.subscription.run'].browse(wizard.action_apply()['res_id'])
        self.assertRecordValues(run, [{'date_until': TODAY, 'invoice_date': TODAY}])

    @everywhere
    def test_subscription_is_ending_sixty_days_ahead(self, env):
        later, soon = (
            self._subscribe('2026-01-01', date_end=day).with_env(env)
            for day in ('2027-01-26', '2027-01-25'))
        self.assertEqual((later | soon).mapped('is_ending'), [False, True])
        self.assertEqual(env['service.subscription'].search(
            [('id', 'in', (later | soon).ids), ('is_ending', '=', True)]), soon)

    @everywhere
    def test_revenue_is_recognised_on_its_day(self, env):
        plan = self._deferred(interval_unit='year', accrual_unit='month')
        invoice = self._bill(self._subscribe('2026-01-01', plan, price=1000), '2026-01-01')
        with freeze_time('2026-01-01 12:00:00'):
            invoice.action_post()
        rows = self.env['service.subscription.accrual'].sudo().search(
            [('fee_id.move_id', '=', invoice.id), ('kind', '=', 'release')], order='date')
        rows[0].date, rows[1].date = TODAY, TOMORROW
        due = env['service.subscription.accrual'].sudo().search(
            [('id', 'in', rows[:2].ids), ('is_due', '=', True)])
        self.assertEqual(due, rows[0])

    @everywhere
    def test_prices_are_valid_from_their_day(self, env):
        Price = env['service.subscription.price']
        valid, later = (
            Price.create({'price': 1, 'valid_from': day}) for day in (TODAY, TOMORROW))
        self.assertEqual(
            Price.search([('id', 'in', (valid | later).ids), ('is_valid', '=', True)]), valid)
        for model in ('service.subscription.price', 'service.subscription.indexation'):
            name = 'valid_from' if model.endswith('price') else 'date'
            self.assertEqual(env[model].default_get([name]), {name: TODAY})

    @everywhere
    def test_recurring_revenue_counts_what_is_in_force_today(self, env):
        early, due = self._subscribe(TOMORROW), self._subscribe(TODAY)
        self.env.flush_all()
        found = env['service.subscription.revenue'].search(
            [('subscription_id', 'in', (early | due).ids)])
        self.assertRecordValues(found, [{
            'subscription_id': due.id, 'month': date(2026, 11, 1), 'amount_total': 100}])

    @everywhere
    def test_what_is_sold_begins_on_the_day_of_delivery(self, env):
        sale = env['sale.order'].create({'partner_id': self.customer.id})
        self.assertEqual(sale._get_service_start(), TODAY)
        sale.commitment_date = datetime.now()
        self.assertEqual(sale._get_service_start(), TODAY)

    @everywhere
    def test_dialogs_begin_with_today(self, env):
        for model, name in (
            ('service.subscription', 'date_start'),
            ('service.subscription.bill', 'invoice_date'),
            ('service.subscription.change', 'date'),
            ('service.subscription.fee.create', 'date_to'),
            ('service.subscription.ledger.show', 'date'),
            ('service.agreement.generate', 'date_from'),
            ('service.agreement.end', 'date_end'),
            ('service.utilization', 'date_to'),
        ):
            self.assertEqual(env[model].default_get([name]), {name: TODAY}, model)

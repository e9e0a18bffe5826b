import json

from odoo import fields
from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import freeze_time
from odoo.tools.json import json_default

from .common_actions import ActionCommon
from .common_subscription import SubscriptionCommon

WORK = {
    "Visits today", "Under way", "To plan", "Late", "SLA at risk", "SLA missed",
    "Active", "To be accepted", "Expiring soon", "Orders not created", "Renewals failed",
    "Requests", "Quotes to decide", "Expired quotes", "Rating, last 30 days",
    "To activate", "To bill today", "Billing failed", "Ending soon"}
MONEY = {
    "To post", "To bill", "Margin this month", "Planned this month", "Margin last month",
    "Recurring revenue"}


@freeze_time('2026-03-03 09:00:00')
class TestServiceOverview(ActionCommon, SubscriptionCommon):
    """The page that dispatchers and managers open in the morning, as they see it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        accounting = cls.env.ref('account.group_account_invoice')
        cls.user_bookkeeper = cls._create_user('dispatcher', login='service_bookkeeper')
        cls.user_controller = cls._create_user('manager', login='service_controller')
        for user in (cls.user_bookkeeper, cls.user_controller):
            user.group_ids |= accounting
        cls.sla = cls.env['service.sla'].create({'name': "Gold", 'target_ids': [
            Command.create({'kind': 'completion', 'limit_hours': 40})]})

    def _get_sections(self, user=None, companies=None):
        user = user or self.user_manager
        dashboard = self.env['service.dashboard'].with_user(user).with_context(
            allowed_company_ids=(companies or user.company_id).ids)
        # What the browser gets.
        return json.loads(json.dumps(dashboard.get_data(), default=json_default))['sections']

    def _get_tiles(self, user=None, companies=None):
        return {tile['label']: tile for section in self._get_sections(user, companies)
                for tile in section['tiles']}

    def _get_values(self, *labels):
        tiles = self._get_tiles()
        return [tiles[label]['value'] if label in tiles else 0 for label in labels]

    def _work(self, day):
        """Return an order that is signed off: a pump of some day."""
        order = self._create_order()
        self._plan(order)
        self._create_line(order, 'item', quantity_planned=1, date=day)
        self._sign(order)
        return order

    def _make_orders(self):
        """Make orders for each tile that counts some."""
        self._plan(self._create_order(), '2026-03-03 10:00:00')
        self._plan(
            self._create_order(), employee=self._create_technician("New"),
        )._start_timer('work', fields.Datetime.now())
        self._plan(self._create_order(), '2026-03-02 08:00:00')
        self._create_order(sla_id=self.sla.id)
        self._create_order(sla_id=self.sla.id).sudo().sla_status_ids.warning_level = 1
        self._create_order(sla_id=self.sla.id).sudo().sla_status_ids.state = 'missed'
        self._create_order(stage_id=self.stage_request.id)
        self._create_quote().action_mark_quote_sent()
        expired = self._create_quote()
        expired.action_mark_quote_sent()
        expired.validity_date = '2026-03-02'
        self._create_line(self._create_order(), 'item')
        self._work('2026-02-02')._post_lines()
        self._work('2026-03-02')._post_lines()
        order = self._work('2026-03-02')
        order.rating_apply(4, token=order._rating_get_access_token())

    def _make_agreements(self):
        active, offered, *failed = self.env['service.agreement'].sudo().create([{
            'title': "Care", 'partner_id': self.customer.id, 'date_start': '2026-01-01',
            'date_end': '2026-03-31', 'notice_days': 60, **values,
        } for values in ({}, {}, {'generation_error': "?"}, {'renewal_error': "?"})])
        active._activate()
        offered.action_mark_quote_sent()
        self.assertEqual(len(failed), 2)

    def _make_subscriptions(self):
        self._subscribe(activate=False)
        self._subscribe('2026-03-01')
        self._subscribe('2026-03-01', date_end='2026-03-31').sudo().billing_error = "?"

    def _make_all(self):
        self._make_orders()
        self._make_agreements()
        self._make_subscriptions()
        self.env.flush_all()

    #=== WHO SEES WHAT ===#

    def test_every_tile_opens_what_it_counts_for_those_who_see_it(self):
        self._make_all()
        for user, labels in (
                (self.user_dispatcher, WORK), (self.user_bookkeeper, WORK),
                (self.user_manager, WORK | MONEY), (self.user_controller, WORK | MONEY)):
            tiles = self._get_tiles(user)
            self.assertEqual(set(tiles), labels, user.login)
            env = self.env(user=user)
            for label, tile in tiles.items():
                with self.subTest(user=user.login, tile=label):
                    self.assertOpens(tile['action'], env)
                    found = env[tile['action']['res_model']].search(tile['action']['domain'])
                    self.assertTrue(found)
                    if isinstance(tile['value'], int):
                        self.assertEqual(len(found), tile['value'])

    def test_who_sees_no_money_gets_no_section_for_it(self):
        keys = ['today', 'agreements', 'customers', 'subscriptions']
        self.assertEqual(
            [section['key'] for section in self._get_sections(self.user_dispatcher)], keys)
        self.assertEqual(
            {section['key'] for section in self._get_sections()}, {*keys, 'money'})

    def test_overview_is_for_the_office(self):
        menu = self.env.ref('service_management.service_dashboard_menu')
        for user, may in (
                (self.user_technician, False), (self.user_accountant, False),
                (self.user_customer_service, True),
                (self.user_dispatcher, True), (self.user_manager, True)):
            with self.subTest(user=user.login):
                self.assertEqual(
                    menu.id in self.env['ir.ui.menu'].with_user(user)._visible_menu_ids(), may)
                if not may:
                    with self.assertRaisesRegex(AccessError, "dispatchers and service managers"):
                        self._get_tiles(user)

    #=== WHAT IT SAYS ===#

    def test_what_does_not_wait_is_not_shown(self):
        company = self.setup_other_company()['company']
        user = self._create_user('manager', 'lonely')
        user.write({'company_ids': [Command.set(company.ids)], 'company_id': company.id})
        self._make_all()
        data = self.env['service.dashboard'].with_user(user).with_company(company).get_data()
        self.assertFalse(data['technicians'])
        self.assertEqual(len(data['sections']), 5)
        for section in data['sections']:
            self.assertEqual(section['tiles'], [], section['key'])

    def test_orders_are_said_to_be_worth_something(self):
        before = self._get_values("To post", "Visits today", "Quotes to decide")
        self._plan(self._create_order(), '2026-03-03 10:00:00')
        self._create_quote().action_mark_quote_sent()
        self._work('2026-03-02')
        self.assertEqual(before, [0, 0, 0])
        self.assertEqual(self._get_values("To post", "Visits today", "Quotes to decide"), [1, 1, 1])
        tiles = self._get_tiles()
        self.assertIn("120", tiles["To post"]['hint'])
        self.assertIn("160", tiles["Quotes to decide"]['hint'])

    def _get_margins(self):
        tiles = self._get_tiles()
        return [(tile['value'], tile['hint']) if tile else None for tile in (
            tiles.get(label) for label in ("Margin this month", "Planned this month"))]

    def test_margin_says_apart_what_is_earned_and_what_is_planned(self):
        self._create_line(self._create_quote(), 'item')
        self.assertEqual(self._get_margins(), [None, None])
        order = self._create_order()
        self._plan(order)
        pump, other = (self._create_line(order, 'item', quantity_planned=1) for _index in range(2))
        one, two = ("$\xa050.00", "42 % of $\xa0120.00"), ("$\xa0100.00", "42 % of $\xa0240.00")
        self.assertEqual(self._get_margins(), [None, two])
        other.action_cancel()
        self.assertEqual(self._get_margins(), [None, one])
        self._sign(order)
        self.assertEqual(self._get_margins(), [one, None])
        self._create_line(self._create_order(), 'item')
        self.assertEqual(self._get_margins(), [one, one])
        order._post_lines(pump)
        self.assertEqual(self._get_margins(), [one, one])

    def test_work_for_nothing_costs_without_revenue(self):
        self.object.warranty_parts_end = '2026-12-31'
        order = self._create_order(object_ids=self.object.ids)
        self._plan(order)
        self._create_line(order, 'item')
        self._sign(order)
        self.assertEqual(self._get_margins(), [("$\xa0-\ufeff70.00", "without revenue"), None])

    def test_margins_are_those_of_the_analysis(self):
        self._make_orders()
        Report = self.env['service.order.report'].with_user(self.user_manager)
        tiles = self._get_tiles()
        for label in ("Margin this month", "Planned this month", "Margin last month"):
            [(margin,)] = Report._read_group(tiles[label]['action']['domain'], [], ['margin:sum'])
            self.assertEqual(tiles[label]['value'], self.company.currency_id.format(margin), label)

    def test_subscriptions_to_bill_are_those_that_the_dialog_bills(self):
        self._make_subscriptions()
        billed = self._subscribe('2026-03-01')
        self._bill(billed, '2026-03-03')
        waiting = self._subscribe('2026-01-01', date_end='2026-02-28')
        waiting._create_due_fees(fields.Date.to_date('2026-03-03'))
        tile = self._get_tiles()["To bill today"]
        found = self.env['service.subscription'].search(tile['action']['domain'])
        wizard = self.env['service.subscription.bill'].with_user(self.user_manager).create({})
        self.assertEqual(found, wizard._get_subscriptions())
        self.assertIn(waiting, found)
        self.assertNotIn(billed, found)

    def test_recurring_revenue_is_net_in_the_money_of_the_company_looked_from(self):
        self.monitoring.taxes_id = self.env['account.tax'].create({
            'name': "Included", 'amount': 21, 'type_tax_use': 'sale',
            'price_include_override': 'tax_included', 'company_id': self.company.id})
        euro = self.env.ref('base.EUR')
        euro.active = True
        self.env['res.currency.rate'].create({
            'name': '2026-01-01', 'currency_id': euro.id, 'company_id': self.company.id,
            'inverse_company_rate': 1.25})
        pricelist = self.env['product.pricelist'].create({'name': "EUR", 'currency_id': euro.id})
        yearly = self._create_plan("Yearly", interval_unit='year')
        self._subscribe('2026-01-01', price=121)
        self._subscribe('2026-02-01', yearly, price=1452, pricelist_id=pricelist.id)
        self._subscribe('2026-01-01', price=121, date_end='2026-02-10')
        self._subscribe('2026-04-01', price=121)
        tile = self._get_tiles()["Recurring revenue"]
        self.assertEqual(tile['value'], self.company.currency_id.format(100 + 125))
        self.assertIn("Subscriptions: 2", tile['hint'])

    def test_figures_are_those_of_the_active_companies_in_the_money_of_one(self):
        self._make_all()
        other = self.setup_other_company(currency_id=self.env.ref('base.EUR').id)['company']
        self.env['res.currency.rate'].create({
            'name': '2026-01-01', 'currency_id': other.currency_id.id,
            'company_id': self.company.id, 'inverse_company_rate': 2})
        self.user_manager.company_ids |= other
        before = self._get_tiles()
        pricelist = self.env['product.pricelist'].create({
            'name': "Theirs", 'currency_id': other.currency_id.id, 'company_id': other.id})
        theirs = self.env['service.subscription'].with_company(other).create({
            'title': "Theirs", 'partner_id': self.customer.id, 'company_id': other.id,
            'pricelist_id': pricelist.id, 'plan_id': self.monthly.id, 'date_start': '2026-03-01',
            'line_ids': [Command.create({
                'product_id': self.monitoring.id, 'base_price': 50, 'tax_ids': []})]})
        theirs._begin()
        order = self.env['service.order'].with_company(other).create({
            'title': "Theirs", 'partner_id': self.customer.id, 'company_id': other.id,
            'pricelist_id': pricelist.id})
        self.env['service.order.line'].with_company(other).create({
            'order_id': order.id, 'kind': 'fee', 'name': "Fee", 'price_unit': 50,
            'date': '2026-03-02'})
        self.env.flush_all()
        self.assertEqual(self._get_tiles(), before)
        both = self._get_tiles(companies=self.company | other)
        money = self.company.currency_id
        self.assertEqual(both["Recurring revenue"]['value'], money.format(200 + 100))
        self.assertEqual(both["To bill today"]['value'], before["To bill today"]['value'] + 1)
        self.assertNotEqual(
            both["Planned this month"]['value'], before["Planned this month"]['value'])
        alone = self._get_tiles(companies=other)
        self.assertEqual(set(alone), {
            "To plan", "Planned this month", "To bill today", "Recurring revenue"})
        self.assertEqual(alone["Planned this month"]['value'], other.currency_id.format(50))
        self.assertEqual(alone["Recurring revenue"]['value'], other.currency_id.format(50))

    def test_overview_takes_the_same_queries_however_much_there_is(self):
        counts = []
        for number in (1, 3):
            for _index in range(number):
                self._make_all()
            self._get_tiles()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self._get_tiles()
            counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(counts[0], counts[1])

    def test_teams_open_what_they_count(self):
        self._make_orders()
        for user in (self.user_dispatcher, self.user_manager):
            team = self.team.with_user(user)
            for action, count in (
                    (team.action_view_orders(), team.order_count),
                    (team.action_view_unassigned(), team.unassigned_count)):
                self.assertOpens(action, team.env, team)
                self.assertTrue(count)
                # Open is the filter of the list.
                domain = [*action['domain'], ('state', 'in', ('draft', 'open', 'planned'))]
                self.assertEqual(team.env[action['res_model']].search_count(domain), count)

    def test_overview_shows_how_full_the_day_is(self):
        self._plan(self._create_order(), '2026-03-03 08:00:00', hours=4.5)
        data = self.env['service.dashboard'].with_user(self.user_dispatcher).get_data()
        day = {person['name']: person for person in data['technicians']}
        self.assertEqual(
            (day['Anna']['hours'], day['Anna']['available'], day['Anna']['percent']), (4.5, 9, 50))
        self.assertEqual(day['Boris']['hours'], 0)

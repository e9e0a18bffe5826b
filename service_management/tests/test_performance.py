from datetime import date, datetime, timedelta
from unittest.mock import patch

from odoo.fields import Command
from odoo.tests import freeze_time

from .common import SIGNATURE, ServiceCommon
from .common_subscription import SubscriptionCommon


class TestServiceQueries(ServiceCommon):
    """Query budgets: what a batch takes may grow with its size, but ever slower per record."""

    def _count(self, function):
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        result = function()
        self.env.flush_all()
        return self.env.cr.sql_log_count - before, result

    def _vals(self, count):
        return [{
            'title': f"Call {index}", 'partner_id': self.customer.id, 'team_id': self.team.id,
            'line_ids': [
                Command.create({'kind': 'hour', 'employee_id': self.technician.id, 'quantity': 1}),
                Command.create({'kind': 'hour', 'is_travel': True, 'quantity': 0.5}),
                Command.create({'kind': 'item', 'product_id': self.part.id}),
                Command.create({'kind': 'fee', 'name': "Call-out", 'price_unit': 30}),
            ],
        } for index in range(count)]

    def _create(self, count):
        return self.env['service.order'].create(self._vals(count))

    def _assert_falls(self, few, many, factor, budget):
        """Compare queries per record of a small and a large batch.

        :param few: queries of 10 records
        :param many: queries of 100 records
        """
        self.assertLess(many / 100, few / 10 * factor, f"{few} for 10, {many} for 100")
        self.assertLessEqual(many / 100, budget, f"{many} for 100")

    def test_creating_orders_falls_per_record(self):
        self._create(2)
        few, _orders = self._count(lambda: self._create(10))
        many, orders = self._count(lambda: self._create(100))
        self.assertEqual(len(orders.line_ids), 400)
        self._assert_falls(few, many, factor=0.8, budget=8)

    def test_pricing_rules_fall_per_record(self):
        product = self._create_service_product("Fee", 0)
        self.env['service.price.rule'].create([
            {'name': kind, 'kind': kind, 'amount': amount, 'percent': 50,
             'product_id': product.id, 'company_id': self.company.id}
            for kind, amount in (
                ('call_out', 45), ('minimum', 5000), ('travel', 60), ('overtime', 0),
                ('warranty', 0), ('fixed', 999))])
        self._create(2)
        few, _orders = self._count(lambda: self._create(10))
        many, orders = self._count(lambda: self._create(100))
        self.assertEqual(set(orders.mapped('amount_untaxed')), {999})
        self._assert_falls(few, many, factor=0.9, budget=25)

    def test_planning_falls_per_record(self):
        def plan(orders):
            for index, visit in enumerate(orders.visit_ids):
                visit.write({'employee_id': self.technician.id,
                             'date_start': datetime(2026, 3, 3) + timedelta(hours=index)})
        plan(self._create(2))
        first, second = self._create(10), self._create(100)
        few, _ = self._count(lambda: plan(first))
        many, _ = self._count(lambda: plan(second))
        self._assert_falls(few, many, factor=1.05, budget=18.5)

    def test_posting_falls_per_record(self):
        account = self.env['account.analytic.account'].create({
            'name': "All", 'plan_id': self.env['account.analytic.plan'].create(
                {'name': "P"}).id})
        batches = [self._create(size) for size in (2, 10, 100)]
        counts = []
        for orders in batches:
            orders.analytic_distribution = {str(account.id): 100}
            orders.stage_id.can_sign_off = True
            orders.sudo().write({'stage_id': self.stage_signed_off.id, 'signature': SIGNATURE})
            counts.append(self._count(lambda orders=orders: orders._post_lines())[0])
        self._assert_falls(*counts[1:], factor=0.9, budget=12)

    def test_billing_falls_per_record(self):
        batches = [self._create(size) for size in (2, 10, 100)]
        counts = []
        for orders in batches:
            orders.stage_id.can_sign_off = True
            orders.sudo().write({'stage_id': self.stage_signed_off.id, 'signature': SIGNATURE})
            orders._post_lines()
            counts.append(self._count(lambda orders=orders: orders._create_invoices())[0])
        self._assert_falls(*counts[1:], factor=0.5, budget=4)

    def _open(self, model, specification, domain, groupby=None):
        """Read what the client reads when it opens a view with up to 80 records."""
        Model = self.env[model].with_user(self.user_dispatcher)
        if groupby:
            return Model.with_context(read_group_expand=True).web_read_group(
                domain, [groupby], ['__count'], auto_unfold=True,
                unfold_read_specification=specification, unfold_read_default_limit=80)
        return Model.web_search_read(domain, specification, limit=80)

    def _get_specification(self, model, view_type, xml_id):
        Model = self.env[model].with_user(self.user_dispatcher)
        view = self.env.ref(f'service_management.{xml_id}')
        names = Model.get_view(view.id, view_type)['models'][model]
        return {
            name: {'fields': {'display_name': {}}} if 'relation' in info else {}
            for name, info in Model.fields_get(names, ['relation']).items()}

    def _agree(self, count):
        """Return agreements, each with an order of its own."""
        agreements = self.env['service.agreement'].create([{
            'title': f"Agreement {index}", 'partner_id': self.customer.id,
            'team_id': self.team.id, 'date_start': '2026-01-01', 'date_end': '2099-12-31',
            'line_ids': [Command.create({'kind': 'hour', 'date_start': '2026-03-10'})],
        } for index in range(count)])
        agreements._activate()
        agreements._generate(date(2026, 3, 1), date(2026, 3, 31))
        return agreements

    def test_lists_and_boards_take_a_constant_number_of_queries(self):
        self.team.sla_id = self.env['service.sla'].create({
            'name': "Gold", 'target_ids': [Command.create({'limit_hours': 4})]})
        small, large = self._create(8), self._create(80)
        for orders in (small, large):
            for index, visit in enumerate(orders.visit_ids):
                visit.write({
                    'employee_id': (self.technician | self.colleague)[index % 2].id,
                    'date_start': datetime(2026, 3, 3, 6) + timedelta(minutes=index)})
        views = [
            ('service.order', 'list', 'service_order_view_list', None),
            ('service.order', 'kanban', 'service_order_view_kanban', 'stage_id'),
            ('service.visit', 'kanban', 'service_visit_view_kanban_dispatch', 'employee_id'),
            ('service.visit', 'kanban', 'service_visit_view_kanban_mine', None),
            ('service.visit', 'list', 'service_visit_view_list', None),
            ('service.visit', 'calendar', 'service_visit_view_calendar', None),
            ('service.order.sla', 'list', 'service_order_sla_view_list', None),
            ('service.agreement', 'list', 'service_agreement_view_list', None),
            ('service.agreement', 'kanban', 'service_agreement_view_kanban', 'state'),
            ('service.agreement.occurrence', 'list', 'service_agreement_occurrence_view_list', None),
        ]
        agreements = {small: self._agree(8), large: self._agree(80)}
        paths = {
            'service.visit': 'visit_ids', 'service.order.sla': 'sla_status_ids',
            'service.agreement.occurrence': 'occurrence_ids'}
        for model, view_type, xml_id, groupby in views:
            specification = self._get_specification(model, view_type, xml_id)
            counts = []
            for orders in (small, small, large):  # the first one warms the caches
                records = agreements[orders] if 'agreement' in model else orders
                if path := paths.get(model):
                    records = records[path]
                domain = [('id', 'in', records.ids)]
                self.env.flush_all()
                self.env.invalidate_all()
                before = self.env.cr.sql_log_count
                self._open(model, specification, domain, groupby)
                counts.append(self.env.cr.sql_log_count - before)
            with self.subTest(view=xml_id):
                self.assertLessEqual(counts[2], counts[1] + 2, counts)
                self.assertLessEqual(counts[2], 40, counts)


class TestServiceSubscriptionQueries(SubscriptionCommon):
    """The same for subscriptions: billing, earning, and the lists of them."""

    _count = TestServiceQueries._count
    _assert_falls = TestServiceQueries._assert_falls

    def _subscribe_many(self, count, plan=None):
        subscriptions = self.env['service.subscription'].create([{
            'title': f"Subscription {index}", 'partner_id': self.customer.id,
            'plan_id': (plan or self.monthly).id, 'date_start': '2026-01-01',
            'line_ids': [Command.create({'product_id': self.monitoring.id})] * 3,
        } for index in range(count)])
        subscriptions.action_activate()
        return subscriptions

    def test_invoices_without_service_ask_for_no_fees(self):
        """What fees come to follows their own lines: no other invoice looks for fees."""
        Fee = self.env.registry['service.subscription.fee']
        with patch.object(Fee, '_search', autospec=True, side_effect=Fee._search) as search:
            self.env['account.move'].create({
                'move_type': 'out_invoice', 'partner_id': self.customer.id,
                'invoice_line_ids': [Command.create({'product_id': self.monitoring.id})] * 2})
            self.env.flush_all()
        search.assert_not_called()

    def test_billing_subscriptions_falls_per_record(self):
        self._bill(self._subscribe_many(2), '2026-01-01')
        few, many = self._subscribe_many(10), self._subscribe_many(100)
        few_queries, _moves = self._count(lambda: self._bill(few, '2026-01-01'))
        many_queries, moves = self._count(lambda: self._bill(many, '2026-01-01'))
        self.assertEqual(len(moves.invoice_line_ids), 300)
        self._assert_falls(few_queries, many_queries, factor=0.5, budget=2)

    def test_recognising_revenue_takes_a_constant_number_of_queries_a_day(self):
        plan = self._deferred(interval_unit='quarter')
        counts = []
        for size in (5, 50):
            subscriptions = self._subscribe_many(size, plan)
            with freeze_time('2026-01-02'):
                self._bill(subscriptions, '2026-01-01').action_post()
            rows = self.env['service.subscription.accrual'].sudo().search([
                ('subscription_id', 'in', subscriptions.ids), ('kind', '=', 'deferral')])
            counts.append(self._count(lambda rows=rows: rows._post())[0])
        self.assertLess(counts[1], counts[0] * 1.5, counts)

    def test_lists_take_a_constant_number_of_queries(self):
        self._bill(self._subscribe_many(100), '2026-02-01')
        for model, view in (
                ('service.subscription', 'service_subscription_view_list'),
                ('service.subscription.fee', 'service_subscription_fee_view_list')):
            Model = self.env[model]
            arch = Model.get_view(self.env.ref(f'service_management.{view}').id, 'list')
            names = [name for name in arch['models'][model] if name in Model._fields]
            specification = {
                name: {'fields': {'display_name': {}}} if Model._fields[name].relational else {}
                for name in names}
            counts = [
                self._count(lambda records=Model, size=size, wanted=specification:
                            records.web_search_read([], wanted, limit=size))[0]
                for size in (100, 10, 100)]
            self.assertLessEqual(counts[2], counts[1] + 2, (model, counts))

from datetime import datetime
from unittest.mock import patch

from lxml import etree

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form, HttpCase, freeze_time, users

from odoo.addons.service_management.tests.common_subscription import SubscriptionCommon


class TestHooks(SubscriptionCommon):
    """What others add works everywhere, without a copy of a line of ours."""

    #=== A KIND OF LINE ===#

    def _create_rental(self, order, **values):
        return self._create_line(
            order, 'rental', name="Scaffold", product_id=self.part.id, **values)

    def test_kind_is_known_wherever_lines_come_from(self):
        for model in ('service.agreement.line', 'service.line.set.line', 'service.order.report'):
            kinds = dict(self.env[model]._fields['kind']._description_selection(self.env))
            self.assertEqual(kinds.get('rental'), "Rental", model)

    @users('service_dispatcher')
    def test_kind_is_copied_when_it_is_wanted(self):
        source, target = self._create_order(), self._create_order()
        self._create_rental(source)
        dialog = self.env['service.order.copy.lines'].create({
            'order_id': target.id, 'source_order_id': source.id, 'is_rental': False})
        dialog.action_apply()
        self.assertFalse(target.line_ids)
        dialog.is_rental = True
        dialog.action_apply()
        self.assertEqual(target.line_ids.kind, 'rental')

    @users('service_manager')
    def test_kind_is_posted_in_bulk_and_billed(self):
        order = self._create_order()
        self._create_rental(order, quantity_planned=2)
        self._plan(order)
        self._sign(order)
        self.env['service.order.process'].create({
            'operation': 'post', 'order_ids': [Command.set(order.ids)]}).action_apply()
        self.assertEqual((order.state, order.line_ids.state), ('posted', 'posted'))
        invoice = order.with_user(self.env.user)._create_invoices()
        bills = invoice.invoice_line_ids.filtered('service_order_line_id')
        self.assertRecordValues(bills, [
            {'product_id': self.part.id, 'quantity': 2, 'price_subtotal': 240}])

    @users('service_dispatcher')
    def test_kind_is_generated_from_agreements(self):
        agreement = self.env['service.agreement'].sudo().create({
            'title': "Scaffolds", 'partner_id': self.customer.id, 'date_start': '2026-03-02',
            'line_ids': [Command.create({
                'kind': 'rental', 'name': "Scaffold", 'product_id': self.part.id})]})
        agreement._activate()
        self.env['service.agreement.generate'].create({
            'agreement_ids': [Command.set(agreement.ids)], 'date_from': '2026-03-02',
            'date_to': '2026-03-02'}).action_apply()
        self.assertRecordValues(agreement.order_ids.line_ids, [
            {'kind': 'rental', 'product_id': self.part.id}])

    def test_kind_comes_with_a_line_set(self):
        line_set = self.env['service.line.set'].create({
            'name': "Roof", 'line_ids': [Command.create({
                'kind': 'rental', 'name': "Scaffold", 'product_id': self.part.id})]})
        order = self._create_order()
        line_set._insert(order)
        self.assertEqual(order.line_ids.kind, 'rental')

    def test_posting_writes_and_does_more(self):
        order = self._worked_order()
        order.with_user(self.user_manager).action_post()
        self.assertEqual(
            set(order.line_ids.mapped('follow_up')), {f"Booked {order.name}"})
        with self.assertRaisesRegex(AccessError, "changes by its actions only"):
            order.line_ids.with_user(self.user_manager).follow_up = "Somebody's"

    #=== STAGES, LIVES ===#

    @users('service_dispatcher')
    def test_stage_forbids_planning_with_its_own_sentence(self):
        order = self._create_order()
        order.stage_id.can_plan = False
        mine = order.visit_ids.with_user(self.env.user)
        sentence = f"{order.name} is not planned in stage “{order.stage_id.name}”"
        with self.assertRaisesRegex(UserError, sentence):
            mine.employee_id = self.technician
        with self.assertRaisesRegex(UserError, sentence):
            mine.create({'order_id': order.id})
        order.stage_id.can_plan = True
        mine.employee_id = self.technician
        self.assertEqual(order.visit_ids.employee_id, self.technician)

    def test_moves_have_one_more_condition_and_consequence(self):
        order = self._create_order(is_delayed=True)
        self._plan(order)
        with self.assertRaisesRegex(UserError, f"Say sorry for {order.name} first"):
            self._sign(order)
        self.assertEqual(order.state, 'open')
        order._move_to('cancelled', self.cancel_reason)
        self.assertFalse(order.is_delayed)

    def test_state_of_ones_own_moves_by_the_table_of_all_classes(self):
        visit = self._plan(self._create_order())
        with self.assertLogs('odoo.addons.service_management', 'WARNING'):
            self.assertFalse(visit._refuse())
        visit.action_dispatch()
        self.assertEqual(visit._refuse(), visit)
        self.assertFalse(visit._refuse())
        self.assertEqual(visit._set_state('planned').state, 'planned')
        subscription = self._subscribe()
        self.assertEqual(subscription._set_state('paused').state, 'paused')
        self.assertEqual(subscription._set_state('active').state, 'active')

    #=== PLANNING ===#

    def test_rule_of_slots_is_told_where_visits_are_planned(self):
        visit = self._plan(self._create_order(), '2026-03-03 11:30:00', hours=2)
        self.assertIn("Anna has lunch at 12:00.", visit.planning_warning)
        self.assertIn("Anna has lunch at 12:00.", visit.get_planning_warnings({}))

    def test_zone_knows_a_range_of_codes(self):
        zone = self.env['service.zone'].create({
            'name': "Coast", 'zip_from': 'LV-3400', 'zip_to': 'LV-3499'})
        self.assertEqual(self._create_order(site_id=self.site.id).zone_id, zone)

    #=== PRICES ===#

    def test_rule_of_a_weekday_prices_the_work_of_that_day(self):
        self.env['service.price.rule'].create({
            'name': "Saturday", 'kind': 'overtime', 'percent': 50, 'weekday': 5})
        order = self._create_order()
        prices = []
        for day in (6, 7, 8):  # Friday evening, Saturday, Sunday
            line = self._create_line(
                order, employee_id=self.technician.id, date_start=datetime(2026, 3, day, 18),
                date_end=datetime(2026, 3, day, 19))
            prices.append(line.price_unit)
        self.assertEqual(prices, [80, 120, 80])

    def test_somebody_else_pays_a_line(self):
        order = self._create_order(is_goodwill=True)
        line = self._create_line(order, quantity_planned=1)
        self.assertRecordValues(line, [
            {'billing': 'not_chargeable', 'goodwill': "For a good customer"}])
        order.is_goodwill = False
        self.assertRecordValues(line, [{'billing': 'chargeable', 'goodwill': False}])

    def test_agreement_pays_before_somebody_else_does(self):
        agreement = self.env['service.agreement'].create({
            'title': "Care", 'partner_id': self.customer.id, 'coverage_labor': 100,
            'date_start': '2026-01-01'})
        agreement._activate()
        line = self._create_line(
            self._create_order(agreement_id=agreement.id, is_goodwill=True), quantity_planned=1)
        self.assertRecordValues(line, [{'billing': 'agreement', 'goodwill': False}])

    #=== PROMISES ===#

    @freeze_time('2026-03-02 09:00:00')
    def test_promise_of_a_quote_is_kept_by_sending_it(self):
        sla = self.env['service.sla'].create({'name': "Offers", 'target_ids': [
            Command.create({'kind': 'quote', 'limit_hours': 8}),
            Command.create({'kind': 'completion', 'limit_hours': 80})]})
        order = self._create_quote(sla_id=sla.id, channel='portal')
        promises = order.sla_status_ids.sorted('limit_hours')
        self.assertRecordValues(promises, [
            {'kind': 'quote', 'state': 'running'}, {'kind': 'completion', 'state': 'running'}])
        order.action_mark_quote_sent()
        # It is the customer's turn: in the stage of sent quotes the other clock stands still.
        self.assertEqual(promises.mapped('state'), ['reached', 'paused'])

    def test_promise_ends_with_the_sign_off(self):
        sla = self.env['service.sla'].create({'name': "Offers", 'target_ids': [
            Command.create({'kind': 'quote', 'limit_hours': 8000})]})
        order = self._create_order(sla_id=sla.id)
        self._plan(order)
        self._sign(order)
        self.assertEqual(order.sla_status_ids.state, 'reached')

    #=== CUSTOMERS ===#

    def test_quote_by_mail_is_valid_for_a_week(self):
        order = self._create_quote(channel='email')
        with freeze_time('2026-03-02 09:00:00'):
            order.action_mark_quote_sent()
        self.assertEqual(order.validity_date, fields.Date.to_date('2026-03-09'))

    def test_customers_are_told_of_an_event(self):
        self.customer.email = "hotel@example.com"
        order = self._create_order()
        order._tell_of_delay()
        self.assertRecordValues(order.message_ids[0], [{
            'subject': "We are late: Boiler does not start",
            'partner_ids': self.customer.ids}])
        order.team_id.mail_delayed_id = False
        with self.subTest("a team tells nothing"):
            told = order.message_ids
            order._tell_of_delay()
            self.assertEqual(order.message_ids, told)

    def test_billed_rows_name_the_serial_number(self):
        order = self._create_order(object_ids=[Command.set(self.object.ids)])
        line = self._create_line(order)
        self.assertTrue(line._prepare_invoice_line()['name'].endswith("S/N B-1"))
        subscription = self._subscribe(lines=[{'object_id': self.object.id}])
        invoice = self._bill(subscription, '2026-01-01')
        self.assertIn("S/N B-1", invoice.invoice_line_ids.name)

    def test_field_that_fees_depend_on_stays(self):
        subscription = self._subscribe()
        subscription.channel = 'shop'
        self._bill(subscription, '2026-01-01')
        with self.assertRaisesRegex(UserError, "has fees already"):
            subscription.channel = 'broker'

    #=== FIGURES AND REPORTS ===#

    def test_figure_is_added_up_with_the_others(self):
        order = self._create_order(object_ids=[Command.set(self.object.ids)])
        self._create_line(order, 'item', quantity_planned=1, object_id=False)
        for record in (self.customer, self.site, self.object):
            self.assertEqual(record.service_open_amount, 120, record)
        self.assertFalse(self.other_customer.service_open_amount)

    def test_tile_joins_its_section(self):
        self._create_order().is_delayed = True
        today = self.env['service.dashboard'].get_data()['sections'][0]
        self.assertEqual((today['key'], today['tiles'][-1]['label'], today['tiles'][-1]['value']),
                         ('today', "Delayed", 1))

    def test_analysis_has_one_more_column(self):
        order = self._create_order()
        self._create_line(order, sequence=7)
        row = self.env['service.order.report'].search([('order_id', '=', order.id)])
        self.assertEqual(row.sequence, 7)
        groups = row._read_group([('order_id', '=', order.id)], ['sequence'], ['__count'])
        self.assertEqual(groups, [(7, 1)])

    @freeze_time('2026-03-02 09:00:00')
    def test_revenue_and_forecast_have_one_more_column(self):
        subscription = self._subscribe(client_order_ref="PO 7")
        rows = self.env['service.subscription.revenue'].search(
            [('subscription_id', '=', subscription.id)])
        self.assertEqual(set(rows.mapped('client_order_ref')), {"PO 7"})
        forecast = self.env['service.subscription.forecast'].create({'months': 2})
        found = self.env['service.subscription.forecast.line'].search(
            forecast.action_apply()['domain'])
        self.assertEqual(set(found.mapped('client_order_ref')), {"PO 7"})

    @users('service_manager')
    def test_utilization_has_one_more_column(self):
        order = self._create_order()
        self._create_line(
            order, employee_id=self.technician.id, date='2026-03-03', quantity_planned=2, quantity=3)
        action = self.env['service.utilization'].create({
            'date_from': '2026-03-03', 'date_to': '2026-03-03'}).action_apply()
        lines = self.env['service.utilization.line'].search(action['domain'])
        self.assertRecordValues(lines.sorted(lambda line: line.employee_id.name), [
            {'employee_id': self.technician.id, 'hours_worked': 3, 'hours_over': 1},
            {'employee_id': self.colleague.id, 'hours_worked': 0, 'hours_over': 0}])

    @freeze_time('2026-03-02 10:00:00')
    def test_statement_of_service_levels_has_one_more_column(self):
        sla = self.env['service.sla'].create({'name': "Fast", 'target_ids': [
            Command.create({'kind': 'response', 'limit_hours': 4})]})
        first, _second = (
            self._create_order(sla_id=sla.id, date_order=f'2026-03-02 0{hour}:00:00')
            for hour in (8, 9))
        first.action_contacted()
        statement = self.env['service.sla.statement'].create({
            'partner_id': self.customer.id, 'date_from': '2026-03-01', 'date_to': '2026-03-31'})
        [row] = statement._summarize(statement._get_statuses())
        self.assertEqual((row['count'], row['worst']), (2, 50))
        html, _kind = self.env['ir.actions.report']._render_qweb_html(
            'service_management.action_report_service_sla_statement', statement.ids)
        text = ' '.join(etree.fromstring(html, etree.HTMLParser()).itertext()).split()
        self.assertIn("Worst Use", ' '.join(text))
        self.assertIn("50 %", ' '.join(text))

    #=== ORDERS OF AGREEMENTS ===#

    def test_work_of_one_line_is_ordered_at_each_site_once(self):
        harbour = self.site.copy({'name': "Harbour"})
        agreement = self.env['service.agreement'].create({
            'title': "Inspection", 'partner_id': self.customer.id, 'date_start': '2026-03-02',
            'site_ids': [Command.set((self.site | harbour).ids)],
            'line_ids': [Command.create({'kind': 'hour', 'is_everywhere': True})]})
        agreement._activate()
        day = fields.Date.to_date('2026-03-02')
        self.assertEqual(agreement._generate(day, day).site_id, self.site | harbour)
        self.assertFalse(agreement._generate(day, day))

    def test_fields_that_say_what_is_due_let_the_run_look_again(self):
        agreement = self.env['service.agreement'].create({
            'title': "Inspection", 'partner_id': self.customer.id,
            'line_ids': [Command.create({'kind': 'hour'})]})
        agreement._activate()
        agreement._set_next_run(agreement._get_today())
        self.assertGreater(agreement.date_next_run, agreement._get_today())
        agreement.line_ids.is_everywhere = True
        self.assertEqual(agreement.date_next_run, agreement._get_today())

    #=== JOBS ===#

    def test_job_does_one_more_step(self):
        group = self.env['service.agreement.group'].create({'name': "Gold", 'horizon_days': 10})
        agreement = self.env['service.agreement'].create({
            'title': "Weekly", 'partner_id': self.customer.id, 'group_id': group.id,
            'line_ids': [Command.create({
                'kind': 'fee', 'name': "Fee", 'interval_count': 1, 'interval_unit': 'week'})]})
        agreement._activate()
        order = self._create_order()
        order.sudo().is_receipt_due = True
        with self.enter_registry_test_mode():
            self.env.ref('service_management.ir_cron_generate_orders').method_direct_trigger()
            with patch.object(self.env.registry['service.order'], '_send_team_mail'):
                self.env.ref('service_management.ir_cron_send_receipts').method_direct_trigger()
        self.assertIn("Orders so far: 2", agreement.message_ids.mapped('preview'))
        self.assertEqual(order.receipt_count, 1)

    #=== FORMS ===#

    def test_forms_of_extended_models_open(self):
        for model in ('service.order', 'service.agreement', 'service.subscription', 'service.object'):
            Form(self.env[model])


class TestPortalHooks(HttpCase, SubscriptionCommon):
    """What the browser of a customer gets of what others add."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._create_portal_user('guest', cls.customer)

    def _get(self, url):
        self.authenticate('guest', 'guest')
        response = self.url_open(url)
        self.assertEqual(response.status_code, 200, url)
        return response

    def test_portal_offers_one_more_document(self):
        order = self._create_order()
        page = etree.fromstring(
            self._get(f'/my/service_orders/{order.id}').text, etree.HTMLParser())
        [link] = page.xpath("//a[contains(@href, 'report=label')]/@href")
        self.assertEqual(self._get(link).headers['Content-Type'], 'application/pdf')
        html = self._get(link.replace('report_type=pdf', 'report_type=html')).text
        self.assertIn(f"Label of {order.name}", html)

    def test_prices_are_hidden_where_it_is_said(self):
        agreements = self.env['service.agreement'].create([{
            'title': "Care", 'partner_id': self.customer.id, 'client_order_ref': reference,
            'line_ids': [Command.create({
                'kind': 'hour', 'is_fixed_price': True, 'price_unit': 543.21})],
        } for reference in ("PO 7", "NO PRICES")])
        agreements._activate()
        subscriptions = self._subscribe(price=543.21) | self._subscribe(
            price=543.21, channel='broker')
        for model, (open_one, quiet_one) in (
                ('agreements', agreements), ('subscriptions', subscriptions)):
            with self.subTest(model):
                self.assertIn("543.21", self._get(f'/my/service_{model}/{open_one.id}').text)
                self.assertNotIn("543.21", self._get(f'/my/service_{model}/{quiet_one.id}').text)

from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.fields import Command
from odoo.tests import HttpCase, new_test_user, tagged

from odoo.addons.web.tests.test_js import HOOTCommon, unit_test_error_checker

from .common import GROUP, SIGNATURE, ServiceCommon

#: Size and touch screen of a phone. Set on the instance: the browser writes the size there.
PHONE = {'browser_size': '375x667', 'touch_enabled': True}


@tagged('service_browser')
class TestServiceTours(ServiceCommon, HttpCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Whoever works at any hour can be planned at any hour the test runs at.
        (cls.technician | cls.colleague).resource_calendar_id = False
        # It is noon where they are, so that "today" lasts as long as a tour: Etc/GMT+5 is UTC-5.
        noon_zone = f'Etc/GMT{fields.Datetime.now().hour - 12:+d}'
        (cls.user_technician | cls.user_colleague | cls.user_dispatcher | cls.user_manager
         ).tz = noon_zone
        (cls.technician | cls.colleague).tz = noon_zone
        cls.user_accountant = new_test_user(
            cls.env, login='service_accountant', groups='account.group_account_invoice',
            company_id=cls.company.id)

    def _open_view(self, action):
        return f'/odoo/action-service_management.{action}'

    def test_a_company_comes_from_nothing_to_a_correct_invoice(self):
        """Led by the first steps, with none of the features: with a tax, and with what it cost."""
        self._switch_features(False)
        company = self.setup_other_company(name="Begins")['company']
        new_test_user(
            self.env, login='service_founder_of_it', company_id=company.id,
            company_ids=[Command.set(company.ids)], tz=self.user_manager.tz,
            groups=f'{GROUP}manager,base.group_system,hr.group_hr_manager,account.group_account_manager')
        employee = self.env['hr.employee'].create({'name': "Anna", 'company_id': company.id})
        self.start_tour(
            '/odoo/service-overview', 'service_first_steps_tour', login='service_founder_of_it')
        self.assertEqual(employee.service_team_id.company_id, company)
        order = self.env['service.order'].search([('company_id', '=', company.id)])
        invoice = order.invoice_ids
        self.assertRecordValues(order, [{
            'title': "Oven stays cold", 'state': 'posted', 'signed_by': "Ms Berg",
            'team_id': employee.service_team_id.id}])
        self.assertEqual(invoice.state, 'posted')
        price = self.env.ref('service_management.product_service_hour').list_price
        self.assertRecordValues(order, [{'amount_cost': 60, 'amount_untaxed': 2 * price}])
        self.assertGreater(invoice.amount_tax, 0)
        self.assertEqual(invoice.amount_untaxed, 2 * price)
        self.start_tour(
            '/odoo/service-overview', 'service_first_steps_done_tour', login='service_founder_of_it')

    def test_new_on_the_board_of_orders_is_an_open_order_with_a_visit_to_plan(self):
        self.start_tour(
            self._open_view('service_order_action'), 'service_new_order_tour',
            login='service_dispatcher')
        order = self.env['service.order'].search([('title', '=', "Phoned in")])
        self.assertEqual(order.state, 'open')
        self.assertTrue(order.visit_ids.is_unassigned)

    def test_order_goes_from_the_call_to_the_posted_invoice(self):
        self.start_tour(
            self._open_view('service_order_action'), 'service_dispatcher_tour',
            login='service_dispatcher')
        order = self.env['service.order'].search([('title', '=', "Radiator stays cold")])
        visit = order.visit_ids
        self.assertRecordValues(visit, [{
            'employee_id': self.technician.id, 'state': 'dispatched'}])

        with patch.multiple(self, **PHONE):
            self.start_tour(
                self._open_view('service_visit_action_mine'), 'service_technician_tour',
                login='service_technician')
        self.assertRecordValues(order, [{'state': 'signed_off', 'signed_by': "Ms Berg"}])
        self.assertEqual(visit.state, 'done')
        self.assertEqual(
            sorted(order.line_ids.mapped(lambda line: (line.kind, line.is_travel))),
            [('hour', False), ('hour', True), ('item', False)])

        # A tour takes seconds; the bill is about an hour of work and a quarter of travel.
        work = order.line_ids.filtered(lambda line: line.kind == 'hour' and not line.is_travel)
        travel = order.line_ids.filtered('is_travel')
        self.env['service.order.line'].flush_model()
        for line, hours in ((work, 1), (travel, 0.25)):
            self.env.cr.execute(
                "UPDATE service_order_line SET date_end = %s, quantity = %s WHERE id = %s",
                [line.date_start + timedelta(hours=hours), hours, line.id])
        self.env.invalidate_all()

        self.start_tour(
            self._open_view('service_order_action_to_post'), 'service_manager_tour',
            login='service_manager')
        invoice = order.invoice_ids
        self.assertRecordValues(invoice, [{
            'state': 'draft', 'partner_id': self.customer.id,
            'amount_untaxed': 212.5, 'amount_tax': 44.63, 'amount_total': 257.13}])

        invoice.invoice_date = fields.Date.today()
        self.start_tour(
            f'/odoo/action-account.action_move_out_invoice_type/{invoice.id}',
            'service_accountant_tour', login='service_accountant')
        self.assertEqual(invoice.state, 'posted')
        self.assertEqual(order.invoice_status, 'invoiced')

    def test_wrong_taps_are_taken_back_on_the_phone(self):
        before = self._create_order(object_ids=self.object.ids)
        self._create_line(before, 'item')
        order = self._create_order(
            title="Wrong tap", object_ids=self.object.ids, note_internal="<p>Gate code 4711</p>")
        visit = self._plan(order, fields.Datetime.now())
        visit.action_dispatch()
        with patch.multiple(self, **PHONE):
            self.start_tour(
                self._open_view('service_visit_action_mine'), 'service_take_back_tour',
                login='service_technician')
        self.assertRecordValues(visit, [{'state': 'dispatched', 'timer_start': False}])
        self.assertRecordValues(order.line_ids, [{
            'product_id': self.part.id, 'quantity': 1, 'quantity_planned': 0}])

    def test_fault_is_coded_in_three_taps_by_what_helped_before(self):
        area = self.env['service.symptom.area'].create({'name': "Heating"})
        cold = self.env['service.symptom'].create({'name': "No heating", 'area_id': area.id})
        worn = self.env['service.diagnosis'].create({
            'name': "Electrode worn",
            'area_id': self.env['service.diagnosis.area'].create({'name': "Burner"}).id})
        past = self._create_order(object_ids=self.object.ids)
        repair = self.env['service.repair'].create({
            'order_id': past.id, 'symptom_id': cold.id, 'diagnosis_id': worn.id,
            'resolution_id': self.env.ref('service_management.service_resolution_replaced').id,
            'status_id': self.env.ref('service_management.service_repair_status_finished').id})
        self._create_line(past, 'item', quantity=1, repair_id=repair.id)
        order = self._create_order(title="Stays cold", object_ids=self.object.ids)
        self._plan(order, fields.Datetime.now()).action_dispatch()
        with patch.multiple(self, **PHONE):
            self.start_tour(
                self._open_view('service_visit_action_mine'), 'service_repair_tour',
                login='service_technician')
        self.assertRecordValues(order.repair_ids, [{
            'symptom_id': cold.id, 'diagnosis_id': worn.id, 'resolution_id': repair.resolution_id.id,
            'is_finished': True, 'employee_id': self.technician.id}])
        self.assertRecordValues(order.line_ids, [{
            'product_id': self.part.id, 'repair_id': order.repair_ids.id}])
        self.assertEqual(order.repair_status_id.category, 'finished')

    def test_technician_is_led_to_the_fault_on_the_phone(self):
        order = self._create_order(title="Stays cold", object_ids=self.object.ids)
        self._plan(order, fields.Datetime.now()).action_dispatch()
        guide = self._make_guide()
        with patch.multiple(self, **PHONE):
            self.start_tour(
                self._open_view('service_visit_action_mine'), 'service_guide_tour',
                login='service_technician')
        run = order.guide_run_ids
        self.assertRecordValues(run, [{
            'guide_id': guide.id, 'object_id': self.object.id, 'state': 'ended', 'is_taken_over': True,
            'user_id': self.user_technician.id}])
        self.assertEqual(run.step_id.name, "Replace the electrode")
        self.assertEqual(order.repair_ids.resolution_id.name, "Part replaced")

    def _make_guide(self):
        """Return a guide in force: an instruction, a reading, a question."""
        guide = self.env['service.guide'].create({'name': "Burner does not start"})

        def add(name, kind, leads=(), **values):
            return self.env['service.guide.step'].create({
                'version_id': guide.version_ids.id, 'name': name, 'kind': kind,
                'answer_ids': [
                    Command.create({'value': value, 'next_step_id': step.id})
                    for value, step in leads],
                **values})
        water = add("Fill up the water", 'result')
        electrode = add(
            "Replace the electrode", 'result',
            resolution_id=self.env.ref('service_management.service_resolution_replaced').id)
        spark = add("Does it spark?", 'yes_no', [('yes', water), ('no', electrode)], sequence=3)
        pressure = add(
            "What is the pressure?", 'number', [('below', water), ('within', spark)], sequence=2,
            unit="bar", limits='low', limit_low=1)
        add("Switch the mains on", 'instruction', [('next', pressure)], sequence=1)
        guide.version_ids.action_put_in_force()
        return guide

    def test_manager_rolls_a_structure_back(self):
        pump = self.env['service.object.component'].create({
            'object_id': self.object.id, 'name': "Right pump", 'date_from': '2025-01-01'})
        pump._exchange({'name': "Wrong pump"}, fields.Date.from_string('2026-01-05'))
        self.start_tour(
            f'/odoo/service-objects/{self.object.id}', 'service_roll_back_tour',
            login='service_manager')
        self.assertEqual(self.object.component_ids.mapped('name'), ["Right pump"])

    def test_doubtful_and_refused_drops_say_why(self):
        now = fields.Datetime.now()
        busy, second, under_way = (
            self._create_order(title=title)
            for title in ("First call", "Second call", "Under way call"))
        self._plan(busy, now)
        self._plan(second, now, employee=self.colleague)
        self._plan(under_way, now + timedelta(hours=2), employee=self.colleague).action_start()
        self.start_tour(
            self._open_view('service_visit_action_dispatch'), 'service_dispatcher_doubt_tour',
            login='service_dispatcher')
        self.assertEqual(second.visit_ids.employee_id, self.technician)
        self.assertEqual(under_way.visit_ids.employee_id, self.colleague)

    def test_dropped_card_asks_for_its_reason(self):
        order = self._create_order(title="Waits for a part")
        self.start_tour(
            self._open_view('service_order_action'), 'service_stage_reason_tour',
            login='service_dispatcher')
        self.assertRecordValues(order, [{
            'stage_id': self.stage_hold.id, 'stage_note': "Ordered today"}])
        self.assertTrue(order.stage_reason_id)

    def test_customer_asks_accepts_declines_signs_and_rates(self):
        guest = self._create_portal_user('guest', self.customer)
        self.team.user_id = self.user_dispatcher
        self.start_tour('/my', 'service_customer_request_tour', login='guest')
        request = self.env['service.order'].search([('title', 'like', "No hot water")])
        self.assertRecordValues(request, [{
            'state': 'draft', 'channel': 'portal', 'object_ids': self.object.ids,
            'contact_id': guest.partner_id.id}])

        quote = self._create_quote(title="New circulation pump")
        quote.action_mark_quote_sent()
        self.start_tour('/my', 'service_customer_accept_tour', login='guest')
        self.assertRecordValues(quote, [{'state': 'open', 'accepted_by': "Maria Berg"}])
        self.assertTrue(quote.accept_signature)

        declined = self._create_quote(title="New boiler")
        declined.action_mark_quote_sent()
        self.start_tour(
            declined.get_portal_url(), 'service_customer_decline_tour', login=None)
        self.assertRecordValues(declined, [{
            'state': 'cancelled', 'stage_note': "Half of it would do."}])

        visit = self._plan(quote, fields.Datetime.now())
        visit.action_start()
        visit.action_done()
        self.start_tour(quote.get_portal_url(), 'service_customer_sign_tour', login='guest')
        self.assertRecordValues(quote, [{
            'state': 'signed_off', 'signed_by': "Maria Berg", 'rating_last_value': 5,
            'rating_last_feedback': "Quick and friendly."}])

    def test_customer_reads_on_a_phone_and_moves_a_visit(self):
        self._create_portal_user('guest', self.customer)
        quote = self._create_quote(title="New circulation pump", object_ids=self.object.ids)
        quote.action_mark_quote_sent()
        with patch.multiple(self, **PHONE):
            self.start_tour('/my/service_orders', 'service_customer_phone_tour', login='guest')
        quote._accept_quote("Maria Berg", SIGNATURE)

        self.company.service_customer_moves = 'self'
        start = fields.Datetime.now() + timedelta(days=8)
        visit = self._plan(quote, start.replace(microsecond=0))
        visit.action_dispatch()
        self.start_tour(quote.get_portal_url(), 'service_customer_visit_tour', login='guest')
        self.assertNotEqual(visit.date_start, start.replace(microsecond=0))

    def test_salesperson_sells_service(self):
        salesperson = new_test_user(
            self.env, 'salesperson', groups='sales_team.group_sale_salesman',
            company_id=self.company.id)
        product = self._create_service_product(
            "Annual Service", 250, service_tracking='service_order')
        self.env.user.group_ids |= self.env.ref('sales_team.group_sale_manager')
        sale_order = self.env['sale.order'].create({
            'partner_id': self.customer.id, 'user_id': salesperson.id,
            'order_line': [Command.create({'product_id': product.id})]})
        self.start_tour(
            f'/odoo/action-sale.action_quotations/{sale_order.id}', 'service_salesperson_tour',
            login='salesperson')
        self.assertEqual(sale_order.service_order_ids.state, 'open')

    def test_manager_quotes_a_request_and_looks_at_the_figures(self):
        self.customer.email = 'hotel@example.com'
        self.env['service.line.set'].create({
            'name': "Boiler Service", 'line_ids': [
                Command.create({'kind': 'hour', 'quantity': 2}),
                Command.create({'kind': 'item', 'product_id': self.part.id})]})
        request = self._create_order(
            title="Heating is too loud", stage_id=self.stage_request.id, date_order=fields.Datetime.now())
        self._worked_order(date_order=fields.Datetime.now()).action_post()
        overview = '/odoo/action-service_management.service_dashboard_action'
        self.start_tour(overview, 'service_manager_quote_tour', login='service_manager')
        self.assertTrue(request.can_accept)
        self.assertEqual(request.amount_untaxed, 199)
        self.start_tour(overview, 'service_manager_figures_tour', login='service_manager')

    def test_agreement_goes_from_the_template_to_the_visits(self):
        guest = self._create_portal_user('guest', self.customer)
        self.customer.email = 'hotel@example.com'
        self.env['service.agreement'].create({
            'title': "Boilers, yearly", 'is_template': True, 'company_id': self.company.id,
            'preferred_employee_id': self.technician.id, 'line_ids': [Command.create({
                'kind': 'hour', 'name': "Inspection", 'interval_count': 1,
                'interval_unit': 'week'})]})
        agreements = self._open_view('service_agreement_action')
        self.start_tour(agreements, 'service_manager_agreement_tour', login='service_manager')
        agreement = self.env['service.agreement'].search([('title', '=', "Boilers of the hotel")])
        self.assertTrue(agreement.can_accept)

        self.start_tour('/my', 'service_customer_agreement_tour', login='guest')
        self.assertRecordValues(agreement, [{'state': 'active', 'accepted_by': "Maria Berg"}])
        self.assertIn(guest.partner_id, agreement.message_ids.author_id)

        agreement.preferred_employee_id = self.technician
        self.start_tour(agreements, 'service_manager_generate_tour', login='service_manager')
        self.assertEqual(len(agreement.order_ids), 5)
        self.assertEqual(agreement.order_ids.visit_ids.employee_id, self.technician)

        first = agreement.order_ids.visit_ids.sorted('date_start')[0]
        first.date_start = fields.Datetime.now()  # tours look at today's board
        self.start_tour(
            self._open_view('service_visit_action_dispatch'), 'service_dispatcher_agreement_tour',
            login='service_dispatcher')

    def test_service_level_goes_orange_and_red_as_time_moves(self):
        sla = self.env['service.sla'].create({'name': "Gold", 'target_ids': [Command.create({
            'kind': 'completion', 'limit_hours': 4, 'warning_percent': 50})]})
        order = self._create_order(
            title="Boiler is cold", date_order=fields.Datetime.now(), sla_id=sla.id)
        orders = self._open_view('service_order_action')
        for hours, colour in ((0, 'on_track'), (2, 'at_risk'), (2, 'missed')):
            # Time cannot be moved for the browser, but the clock can be moved back.
            status = order.sla_status_ids.sudo()
            earlier = status.date_start - timedelta(hours=hours)
            status.interval_ids.date_start = earlier
            status.write({'date_start': earlier, 'running_since': earlier})
            status._schedule()
            with self.enter_registry_test_mode():
                self.env.ref('service_management.ir_cron_watch_slas').method_direct_trigger()
            self.env.invalidate_all()
            self.assertEqual(order.sla_state, colour)
            self.start_tour(orders, f'service_sla_{colour}_tour', login='service_dispatcher')
        self.assertFalse(order.sla_status_ids.running_since)

    def _prepare_subscriptions(self):
        """Return a product that sells a subscription by a plan that defers revenue."""
        account = self.env['account.account'].create({
            'name': "Deferred Revenue", 'code': '249999', 'account_type': 'liability_current'})
        plan = self.env['service.subscription.plan'].create({
            'name': "Prepaid Quarter", 'interval_unit': 'quarter', 'alignment': 'start',
            'is_deferred': True, 'accrual_unit': 'month', 'deferred_account_id': account.id})
        product = self._create_service_product(
            "Monitoring", 100, service_tracking='service_subscription', service_plan_id=plan.id)
        return plan, product

    def _accrue(self):
        with self.enter_registry_test_mode():
            self.env.ref('service_management.ir_cron_accrue').method_direct_trigger()
        self.env.invalidate_all()

    def test_subscription_goes_from_the_draft_to_the_credit_note(self):
        self._prepare_subscriptions()
        self.start_tour(
            self._open_view('service_subscription_action'), 'service_manager_subscription_tour',
            login='service_manager')
        subscription = self.env['service.subscription'].search([('title', '=', "Lift monitoring")])
        invoice = subscription.fee_ids.move_id
        self.assertRecordValues(invoice, [{'state': 'draft', 'amount_untaxed': 100}])

        # A quarter that began last month is earned for a third by now.
        fee = subscription.fee_ids.sudo()
        start = fields.Date.add(fields.Date.today().replace(day=1), months=-1)
        end = fields.Date.add(start, months=3, days=-1)
        fee.write({'date_start': start, 'date_end': end, 'basis_start': start, 'basis_end': end})
        move = f'/odoo/action-account.action_move_out_invoice_type/{invoice.id}'
        self.start_tour(move, 'service_accountant_subscription_tour', login='service_accountant')
        self.assertEqual(fee.state, 'posted')
        self._accrue()
        self.start_tour(
            '/odoo/service-accruals', 'service_accountant_accrual_tour',
            login='service_accountant')
        self.assertEqual(set(fee.accrual_ids.mapped('state')) - {'planned'}, {'posted'})

        self.start_tour(move, 'service_accountant_credit_tour', login='service_accountant')
        self.assertEqual(fee.state, 'credited')
        self._accrue()
        # What was posted for a day to come is taken back on that day.
        rows = fee.accrual_ids.filtered(lambda row: row.state in ('posted', 'planned'))
        self.assertAlmostEqual(
            sum(row.amount if row.kind == 'release' else -row.amount for row in rows), 0, 2)

    def test_subscription_goes_from_the_sale_to_the_close(self):
        _plan, product = self._prepare_subscriptions()
        sale = self.env['sale.order'].sudo().create({
            'partner_id': self.customer.id, 'user_id': self.user_manager.id,
            'order_line': [Command.create({'product_id': product.id})]})
        sale.action_confirm()
        self.start_tour(
            f'/odoo/action-sale.action_orders/{sale.id}', 'service_manager_sold_subscription_tour',
            login='service_manager')
        subscription = sale.service_subscription_ids
        self.assertEqual(subscription.state, 'active')
        subscription._bill(subscription.date_start, subscription.date_start).action_post()
        self.start_tour(
            f'/odoo/service-subscriptions/{subscription.id}', 'service_manager_close_tour',
            login='service_manager')
        self.assertEqual(subscription.state, 'closed')
        refund = subscription.fee_ids.move_id.filtered(
            lambda move: move.move_type == 'out_refund')
        self.assertTrue(0 < refund.amount_untaxed < 100)

    def test_taxes_of_a_subscription_are_updated_from_its_hint(self):
        plan, product = self._prepare_subscriptions()
        subscription = self.env['service.subscription'].create({
            'title': "Monitoring", 'partner_id': self.customer.id, 'plan_id': plan.id,
            'line_ids': [Command.create({'product_id': product.id})]})
        subscription._begin()
        product.taxes_id = raised = self.tax.copy({'name': "VAT 25", 'amount': 25})
        self.start_tour(
            f'/odoo/service-subscriptions/{subscription.id}', 'service_manager_taxes_tour',
            login='service_manager')
        self.assertEqual(subscription.line_ids.tax_ids, raised)


@tagged('post_install', '-at_install', 'service_browser')
class TestServiceUnits(HttpCase):

    def test_javascript_units(self):
        suite = HOOTCommon._generate_hash(self, '@service_management')
        self.browser_js(
            f'/web/tests?headless&loglevel=2&preset=desktop&timeout=15000&id={suite}', '', '',
            login='admin', timeout=300, success_signal="[HOOT] Test suite succeeded",
            error_checker=unit_test_error_checker)

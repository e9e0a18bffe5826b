from datetime import date

from odoo import http
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, tagged, users

from .common import ServiceBaseCommon
from .common_portal import PortalCommon


class OrderTypeCommon(ServiceBaseCommon):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.find = cls.env['service.task'].create({'name': "Find the fault", 'duration_hours': 1.5})
        cls.clean = cls.env['service.task'].create({'name': "Clean", 'duration_hours': 2})
        cls.call_out = cls.env['service.line.set'].create({'name': "Call-out", 'line_ids': [
            Command.create({'kind': 'hour', 'is_travel': True, 'quantity': 0.5}),
            Command.create({'kind': 'item', 'product_id': cls.part.id, 'quantity': 2})]})
        cls.south = cls.env['service.team'].create({'name': "South", 'company_id': cls.company.id})
        cls.breakdown = cls.env['service.order.type'].create({
            'name': "Breakdown", 'task_ids': cls.find.ids, 'line_set_ids': cls.call_out.ids,
            'priority': '2', 'company_id': False})
        cls.maintenance = cls.env['service.order.type'].create({
            'name': "Maintenance", 'company_id': False, 'task_ids': cls.clean.ids, 'duration_hours': 3})

    def _keep_for_team(self, team):
        self.breakdown.write({'company_id': self.company.id, 'team_id': team.id})

    def _create_typed(self, order_type=None, **values):
        return self.env['service.order'].create({
            'title': "No heat", 'partner_id': self.customer.id,
            'type_id': (order_type or self.breakdown).id, **values})


class TestServiceOrderType(OrderTypeCommon):

    # ------------------------------------------------------------ what a type brings

    def test_new_order_gets_what_its_type_brings(self):
        self._keep_for_team(self.south)
        order = self._create_typed()
        self.assertRecordValues(order, [{'priority': '2', 'team_id': self.south.id}])
        self.assertEqual(order.task_ids.task_id, self.find)
        self.assertRecordValues(order.line_ids, [
            {'kind': 'hour', 'is_travel': True, 'quantity_planned': 0.5},
            {'kind': 'item', 'is_travel': False, 'quantity_planned': 2}])

    def test_what_is_given_with_the_order_stays(self):
        self._keep_for_team(self.south)
        order = self._create_typed(
            priority='1', team_id=self.team.id, line_ids=[], task_ids=[
                Command.create({'task_id': self.clean.id})])
        self.assertRecordValues(order, [{'priority': '1', 'team_id': self.team.id}])
        self.assertEqual(order.task_ids.task_id, self.clean)
        self.assertFalse(order.line_ids)

    def test_another_type_takes_back_what_nobody_touched(self):
        self._keep_for_team(self.south)
        order = self._create_typed()
        order.type_id = self.maintenance
        self.assertRecordValues(order, [{'priority': '0', 'team_id': self.team.id}])
        self.assertEqual(order.task_ids.task_id, self.clean)
        self.assertFalse(order.line_ids)

    def test_another_type_leaves_what_somebody_touched(self):
        order = self._create_typed()
        order.priority = '3'
        order.line_ids[1].quantity_planned = 5
        order.task_ids.note_internal = "<p>Gate code 4711</p>"
        order.type_id = self.maintenance
        self.assertEqual(order.priority, '3')
        self.assertEqual(order.task_ids.task_id, self.find | self.clean)
        self.assertEqual(order.line_ids.mapped('quantity_planned'), [5])

    def test_lines_with_work_stay(self):
        order = self._create_typed()
        order.line_ids[0].quantity = 0.75
        order.type_id = False
        self.assertEqual(order.line_ids.mapped('quantity'), [0.75])

    def test_copy_has_the_lines_of_its_source_only(self):
        order = self._create_typed()
        order.line_ids[1].unlink()
        copy = order.copy()
        self.assertEqual(copy.type_id, self.breakdown)
        self.assertEqual(copy.line_ids.mapped('kind'), ['hour'])
        self.assertEqual(copy.task_ids.task_id, self.find)

    @users('service_customer_service')
    def test_form_shows_what_the_type_brings_before_it_is_saved(self):
        form = Form(self.env['service.order'])
        form.title, form.partner_id = "No heat", self.customer
        form.type_id = self.breakdown.with_env(self.env)
        self.assertEqual(form.priority, '2')
        self.assertEqual(len(form.line_ids), 2)
        form.type_id = self.maintenance.with_env(self.env)
        self.assertEqual((form.priority, len(form.line_ids), len(form.task_ids)), ('0', 0, 1))
        form.type_id = self.breakdown.with_env(self.env)
        order = form.save()
        self.assertEqual(order.task_ids.task_id, self.find)
        self.assertRecordValues(order.line_ids, [
            {'kind': 'hour', 'product_id': self.travel.id, 'quantity_planned': 0.5},
            {'kind': 'item', 'product_id': self.part.id, 'quantity_planned': 2}])

    def test_visit_takes_as_long_as_the_type_says(self):
        self.assertEqual(self._create_typed(self.maintenance).visit_ids.duration_hours, 3)
        self.assertEqual(self._create_typed().visit_ids.duration_hours, 1.5)

    def test_promise_of_the_type_comes_before_the_team_s(self):
        gold, silver = self.env['service.sla'].create([
            {'name': name, 'company_id': False} for name in ("Gold", "Silver")])
        self.team.sla_id, self.breakdown.sla_id = silver, gold
        order = self._create_typed()
        self.assertEqual(order.sla_id, gold)
        order.type_id = False
        self.assertEqual(order.sla_id, silver)
        bronze = self.env['service.sla'].create({'name': "Bronze", 'company_id': False})
        order.sla_id = bronze
        order.type_id = self.breakdown
        self.assertEqual(order.sla_id, bronze)

    def test_skills_of_the_type_are_asked_for(self):
        skill_type = self.env['hr.skill.type'].create({
            'name': "Trades", 'skill_ids': [Command.create({'name': "Gas"})],
            'skill_level_ids': [Command.create({'name': "Any", 'level_progress': 50})]})
        self.breakdown.skill_ids = skill_type.skill_ids
        order = self._create_typed(team_id=self.team.id)
        visit = self._plan(order)
        self.assertIn("lacks the skill Gas", visit.planning_warning or '')

    # ------------------------------------------------------------ what a type asks for

    def test_orders_begin_in_the_first_stage_of_their_type(self):
        self.breakdown.stage_id = self.stage_request
        self.assertEqual(self._create_typed().stage_id, self.stage_request)
        self.assertEqual(self._create_typed(self.maintenance).stage_id, self.stage_first)

    def test_first_stage_of_a_type_is_one_where_orders_begin(self):
        with self.assertRaisesRegex(ValidationError, "no stage where orders begin"):
            self.breakdown.stage_id = self.stage_posted

    def test_stage_of_one_type_is_not_for_orders_of_others(self):
        stage = self.env['service.stage'].create({
            'name': "Commissioning", 'order_type_ids': self.maintenance.ids})
        order = self._create_typed(self.maintenance)
        order.stage_id = stage
        with self.assertRaisesRegex(ValidationError, "not used by orders of the type"):
            self._create_typed().stage_id = stage
        with self.assertRaisesRegex(ValidationError, "not used by orders of the type"):
            order.type_id = self.breakdown

    def test_type_decides_whether_customers_sign(self):
        self.company.service_require_signature = True
        self.breakdown.signature_rule = 'none'
        self.stage_first.can_sign_off = True
        order = self._create_typed()
        order.stage_id = self.stage_signed_off
        self.assertEqual(order.state, 'signed_off')
        self.company.service_require_signature = False
        self.maintenance.signature_rule = 'required'
        with self.assertRaisesRegex(UserError, "is not signed"):
            self._create_typed(self.maintenance).stage_id = self.stage_signed_off

    def test_free_work_is_charged_to_nobody(self):
        self.breakdown.is_free = True
        order = self._create_typed()
        self.assertEqual(set(order.line_ids.mapped('billing')), {'not_chargeable'})
        self.assertEqual(order.line_ids[0].billing_reason, "Breakdown: free of charge")
        order.type_id = False
        self._create_line(order)
        self.assertEqual(set(order.line_ids.mapped('billing')), {'chargeable'})

    # ------------------------------------------------------------ who sets it up

    @users('service_dispatcher')
    def test_types_are_the_manager_s(self):
        with self.assertRaises(AccessError):
            self.breakdown.with_env(self.env).name = "Mine"

    @users('service_technician')
    def test_technicians_do_not_change_the_type(self):
        order = self._create_order(type_id=self.breakdown.id)
        with self.assertRaisesRegex(AccessError, "customer service"):
            order.with_env(self.env).type_id = self.maintenance

    # ------------------------------------------------------------ where orders come from

    def test_sold_order_is_of_the_type_of_its_product(self):
        job = self._create_service_product(
            "Repair", 250, service_tracking='service_order',
            service_order_type_id=self.breakdown.id)
        sale = self.env['sale.order'].create({
            'partner_id': self.customer.id,
            'order_line': [Command.create({'product_id': job.id})]})
        sale.action_confirm()
        order = sale.service_order_ids
        self.assertEqual((order.type_id, order.task_ids.task_id), (self.breakdown, self.find))
        self.assertEqual(
            order.line_ids.sorted('id').mapped('billing'),
            ['chargeable', 'not_chargeable', 'not_chargeable'])

    def test_agreement_makes_orders_of_the_types_of_its_lines(self):
        agreement = self.env['service.agreement'].create({
            'title': "Care", 'partner_id': self.customer.id, 'team_id': self.team.id,
            'date_start': '2026-03-01', 'company_id': self.company.id,
            'line_ids': [
                Command.create({'kind': 'hour', 'date_start': '2026-03-04',
                                'order_type_id': order_type.id})
                for order_type in (self.breakdown, self.maintenance)]})
        agreement._activate()
        orders = agreement._generate(date(2026, 3, 1), date(2026, 3, 31)) and self.env[
            'service.order'].search([('agreement_id', '=', agreement.id)], order='id')
        self.assertEqual(orders.type_id, self.breakdown | self.maintenance)
        self.assertEqual([len(order.line_ids) for order in orders], [1, 1])
        for order in orders:
            self.assertEqual(order.task_ids.task_id, order.type_id.task_ids)


@tagged('post_install', '-at_install')
class TestServiceOrderTypePortal(ServiceBaseCommon, PortalCommon):

    def test_customer_chooses_a_type_that_is_shown(self):
        shown, hidden = self.env['service.order.type'].create([
            {'name': "Breakdown", 'is_for_customers': True, 'priority': '2'},
            {'name': "Goodwill"}])
        self._create_portal_user('asker', self.customer)
        self.authenticate('asker', 'asker')
        page = self.url_open('/my/service_request').text
        self.assertIn("Breakdown", page)
        self.assertNotIn("Goodwill", page)
        for order_type in (shown, hidden):
            self.url_open('/my/service_request', data={
                'title': order_type.name, 'type_id': order_type.id,
                'csrf_token': http.Request.csrf_token(self)})
        orders = self.env['service.order'].search([('channel', '=', 'portal')])
        self.assertRecordValues(
            orders, [{'title': "Breakdown", 'type_id': shown.id, 'priority': '2'}])

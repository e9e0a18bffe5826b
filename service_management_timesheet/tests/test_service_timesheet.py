from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from odoo.addons.service_management.tests.common import ServiceCommon


@tagged('post_install', '-at_install')
class TestServiceTimesheet(ServiceCommon):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.user.group_ids |= cls.env.ref('project.group_project_manager')
        cls.plan = cls.env['account.analytic.plan'].create({'name': "Sites"})
        project_plan, _others = cls.env['account.analytic.plan']._get_all_plans()
        cls.account, cls.other_account = cls.env['account.analytic.account'].create([
            {'name': "Hotel Project", 'plan_id': project_plan.id, 'company_id': cls.company.id},
            {'name': "Harbour", 'plan_id': cls.plan.id, 'company_id': cls.company.id},
        ])
        cls.project = cls.env['project.project'].create({
            'name': "Hotel", 'allow_timesheets': True, 'account_id': cls.account.id,
            'company_id': cls.company.id, 'allow_billable': True, 'partner_id': cls.customer.id})

    def _posted_order(self, **values):
        order = self._worked_order(project_id=self.project.id, **values)
        order._post_lines()
        return order

    def test_posted_hours_are_timesheets_of_the_project(self):
        order = self._posted_order()
        hours = order.line_ids.filtered(lambda line: line.kind == 'hour')
        self.assertRecordValues(hours.analytic_line_ids, [{
            'project_id': self.project.id, 'employee_id': self.technician.id, 'unit_amount': 2,
            'amount': -60, 'account_id': self.account.id, 'so_line': False,
            'date': hours.date, 'product_uom_id': self.env.ref('uom.product_uom_hour').id}])
        self.assertEqual(self.project.timesheet_ids, hours.analytic_line_ids)

    def test_other_lines_are_no_timesheets(self):
        order = self._posted_order()
        items = order.line_ids.filtered(lambda line: line.kind == 'item')
        self.assertFalse(items.analytic_line_ids.project_id)

    def test_without_a_project_nothing_changes(self):
        order = self._worked_order()
        order._post_lines()
        self.assertFalse(order.line_ids.analytic_line_ids.project_id)

    def test_cost_is_the_one_the_order_was_posted_with(self):
        order = self._worked_order(project_id=self.project.id)
        hours = order.line_ids.filtered(lambda line: line.kind == 'hour')
        self.technician.hourly_cost = 500
        hours.sudo().with_context(tracking_disable=True).flush_recordset()
        cost = hours.cost
        order._post_lines()
        self.assertEqual(hours.analytic_line_ids.amount, -cost)

    def test_cost_is_booked_once_beside_an_analytic_distribution(self):
        order = self._posted_order(analytic_distribution={str(self.other_account.id): 100})
        hours = order.line_ids.filtered(lambda line: line.kind == 'hour')
        self.assertRecordValues(hours.analytic_line_ids, [{
            'account_id': self.account.id, self.plan._column_name(): self.other_account.id,
            'amount': -60}])

    def test_hours_in_days_are_hours_on_the_timesheet(self):
        order = self._create_order(project_id=self.project.id)
        self._plan(order)
        day = self.env.ref('uom.product_uom_day')
        self._create_line(
            order, employee_id=self.technician.id, product_uom_id=day.id, quantity=0.5)
        self._sign(order)
        order._post_lines()
        self.assertEqual(order.line_ids.analytic_line_ids.unit_amount, 4)

    def test_reversing_takes_the_timesheet_back(self):
        order = self._posted_order()
        order.line_ids.filtered(lambda line: line.kind == 'hour').action_reverse()
        self.assertEqual(sum(self.project.timesheet_ids.mapped('unit_amount')), 0)
        self.assertEqual(sum(self.project.timesheet_ids.mapped('amount')), 0)

    def test_sales_does_not_bill_service_hours_again(self):
        sale_order = self.env['sale.order'].create({
            'partner_id': self.customer.id,
            'order_line': [Command.create({'product_id': self.hours.id, 'product_uom_qty': 10})]})
        sale_order.action_confirm()
        self.project.sale_line_id = sale_order.order_line
        order = self._posted_order()
        self.assertFalse(order.line_ids.analytic_line_ids.so_line)
        self.assertEqual(sale_order.order_line.qty_delivered, 0)

    def test_timesheets_of_posted_service_stay_as_they_are(self):
        order = self._posted_order()
        timesheet = order.line_ids.analytic_line_ids.filtered('project_id')
        self.assertTrue(timesheet.readonly_timesheet)
        approver = new_test_user(
            self.env, 'approver', groups='hr_timesheet.group_timesheet_manager',
            company_id=self.company.id)
        for change in (
            lambda: timesheet.with_user(approver).write({'unit_amount': 8}),
            lambda: timesheet.with_user(approver).unlink(),
        ):
            with self.assertRaisesRegex(UserError, "which is posted"):
                change()

    def test_project_without_timesheets_is_refused_before_anything_is_posted(self):
        order = self._worked_order(project_id=self.project.id)
        self.project.allow_timesheets = False
        with self.assertRaisesRegex(UserError, "takes no timesheets"):
            order._post_lines()
        self.assertEqual(set(order.line_ids.mapped('state')), {'open'})

    def test_manager_posts_without_rights_on_the_project(self):
        order = self._worked_order(project_id=self.project.id)
        order.with_user(self.user_manager)._post_lines()
        self.assertEqual(len(self.project.timesheet_ids), 1)

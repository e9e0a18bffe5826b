from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import new_test_user, tagged

from odoo.addons.service_management.tests.common import ServiceCommon


@tagged('post_install', '-at_install')
class TestServiceExpense(ServiceCommon):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.user.group_ids |= cls.env.ref('hr_expense.group_hr_expense_manager')
        cls.approver = new_test_user(
            cls.env, 'approver', groups='hr_expense.group_hr_expense_user',
            company_id=cls.company.id)
        cls.parking, cls.driving, cls.meal = (
            cls._create_service_product(
                name, price, standard_price=cost, can_be_expensed=True, expense_policy=policy,
                supplier_taxes_id=False)
            for name, price, cost, policy in (
                ("Parking", 0, 0, 'cost'), ("Driving", 0.60, 0.35, 'sales_price'),
                ("Meal", 0, 0, 'no')))
        cls.order = cls._create_order()
        cls._plan(cls.order)

    def _expense(self, product=None, amount=12.5, approve=True, order=None, **values):
        expense = self.env['hr.expense'].create({
            'name': "Receipt", 'employee_id': self.technician.id, 'date': '2026-03-02',
            'product_id': (product or self.parking).id, 'company_id': self.company.id,
            'service_order_id': (self.order if order is None else order).id,
            **({} if 'quantity' in values else {'total_amount_currency': amount}), **values})
        if approve:
            expense.approval_state = 'submitted'
            expense.with_user(self.approver)._do_approve(check=False)
        return expense

    def test_approved_expense_fills_a_line(self):
        expense = self._expense()
        self.assertRecordValues(self.order.line_ids, [{
            'kind': 'expense', 'product_id': self.parking.id, 'name': "Receipt",
            'employee_id': self.technician.id, 'quantity': 1, 'price_unit': 12.5, 'cost': 12.5,
            'billing': 'chargeable', 'expense_id': expense.id}])

    def test_only_approval_fills_it(self):
        self._expense(approve=False)
        self.assertFalse(self.order.line_ids)

    def test_expense_fills_one_line_however_often_it_is_approved(self):
        expense = self._expense()
        expense._fill_service_orders()
        self.assertEqual(len(self.order.line_ids), 1)
        with self.assertRefused("on a service order already"):
            self.order.line_ids.sudo().create(expense._prepare_service_order_line())

    def test_line_of_an_approved_expense_is_deleted_by_the_expense_only(self):
        expense = self._expense()
        line = self.order.line_ids.with_user(self.user_dispatcher)
        with self.assertRefusedWith(UserError, "Cancel it instead", line):
            line.unlink()
        self.order.stage_id = self.stage_first
        with self.assertRefusedWith(UserError, "Cancel it instead", self.order, line):
            self.order.with_user(self.user_dispatcher).unlink()
        expense._do_reset_approval()
        self.assertFalse(line.exists())

    def test_price_follows_the_policy_of_the_category(self):
        self._expense(self.driving, quantity=100)
        self._expense(self.meal, 30)
        self.assertRecordValues(self.order.line_ids, [
            {'price_unit': 0.60, 'quantity': 100, 'cost': 35, 'billing': 'chargeable'},
            {'price_unit': 0, 'quantity': 1, 'cost': 30, 'billing': 'not_chargeable'}])

    def test_cost_of_the_receipt_is_exact(self):
        tax = self.env['account.tax'].create({
            'name': "VAT 21 in", 'amount': 21, 'type_tax_use': 'purchase',
            'company_id': self.company.id})
        self._expense(amount=10, tax_ids=tax.ids)
        self.assertEqual(self.order.line_ids.cost, 8.26)

    def test_expenses_still_come_after_the_sign_off(self):
        self._sign(self.order)
        self._expense()
        self.order._post_lines()
        self.assertEqual(self.order.line_ids.state, 'posted')

    def test_cost_is_booked_by_the_expense_alone(self):
        plan = self.env['account.analytic.plan'].create({'name': "Sites"})
        account = self.env['account.analytic.account'].create({
            'name': "Harbour", 'plan_id': plan.id, 'company_id': self.company.id})
        self.order.analytic_distribution = {str(account.id): 100}
        expense = self._expense()
        self.assertEqual(expense.analytic_distribution, {str(account.id): 100})
        self._sign(self.order)
        self.order._post_lines()
        self.assertFalse(self.order.line_ids.analytic_line_ids)

    def test_cancelled_orders_take_no_expenses(self):
        expense = self._expense(approve=False)
        expense.approval_state = 'submitted'
        self.order.write({
            'stage_id': self.stage_cancelled.id, 'stage_reason_id': self.cancel_reason.id})
        with self.assertRaisesRegex(UserError, "is cancelled"):
            expense._do_approve(check=False)

    def test_refused_and_reset_expenses_take_their_lines_back(self):
        for verb, args in (('_do_refuse', ("Too much",)), ('_do_reset_approval', ())):
            with self.subTest(verb=verb):
                expense = self._expense()
                getattr(expense.with_user(self.approver), verb)(*args)
                self.assertFalse(self.order.line_ids)

    def test_posted_expenses_are_reversed_before_they_are_reset(self):
        expense = self._expense()
        self._sign(self.order)
        self.order._post_lines()
        with self.assertRaisesRegex(UserError, "reverse the line"):
            expense._do_reset_approval()
        self.order.line_ids.action_reverse()
        expense._do_reset_approval()
        self.assertFalse(expense.service_order_line_ids)

    def test_an_expense_is_charged_once(self):
        sale_order = self.env['sale.order'].create({'partner_id': self.customer.id})
        with self.assertRaisesRegex(ValidationError, "Choose either"):
            self._expense(approve=False, sale_order_id=sale_order.id)

    def test_the_order_of_an_approved_expense_stays(self):
        expense = self._expense()
        with self.assertRaisesRegex(UserError, "Reset it before"):
            expense.service_order_id = self._create_order()

    def test_links_to_expenses_are_not_written_by_hand(self):
        line = self._create_line(self.order, 'expense', name="Mine")
        with self.assertRaisesRegex(AccessError, "by its actions only"):
            line.with_user(self.user_dispatcher).expense_id = self._expense(approve=False)

    def test_expense_of_a_technician_is_approved_without_rights_on_service(self):
        self.assertFalse(self.approver.has_group(
            'service_management.service_management_group_technician'))
        self._expense()
        self.assertEqual(self.order.line_ids.create_uid, self.approver)

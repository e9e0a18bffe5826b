from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError


class HrExpense(models.Model):
    _inherit = 'hr.expense'

    service_order_id = fields.Many2one(
        comodel_name='service.order', check_company=True, index='btree_not_null',
        ondelete='restrict', tracking=True,
        domain="[('company_id', '=', company_id), ('state', 'in', ('open', 'signed_off'))]",
        help="The approved expense becomes a line of this service order.")
    service_order_line_ids = fields.One2many(
        comodel_name='service.order.line', inverse_name='expense_id', copy=False, readonly=True,
        groups='service_management.service_management_group_technician,account.group_account_invoice,'
               'sales_team.group_sale_salesman')

    @api.constrains('service_order_id', 'sale_order_id')
    def _check_charged_once(self):
        for expense in self:
            if expense.service_order_id and expense.sale_order_id:
                raise ValidationError(self.env._(
                    "“%s” is charged on a sales order already. Choose either the sales order or the"
                    " service order.", expense.name))

    @api.depends('service_order_id')
    def _compute_analytic_distribution(self):
        """Book the cost where the service order books its own."""
        super()._compute_analytic_distribution()
        for expense in self:
            # Employees name the order that they worked on, whatever else they see of it.
            if distribution := expense.sudo().service_order_id.analytic_distribution:
                expense.analytic_distribution = distribution

    def write(self, vals):
        """Keep the order of an expense that is a line of it already."""
        # Employees have no access to the lines that their expenses became.
        if 'service_order_id' in vals and self.filtered(
                lambda expense: expense.sudo().service_order_line_ids):
            raise UserError(self.env._(
                "The expense is on a service order already. Reset it before you choose another."))
        return super().write(vals)

    def _do_approve(self, check=True):
        result = super()._do_approve(check)
        self.filtered(lambda expense: expense.approval_state == 'approved')._fill_service_orders()
        return result

    def _do_reset_approval(self):
        self._release_service_orders()
        return super()._do_reset_approval()

    def _do_refuse(self, reason):
        self._release_service_orders()
        return super()._do_refuse(reason)

    def _fill_service_orders(self):
        """Make a line of each approved expense; those that have one get no more.

        :raise UserError: if the service order was cancelled meanwhile
        """
        # Approvers need no rights on service, and signed-off orders still take their expenses.
        expenses = self.sudo().filtered(
            lambda expense: expense.service_order_id and not expense.service_order_line_ids)
        for expense in expenses:
            if expense.service_order_id.state == 'cancelled':
                raise UserError(self.env._(
                    "%(order)s is cancelled. Take it off the expense “%(expense)s” first.",
                    order=expense.service_order_id.name, expense=expense.name))
        # As above: approvers need no rights on service.
        self.env['service.order.line'].sudo().create([
            expense._prepare_service_order_line() for expense in expenses])

    def _prepare_service_order_line(self):
        """Return the line of one expense: its cost exact, its price by the category's policy."""
        self.ensure_one()
        order, company = self.service_order_id, self.company_id
        cost = company.currency_id.round(self.total_amount - self.tax_amount)
        quantity = self.quantity or 1.0
        digits = self.env['decimal.precision'].precision_get('Product Price')
        cost_unit = round(cost / quantity, digits)
        if company.currency_id.compare_amounts(cost_unit * quantity, cost):
            quantity, cost_unit = 1.0, cost  # several of it would not make the cents of the receipt
        values = {
            'order_id': order.id,
            'expense_id': self.id,
            'kind': 'expense',
            'product_id': self.product_id.id,
            'name': self.name,
            'employee_id': self.employee_id.id,
            'date': self.date,
            'product_uom_id': self.product_uom_id.id,
            'quantity_planned': quantity,
            'cost_unit': cost_unit,
        }
        policy = self.product_id.expense_policy
        if policy == 'cost':
            price = company.currency_id._convert(
                cost_unit, order.currency_id or company.currency_id, company, self.date)
            values.update(price_unit=price, discount=0.0)
        elif policy != 'sales_price':
            values.update(
                billing_override='not_chargeable',
                billing_note=self.env._("Expenses of this category are not re-invoiced."))
        return values

    def _release_service_orders(self):
        """Take back the lines of expenses that are not approved any more.

        :raise UserError: if a line is posted: what was billed is reversed first
        """
        lines = self.sudo().service_order_line_ids  # as in _fill_service_orders
        for line in lines.filtered(lambda line: line.state == 'posted' and not line.reversal_ids):
            raise UserError(self.env._(
                "“%(expense)s” is posted on %(order)s. Have a service manager reverse the line"
                " there first.", expense=line.expense_id.name, order=line.order_id.name))
        posted = lines.filtered(lambda line: line.state == 'posted')
        posted.expense_id = False
        (lines - posted).unlink()

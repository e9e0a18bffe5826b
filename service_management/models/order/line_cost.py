from odoo import api, fields, models


class ServiceOrderLine(models.Model):
    """What a line costs the company."""
    _inherit = 'service.order.line'

    # Cost
    cost_unit = fields.Float(
        string="Unit Cost", digits='Product Price', compute='_compute_cost_unit', store=True,
        readonly=False,
        groups='service_management.service_management_group_manager')
    cost = fields.Monetary(
        compute='_compute_cost', store=True, currency_field='company_currency_id',
        groups='service_management.service_management_group_manager')
    margin = fields.Monetary(
        compute='_compute_cost', store=True, currency_field='company_currency_id',
        groups='service_management.service_management_group_manager')

    def _get_followed_fields(self):
        return {**super()._get_followed_fields(), 'cost_unit': self._propose_cost_unit}

    @api.depends('kind', 'product_id', 'product_uom_id', 'employee_id', 'company_id')
    def _compute_cost_unit(self):
        self._follow('cost_unit')

    def _propose_cost_unit(self):
        """Cost hours at the employee's hourly cost, the rest at the product's cost."""
        hour = self.env.ref('uom.product_uom_hour')
        found = {}
        for line in self.filtered(lambda line: line.state == 'open'):
            company = line.order_id.company_id or self.env.company
            if line.kind == 'hour' and line.employee_id:
                # Technicians book hours without seeing what they cost.
                employee = line.employee_id.sudo()
                cost = employee.currency_id._convert(
                    employee.hourly_cost, company.currency_id, company,
                    line.date or company._get_service_today(), round=False)
                uom = line.product_uom_id
                found[line] = hour._compute_price(cost, uom) if (
                    uom and uom._has_common_reference(hour)) else cost
            elif line.product_id:
                product = line.product_id.with_company(company)
                found[line] = product.uom_id._compute_price(
                    product.standard_price, line.product_uom_id)
        return found

    @api.depends('cost_unit', 'quantity', 'quantity_planned', 'price_subtotal', 'state',
                 'order_id.state', 'order_id.currency_rate')
    def _compute_cost(self):
        for line in self:
            company = line.order_id.company_id or self.env.company
            line.cost = company.currency_id.round(line.cost_unit * line._get_priced_quantity())
            line.margin = line.price_subtotal / (line.order_id.currency_rate or 1.0) - line.cost

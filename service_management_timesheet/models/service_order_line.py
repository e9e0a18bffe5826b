from odoo import models


class ServiceOrderLine(models.Model):
    _inherit = 'service.order.line'

    def _prepare_analytic_lines(self):
        """Book the hours of a project as one timesheet: it carries their cost, and nothing else does."""
        if not self._is_timesheet():
            return super()._prepare_analytic_lines()
        booked = super()._prepare_analytic_lines()
        accounts = {}
        if len(booked) == 1:  # the project knows its own plan, the distribution the others
            accounts = {
                name: value for name, value in booked[0].items()
                if name in self.env['account.analytic.line']._get_plan_fnames()}
        return [{**accounts, **self._prepare_analytic_line(), **self._prepare_timesheet()}]

    def _is_timesheet(self):
        self.ensure_one()
        return bool(self.kind == 'hour' and self.employee_id and self.order_id.project_id)

    def _prepare_timesheet(self):
        """Return what makes a timesheet of the line's hours.

        The cost is the one that the order was posted with, not the employee's of another day.
        """
        return {
            'name': self.display_name,
            'project_id': self.order_id.project_id.id,
            'employee_id': self.employee_id.id,
            'unit_amount': self._get_hours(),
            'product_uom_id': self.env.ref('uom.product_uom_hour').id,
            'amount': -self.cost,
            'so_line': False,  # service bills its hours itself
            'is_so_line_edited': True,
        }

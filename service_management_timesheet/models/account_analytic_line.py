from odoo import api, models
from odoo.exceptions import UserError


class AccountAnalyticLine(models.Model):
    _inherit = 'account.analytic.line'

    def _timesheet_postprocess_values(self, values):
        """Keep the cost that a service order was posted with."""
        result = super()._timesheet_postprocess_values(values)
        # Employees log their hours without seeing what they cost.
        for timesheet in self.sudo().filtered('service_order_line_id'):
            if 'amount' in result[timesheet.id]:
                result[timesheet.id]['amount'] = -timesheet.service_order_line_id.cost
        return result

    def _is_readonly(self):
        return super()._is_readonly() or bool(self.service_order_line_id)

    def _check_can_write(self, values):
        self._ensure_not_posted_service()
        return super()._check_can_write(values)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_service(self):
        self._ensure_not_posted_service()

    def _ensure_not_posted_service(self):
        """:raise UserError: if somebody changes the timesheet of a posted service order"""
        if self.env.su:
            return
        if timesheet := self.filtered(lambda line: line.project_id and line.service_order_line_id)[:1]:
            # The order is named to employees who have no access to orders.
            raise UserError(self.env._(
                "The timesheet belongs to %s, which is posted. Have a service manager reverse the"
                " line there.", timesheet.sudo().service_order_line_id.order_id.name))

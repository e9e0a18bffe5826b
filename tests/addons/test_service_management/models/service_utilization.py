from odoo import fields, models


class ServiceUtilization(models.TransientModel):
    """A column of the utilization: hours over plan. By `_get_booked_hours`, `_get_booked_domain`."""
    _inherit = 'service.utilization'

    def _get_booked_hours(self, employees):
        hours = super()._get_booked_hours(employees)
        for employee, day, over in self.env['service.order.report']._read_group(
                self._get_booked_domain(employees), ['employee_id', 'date:day'],
                ['hours_difference:sum']):
            hours[employee.id][day]['hours_over'] = over
        return hours


class ServiceUtilizationLine(models.Model):
    """The same column, where it is read."""
    _inherit = 'service.utilization.line'

    hours_over = fields.Float(readonly=True)

from dateutil.relativedelta import relativedelta

from odoo import fields, models


class ResCompany(models.Model):
    _inherit = 'res.company'

    service_visit_hours = fields.Float(
        string="Usual Visit", default=1.0,
        help="Hours that a visit is planned with when the order's tasks do not say.")

    service_clock_hours = fields.Float(
        string="Longest Clock", default=12.0,
        help="Who stops a clock that has run for longer is asked when the work really ended, and"
             " the dispatcher is told. 0 means no limit.")

    service_customer_moves = fields.Selection(
        selection=[
            ('off', "Not in the Portal"), ('ask', "By Asking"), ('self', "By Themselves")],
        string="Customers Move Visits", required=True, default='ask',
        help="By asking: dispatchers get a to-do. By themselves: they choose among the free times of"
             " the technician, or cancel; from so many hours before on they ask.")
    service_customer_moves_hours = fields.Integer(
        string="Up To", default=24, help="Hours before the visit.")

    _service_customer_moves_hours = models.Constraint(
        'CHECK (service_customer_moves_hours BETWEEN 0 AND 8760)',
        "Customers move visits up to 0 to 8,760 hours before.")
    _service_clock_hours = models.Constraint(
        'CHECK (service_clock_hours >= 0)', "A clock runs for some hours, or 0 for no limit.")
    _service_visit_hours = models.Constraint(
        'CHECK (service_visit_hours > 0)', "A usual visit has to take some time.")

    service_reminder_time = fields.Integer(
        string="Remind Customers",
        help="How long before a visit its customer is reminded by mail. 0: no reminders.")
    service_reminder_unit = fields.Selection(
        selection=[('hour', "Hours"), ('day', "Days")], string="Reminder Unit", default='day',
        required=True)

    _service_reminder_time = models.Constraint(
        'CHECK (service_reminder_time BETWEEN 0 AND 720)',
        "Customers are reminded up to 720 hours or days before a visit, or not at all with 0.")

    def _get_reminder_notice(self):
        """Return how long before a visit the customers of one company are reminded, or None."""
        self.ensure_one()
        if not self.service_reminder_time:
            return None
        return relativedelta(**{f'{self.service_reminder_unit}s': self.service_reminder_time})

    def write(self, vals):
        """Wake the job where reminders are chosen: visits may be due already."""
        result = super().write(vals)
        if vals.get('service_reminder_time') or vals.get('service_reminder_unit'):
            # Settings of a company are no rights on jobs.
            self.env.ref('service_management.ir_cron_remind').sudo()._trigger()
        return result

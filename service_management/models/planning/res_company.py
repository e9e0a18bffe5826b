from dateutil.relativedelta import relativedelta

from odoo import fields, models

from ...tools.travel import Roads


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

    # Travel is estimated: see tools/travel.py
    service_road_factor = fields.Float(
        string="Roads per Beeline", default=Roads().factor, digits=(3, 2),
        at_least=1, at_most=5,
        help="How much longer roads are than the beeline: about 1.2 in towns, 1.3 in the country, more"
             " where there are mountains or water.")
    service_road_town_km = fields.Float(
        string="Town Kilometres", default=Roads().town_km, at_least=0, at_most=1000,
        help="So many kilometres of a drive are as slow as in town.")
    service_road_country_km = fields.Float(
        string="Country Kilometres", default=Roads().country_km, at_least=0, at_most=1000,
        help="From there up to so many kilometres a drive is as in the country; beyond, as on the"
             " highway.")
    service_road_town_speed = fields.Integer(
        string="Speed in Town", default=Roads().town_speed, at_least=1, at_most=200,
        help="km/h")
    service_road_country_speed = fields.Integer(
        string="Speed in the Country", default=Roads().country_speed, at_least=1, at_most=200,
        help="km/h")
    service_road_highway_speed = fields.Integer(
        string="Speed on the Highway", default=Roads().highway_speed, at_least=1, at_most=200,
        help="km/h")

    _service_road_km = models.Constraint(
        'CHECK (service_road_country_km >= service_road_town_km)',
        "The country begins where the town ends: give it as many kilometres as the town, or more.")
    _service_road_speed = models.Constraint(
        'CHECK (service_road_country_speed >= service_road_town_speed'
        ' AND service_road_highway_speed >= service_road_country_speed)',
        "Nobody is faster in town than in the country, nor there than on the highway.")

    def _get_roads(self):
        """Return what drives of one company's technicians are estimated with."""
        company = self.sudo()  # how fast people drive is no secret
        return Roads(
            company.service_road_factor, company.service_road_town_km,
            company.service_road_country_km, company.service_road_town_speed,
            company.service_road_country_speed, company.service_road_highway_speed)

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

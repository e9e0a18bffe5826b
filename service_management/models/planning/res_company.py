from odoo import fields, models


class ResCompany(models.Model):
    _inherit = 'res.company'

    service_visit_hours = fields.Float(
        string="Usual Visit", default=1.0,
        help="Hours that a visit is planned with when the order's tasks do not say.")

    _service_visit_hours = models.Constraint(
        'CHECK (service_visit_hours > 0)', "A usual visit has to take some time.")

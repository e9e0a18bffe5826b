from odoo import fields, models


class ResCompany(models.Model):
    _inherit = 'res.company'

    service_repeat_days = fields.Integer(
        string="Repeat Visits Within", default=30, at_most=3650,
        help="Days after a sign-off within which another call for the same object is a repeat.")

    _service_repeat_days = models.Constraint(
        'CHECK (service_repeat_days >= 0)', "Days cannot be negative.")

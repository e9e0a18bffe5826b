from odoo import fields, models


class ResCompany(models.Model):
    _inherit = 'res.company'

    service_take_back_minutes = fields.Integer(
        string="Take Back Within", default=15,
        help="How long technicians take back what they tapped: on my way, start, stop, done, and a"
             " sign-off. 0: not at all. Dispatchers put visits right later, and service managers"
             " sign-offs.")

    _service_take_back_minutes = models.Constraint(
        'CHECK (service_take_back_minutes BETWEEN 0 AND 1440)',
        "What was tapped is taken back within 0 to 1440 minutes.")

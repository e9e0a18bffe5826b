from odoo import fields, models


class ResCompany(models.Model):
    _inherit = 'res.company'

    service_quote_days = fields.Integer(
        string="Quotes Are Valid", default=30, at_most=3660,
        help="Days from sending a quote in which the customer can accept it.")

    _service_quote_days = models.Constraint(
        'CHECK (service_quote_days > 0)', "A quote has to be valid for a day at least.")

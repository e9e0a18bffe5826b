from odoo import fields, models


class ResCompany(models.Model):
    _inherit = 'res.company'

    service_retention_years = fields.Integer(
        string="Invoices Are Kept", default=10,
        help="Years after the year of an invoice for which its customer stays known, as the law asks.")

    _service_retention_years = models.Constraint(
        'CHECK(service_retention_years BETWEEN 0 AND 100)',
        "Invoices are kept for 0 to 100 years.")

from odoo import fields, models


class ResCompany(models.Model):
    _inherit = 'res.company'

    service_repeat_days = fields.Integer(
        string="Repeat Visits Within", default=30, at_most=3650,
        help="Days after a sign-off within which another call for the same object is a repeat.")

    service_claim_days = fields.Integer(
        string="Suppliers Answer Within", default=14, at_most=3650,
        help="Days after which a claim to a supplier is followed up.")

    _service_claim_days = models.Constraint(
        'CHECK (service_claim_days >= 0)', "Days cannot be negative.")
    _service_repeat_days = models.Constraint(
        'CHECK (service_repeat_days >= 0)', "Days cannot be negative.")

    def _get_service_sequences(self):
        return {
            **super()._get_service_sequences(), 'service.warranty.claim': ("Claim to a Supplier", 'CLM/')}

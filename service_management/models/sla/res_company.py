from odoo import fields, models


class ResCompany(models.Model):
    _inherit = 'res.company'

    service_sla_reason_exceeded = fields.Boolean(
        string="Reason for Missed Service Levels",
        help="Who stops the clock or signs off after the limit has to say why it was exceeded.")
    service_sla_reason_cancel = fields.Boolean(
        string="Reason for Cancelled Service Levels", default=True,
        help="Who cancels a service level has to say why.")

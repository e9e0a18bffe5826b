from odoo import fields, models


class ResCompany(models.Model):
    _inherit = 'res.company'

    service_shows_certificates = fields.Boolean(
        string="Customers See Certificates",
        help="Those of their equipment that count, with their documents, on the portal.")
    service_certificate_rule = fields.Selection(
        selection=[('forbid', "Is Refused"), ('warn', "Makes a To-Do")],
        string="Sign-Off without the Certificate", required=True, default='forbid',
        help="What happens where an order is for certificates and one of them was not issued in it.")

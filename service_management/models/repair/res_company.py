from odoo import fields, models


class ResCompany(models.Model):
    _inherit = 'res.company'

    service_portal_repairs = fields.Boolean(
        string="Repairs for Customers",
        help="Customers read in the portal what was found and done on their objects, in the words of the"
             " codes that are for them. Notes, technicians and prices are never shown.")

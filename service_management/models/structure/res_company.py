from odoo import fields, models


class ResCompany(models.Model):
    _inherit = 'res.company'

    service_portal_structure = fields.Selection(
        selection=[
            ('hidden', "Not Shown"), ('parts', "Parts and Serial Numbers"),
            ('warranty', "Parts and Their Warranty")],
        string="Structure for Customers", required=True, default='hidden',
        help="What customers read in the portal of what their objects are made of today. Suppliers and"
             " prices are never shown.")

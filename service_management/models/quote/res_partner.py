from odoo import fields, models


class ResPartner(models.Model):
    """Contacts of customers who decide, and those who only read."""
    _inherit = 'res.partner'

    service_cannot_decide = fields.Boolean(
        string="Decides on No Quotes", copy=False,
        groups='service_management.service_management_group_technician',
        help="The contact reads quotes and agreements; somebody else accepts or declines them.")

from odoo import fields, models


class ServiceReason(models.Model):
    _inherit = 'service.reason'

    usage = fields.Selection(
        selection_add=[
            ('decline', "Declining a quote, by the customer"),
        ],
        ondelete={'decline': 'cascade'})

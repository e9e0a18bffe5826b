from odoo import fields, models


class ServiceReason(models.Model):
    _inherit = 'service.reason'

    usage = fields.Selection(
        selection_add=[
            ('sla', "Stopping or missing a service level"),
            ('sla_cancel', "Cancelling a service level"),
        ],
        ondelete={'sla': 'cascade', 'sla_cancel': 'cascade'})

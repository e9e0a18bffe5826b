from odoo import fields, models


class ServiceReason(models.Model):
    _inherit = 'service.reason'

    usage = fields.Selection(
        selection_add=[
            ('visit', "Cancelling or reassigning a visit"),
        ],
        ondelete={'visit': 'cascade'})

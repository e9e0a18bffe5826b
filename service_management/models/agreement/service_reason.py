from odoo import fields, models


class ServiceReason(models.Model):
    _inherit = 'service.reason'

    usage = fields.Selection(
        selection_add=[
            ('agreement', "Suspending or closing an agreement or subscription"),
            ('occurrence', "Skipping a recurring visit"),
        ],
        ondelete={'agreement': 'cascade', 'occurrence': 'cascade'})

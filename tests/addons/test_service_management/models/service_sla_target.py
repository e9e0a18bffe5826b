from odoo import fields, models


class ServiceSlaTarget(models.Model):
    """A kind of promise, the first quote, by `selection_add`; `service_order.py` says what keeps it."""
    _inherit = 'service.sla.target'

    kind = fields.Selection(
        selection_add=[('quote', "First Quote")], ondelete={'quote': 'cascade'})

from odoo import fields, models


class ServiceSubscription(models.Model):
    """A state, and a field that what was billed depends on."""
    _inherit = 'service.subscription'

    _transitions = {
        'paused': {'active'},
        'active': {'paused'},
    }

    state = fields.Selection(
        selection_add=[('paused', "Paused")], ondelete={'paused': 'cascade'})
    channel = fields.Char()

    def _get_frozen_fields(self):
        return super()._get_frozen_fields() | {'channel'}

    def _shows_prices(self):
        return super()._shows_prices() and self.channel != 'broker'

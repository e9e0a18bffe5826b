from odoo import fields, models


class ServiceSubscription(models.Model):
    """A state, by `_transitions` and `selection_add`; a field that fees depend on, by
    `_get_frozen_fields`; prices that are hidden, by `_shows_prices`."""
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

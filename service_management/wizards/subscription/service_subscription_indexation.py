from odoo import models


class ServiceSubscriptionIndexation(models.Model):
    _inherit = 'service.subscription.indexation'

    def action_preview_again(self):
        """Preview once more: the button is not the next step then, and has a name of its own."""
        return self.action_preview()

from odoo import models


class ServiceQuoteMixin(models.AbstractModel):
    _inherit = 'service.quote.mixin'

    def action_send_quote_again(self):
        """Send once more: the button is not the next step then, and has a name of its own."""
        return self.action_send_quote()

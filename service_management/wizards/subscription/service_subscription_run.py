from odoo import models


class ServiceSubscriptionRun(models.Model):
    _inherit = 'service.subscription.run'

    def action_view_run_invoices(self):
        """View the invoices: the figure's button has a name of its own, beside that of the header."""
        return self.action_view_invoices()

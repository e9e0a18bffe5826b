from odoo import models


class ServiceVisit(models.Model):
    _inherit = 'service.visit'

    def action_code_repair(self):
        """Open the dialog in which repairs of the order of one visit are coded."""
        return self.order_id.action_code_repair()

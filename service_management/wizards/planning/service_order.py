from odoo import models


class ServiceOrder(models.Model):
    _inherit = 'service.order'

    def action_plan_another_visit(self):
        """Plan one more visit: the button is not the next step then, and has a name of its own."""
        return self.action_plan_visit()

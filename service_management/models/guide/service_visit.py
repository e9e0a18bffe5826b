from odoo import fields, models


class ServiceVisit(models.Model):
    _inherit = 'service.visit'

    has_guides = fields.Boolean(related='order_id.has_guides')

    def action_ask_guide(self):
        """Open the dialog in which a guide is walked for the order of one visit."""
        return self.order_id.action_ask_guide()

from odoo import fields, models


class ServiceVisit(models.Model):
    _inherit = 'service.visit'

    has_meters = fields.Boolean(related='order_id.has_meters')

    def action_read_meters(self):
        """Ask what the meters of the objects of one visit show."""
        self.ensure_one()
        self.check_access('read')
        return self.order_id.action_read_meters()

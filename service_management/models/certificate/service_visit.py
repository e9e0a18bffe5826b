from odoo import models


class ServiceVisit(models.Model):
    _inherit = 'service.visit'

    def action_issue_certificate(self):
        """Ask for a certificate that an object of the order of one visit was given."""
        return self.order_id.action_issue_certificate()

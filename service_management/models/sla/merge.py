from odoo import models


class ServiceOrder(models.Model):
    """Who has answered one call of a customer has answered the other."""
    _inherit = 'service.order'

    def _move_work_to(self, kept):
        super()._move_work_to(kept)
        if self.date_first_contact and not kept.date_first_contact:
            kept._mark_contacted(self.date_first_contact)

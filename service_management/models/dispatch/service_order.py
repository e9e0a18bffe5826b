from odoo import models
from odoo.exceptions import UserError


class ServiceOrder(models.Model):
    """Who can come first is asked where an order is, too."""
    _inherit = 'service.order'

    def action_find_technician(self):
        """Look for somebody who does what waits to be planned of one order.

        :raise AccessError: if the user is no dispatcher
        :raise UserError: if nothing of it waits
        """
        self.ensure_one()
        self.env['service.visit']._ensure_may_plan()
        visit = self.visit_ids.filtered('is_unassigned')[:1]
        if not visit:
            raise UserError(self.env._(
                "Nothing of %s waits to be planned. Plan another visit first.", self.name))
        return visit.action_find_technician()

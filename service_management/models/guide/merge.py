from odoo import models


class ServiceOrder(models.Model):
    """Guides that were walked go along when orders are merged."""
    _inherit = 'service.order'

    def _move_work_to(self, kept):
        super()._move_work_to(kept)
        # What was answered is evidence: it follows the work, whoever merges.
        self.sudo().guide_run_ids.write({'order_id': kept.id})

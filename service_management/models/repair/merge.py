from odoo import models


class ServiceOrder(models.Model):
    """Repairs go along when orders are merged, with what is known of their objects."""
    _inherit = 'service.order'

    def _move_work_to(self, kept):
        super()._move_work_to(kept)
        rows = {row.object_id: row for row in kept.object_status_ids}
        for row in self.object_status_ids.filtered(lambda row: row.object_id in rows):
            target = rows[row.object_id]
            target.write({
                name: value for name, value in row._get_known().items()
                if value and not target[name]})
        self.repair_ids.write({'order_id': kept.id})

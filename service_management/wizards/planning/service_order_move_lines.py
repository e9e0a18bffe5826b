from odoo import models


class ServiceOrderMoveLines(models.TransientModel):
    _inherit = 'service.order.move.lines'

    def _prepare_values(self):
        """The visit stays with its order."""
        return {**super()._prepare_values(), 'visit_id': False}

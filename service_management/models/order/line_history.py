from odoo import models


class ServiceOrderLine(models.Model):
    """Lines of history: known, and neither booked nor billed."""
    _inherit = 'service.order.line'

    def _file(self):
        """Take lines of history as posted, without cost and without anything to bill."""
        # Only the verbs of lines say that they are posted.
        self.filtered(lambda line: line.state == 'open').sudo().write({'state': 'posted'})

    def _is_billed_by_order(self):
        """Bill nothing that was billed before this program."""
        return not self.order_id.is_history and super()._is_billed_by_order()

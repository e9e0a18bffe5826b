from odoo import models


class ServiceOrder(models.Model):
    """What was sold stays with the order that Sales follows."""
    _inherit = 'service.order'

    def _get_refusal_to_be_merged(self, kept):
        # What was sold counts, whoever may see the sale.
        if self.sudo().sale_order_id or self.sudo().line_ids.sale_line_id:
            return self.env._(
                "%s delivers what was sold, and its sales order follows it. Keep this one.", self.name)
        return super()._get_refusal_to_be_merged(kept)

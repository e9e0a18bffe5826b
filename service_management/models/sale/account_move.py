from odoo import models


class AccountMove(models.Model):
    _inherit = 'account.move'

    def _post(self, soft=True):
        """Take back the extended warranties that are credited."""
        posted = super()._post(soft)
        credits = posted.filtered(lambda move: move.move_type == 'out_refund')
        # Accountants write no warranties: these follow what is credited.
        credits.sudo().invoice_line_ids.sale_line_ids._take_back_credited_warranty()
        return posted

from odoo import models


class ServiceOrderLine(models.Model):
    _inherit = 'service.order.line'

    def _get_kept_lines(self):
        """Hours that came to nothing go with the tap that made them."""
        return super()._get_kept_lines() | self.filtered(lambda line: (
            line.kind == 'hour' and line.state == 'open' and not line.quantity
            and not line.quantity_planned and not line.visit_id and not line.date_start))

    def _take_away(self):
        """Remove hours that a tap booked, when the tap is taken back."""
        lines = self.sudo()  # what verbs booked, verbs take away
        lines.write({
            'visit_id': False, 'date_start': False, 'date_end': False, 'quantity': 0.0,
            'given_fields': False})
        lines.unlink()

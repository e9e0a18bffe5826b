from odoo import fields, models


class ServiceOrderLine(models.Model):
    """A kind of line: equipment that is rented for the work; and a consequence of posting."""
    _inherit = 'service.order.line'

    kind = fields.Selection(
        selection_add=[('rental', "Rental")], ondelete={'rental': 'cascade'})
    posted_text = fields.Char(readonly=True)
    follow_up = fields.Char(readonly=True)

    def _prepare_posting_values(self, is_dated):
        return {**super()._prepare_posting_values(is_dated), 'posted_text': "Booked"}

    def _after_posting(self):
        super()._after_posting()
        for line in self:
            line.sudo().follow_up = f"{line.posted_text} {line.order_id.name}"  # posted by a verb

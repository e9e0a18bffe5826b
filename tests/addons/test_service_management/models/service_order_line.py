from odoo import fields, models


class ServiceOrderLine(models.Model):
    """A kind of line, rented equipment, by `selection_add`; and what posting writes and does, by
    `_prepare_posting_values` and `_after_posting`, in fields of `_get_life_fields`."""
    _inherit = 'service.order.line'

    kind = fields.Selection(
        selection_add=[('rental', "Rental")], ondelete={'rental': 'cascade'})
    posted_text = fields.Char(readonly=True)
    follow_up = fields.Char(readonly=True)

    def _get_life_fields(self):
        return super()._get_life_fields() | {'posted_text', 'follow_up'}

    def _prepare_posting_values(self, is_dated):
        return {**super()._prepare_posting_values(is_dated), 'posted_text': "Booked"}

    def _after_posting(self):
        super()._after_posting()
        for line in self:
            # What only verbs write is written in sudo.
            line.sudo().follow_up = f"{line.posted_text} {line.order_id.name}"

from odoo import api, fields, models


class ServiceOrderLine(models.Model):
    """A kind of line, rented equipment, by `selection_add`; what posting writes and does, by
    `_prepare_posting_values` and `_after_posting`, in fields of `_get_life_fields`; and somebody
    else who pays, by `_get_coverage` and `_get_no_coverage`."""
    _inherit = 'service.order.line'

    kind = fields.Selection(
        selection_add=[('rental', "Rental")], ondelete={'rental': 'cascade'})
    posted_text = fields.Char(readonly=True)
    follow_up = fields.Char(readonly=True)
    goodwill = fields.Char(compute='_compute_billing', store=True, precompute=True)

    @api.depends('order_id.is_goodwill')
    def _compute_billing(self):
        super()._compute_billing()

    @api.model
    def _get_no_coverage(self):
        return {**super()._get_no_coverage(), 'goodwill': False}

    def _get_coverage(self):
        coverage = super()._get_coverage()
        if self.order_id.is_goodwill and coverage['billing'] == 'chargeable':
            coverage.update(billing='not_chargeable', goodwill="For a good customer")
        return coverage

    def _get_life_fields(self):
        return super()._get_life_fields() | {'posted_text', 'follow_up'}

    def _prepare_posting_values(self, is_dated):
        return {**super()._prepare_posting_values(is_dated), 'posted_text': "Booked"}

    def _after_posting(self):
        super()._after_posting()
        for line in self:
            # What only verbs write is written in sudo.
            line.sudo().follow_up = f"{line.posted_text} {line.order_id.name}"

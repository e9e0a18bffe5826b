from odoo import fields, models


class ServiceOrderCopyLines(models.TransientModel):
    """A dialog that asks for the new kind, by `_get_kind_fields`; the others take it as it comes."""
    _inherit = 'service.order.copy.lines'

    is_rental = fields.Boolean(string="Rentals", default=True)

    def _get_kind_fields(self):
        return {**super()._get_kind_fields(), 'rental': 'is_rental'}

from odoo import models


class ServiceBilledMixin(models.AbstractModel):
    """What every billed row says: the serial number of its object. By `_get_document_parts`."""
    _inherit = 'service.billed.mixin'

    def _get_document_parts(self):
        serial = self.object_id.serial_number
        return [*super()._get_document_parts(), serial and f"S/N {serial}"]

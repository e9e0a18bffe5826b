from odoo import models


class ServiceBilledMixin(models.AbstractModel):
    """A row that becomes an invoice line: work of an order, a fee of a subscription."""
    _name = 'service.billed.mixin'
    _description = "Billed Service"

    def _get_document_name(self):
        """Return what customers read of one row on documents and invoices, in their language."""
        self.ensure_one()
        return '\n'.join(filter(None, self._get_document_parts()))

    def _get_document_parts(self):
        """Return the texts of one row that make its name, one below the other.

        Extend a model for its own rows, and this mixin for what all of them say.
        """
        self.ensure_one()
        return []

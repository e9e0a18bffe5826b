from odoo import models

from ..common.searching import index_text
from .lookup import index_names, index_words


class ResPartner(models.Model):
    """A customer who calls."""
    _inherit = 'res.partner'

    # Phones have an index of Odoo's own.
    _service_words = index_words('res.partner')
    _service_names = index_names('res.partner')
    # What Odoo looks a contact up by: each of the fields, so that all of them together are served
    _service_complete_name = index_text('complete_name')
    _service_phone = index_text('phone')
    _service_email = index_text('email')
    _service_ref = index_text('ref')
    _service_vat = index_text('vat')
    _service_company_registry = index_text('company_registry')

    def action_take_service_call(self):
        """Open the page of calls: this customer is on the phone."""
        self.ensure_one()
        self.check_access('read')
        return self.env['service.call']._open_page(self)

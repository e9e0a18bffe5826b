from odoo import models

from .lookup import index_names, index_words


class ResPartner(models.Model):
    """A customer who calls."""
    _inherit = 'res.partner'

    # Phones have an index of Odoo's own.
    _service_words = index_words('res.partner')
    _service_names = index_names('res.partner')

    def action_take_service_call(self):
        """Open the page of calls: this customer is on the phone."""
        self.ensure_one()
        self.check_access('read')
        return self.env['service.call']._open_page(self)

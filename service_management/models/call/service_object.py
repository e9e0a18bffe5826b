from odoo import models
from odoo.exceptions import UserError

from .lookup import index_names, index_numbers, index_words


class ServiceObject(models.Model):
    """An object that somebody calls about."""
    _inherit = 'service.object'

    _call_words = index_words('service.object')
    _call_names = index_names('service.object')
    _call_numbers = index_numbers('service.object')

    def action_take_call(self):
        """Open the page of calls with the object.

        :raise UserError: if it belongs to nobody
        """
        self.ensure_one()
        self.check_access('read')
        if not self.partner_id:
            raise UserError(self.env._(
                "%s belongs to no customer. Enter one first.", self.display_name))
        return self.env['service.call']._open_page(self.partner_id, self)

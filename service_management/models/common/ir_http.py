from odoo import models
from odoo.http import request


class IrHttp(models.AbstractModel):
    _inherit = 'ir.http'

    @classmethod
    def _dispatch(cls, endpoint):
        """Keep from our routes the one name of a parameter that callers cannot give a value."""
        if endpoint.__module__.startswith('odoo.addons.service_management'):
            request.params.pop('self', None)
        return super()._dispatch(endpoint)

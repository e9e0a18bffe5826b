from odoo import api, models


class ServiceCall(models.AbstractModel):
    """A guide may be walked for the order of a call while the customer is on the line."""
    _inherit = 'service.call'

    @api.model
    @api.readonly
    def get_choices(self):
        """Tell whether there are guides: 'has_guides'."""
        return {
            **super().get_choices(), 'has_guides': self.env['service.guide']._has_any(self.env.company)}

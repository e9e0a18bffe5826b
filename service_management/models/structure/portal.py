from odoo import models


class ServiceObject(models.Model):
    """What customers see of what their objects are made of."""
    _inherit = 'service.object'

    def _get_shown_components(self):
        """Return the components of today of one object that its customer reads of, none where hidden."""
        self.ensure_one()
        # Customers have no rights on companies: what is for them is said by each.
        shown = self.company_id.sudo().service_portal_structure
        return self.component_ids.browse() if shown == 'hidden' else self.component_ids

    def _shows_part_warranty(self):
        """Tell whether customers read until when the parts of one object are under warranty."""
        self.ensure_one()
        # As in _get_shown_components.
        return self.company_id.sudo().service_portal_structure == 'warranty'

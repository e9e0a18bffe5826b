from odoo import api, models
from odoo.fields import Domain


class ServicePortalMixin(models.AbstractModel):
    """What customers see in the portal of the documents that are made for them."""
    _name = 'service.portal.mixin'
    _description = "Service Document in the Portal"
    _inherit = ['portal.mixin']

    @api.model
    def _get_portal_domain(self, partner):
        """Return the domain of the documents that a customer's people see; extend to hide some.

        :param partner: res.partner of the user
        """
        return Domain('commercial_partner_id', '=', partner.commercial_partner_id.id)

    def _get_portal_documents(self):
        """Return {name: XML id of the report} of what customers may download; extend for some."""
        self.ensure_one()
        return {}

    def _get_report_base_filename(self):
        """Return the name of the file that customers download; asked by the portal's controller."""
        self.ensure_one()
        return self.name

    def action_preview_portal(self):
        """Show the page that the customer sees; not by the customer's link, which decides for him."""
        self.ensure_one()
        self.check_access('read')
        return {'type': 'ir.actions.act_url', 'target': 'self', 'url': self.access_url}

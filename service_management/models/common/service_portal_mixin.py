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
        own = Domain('commercial_partner_id', '=', partner.commercial_partner_id.id)
        sites = self._get_sites_seen_by(partner)
        return own & self._get_site_domain(sites) if sites else own

    @api.model
    def _get_sites_seen_by(self, partner):
        """Return the sites that a contact is limited to, none where all is shown; extend for some."""
        return partner.browse()

    @api.model
    def _get_site_domain(self, sites):
        """Return the domain of the documents of some sites, for contacts who see no others.

        Those see nothing that does not say where it is: extend to say it.
        """
        return Domain.FALSE

    def _is_shown_to(self, partner):
        """Tell whether one document is of a site that a contact sees."""
        sites = self._get_sites_seen_by(partner)
        return not sites or bool(self.sudo().filtered_domain(self._get_site_domain(sites)))

    def _filter_recipients(self, recipients):
        """Take those off who are told of a document, whose site they do not see.

        :param list recipients: dicts as of `mail.thread._notify_get_recipients`
        """
        if len(self) != 1:
            return recipients
        Partner = self.env['res.partner']
        return [recipient for recipient in recipients if not recipient.get('share')
                or self._is_shown_to(Partner.browse(recipient['id'] or ()))]

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

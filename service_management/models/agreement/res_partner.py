from odoo import api, fields, models
from odoo.fields import Domain


class ResPartner(models.Model):
    _inherit = 'res.partner'

    service_agreement_count = fields.Integer(
        compute='_compute_service_agreement_count',
        groups='service_management.service_management_group_technician')
    service_expiring_count = fields.Integer(
        string="Agreements Expiring Soon", compute='_compute_service_expiring_count',
        groups='service_management.service_management_group_technician')

    @api.model
    def _get_customer_models(self):
        return [*super()._get_customer_models(), 'service.agreement']

    def _on_other_customer(self, of_others):
        super()._on_other_customer(of_others)
        living = self.env['service.agreement']._get_open_domain() & of_others
        self._ensure_no_site({'service.agreement': Domain('site_ids', 'in', self.ids) & living})
        self._leave(self.env['service.agreement'].sudo().search(
            Domain('contact_id', 'in', self.ids) & living))

    def _compute_service_agreement_count(self):
        self._count_service(
            'service_agreement_count', 'service.agreement', Domain('is_template', '=', False))

    def _compute_service_expiring_count(self):
        self._count_service(
            'service_expiring_count', 'service.agreement',
            self.env['service.agreement']._get_expiring_domain())

    def action_view_service_agreements(self):
        """Show the agreements of the customer."""
        return self._action_view_service('service_management.service_agreement_action')

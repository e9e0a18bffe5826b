from odoo import fields, models
from odoo.fields import Domain


class ResPartner(models.Model):
    _inherit = 'res.partner'

    service_agreement_count = fields.Integer(
        compute='_compute_service_agreement_count',
        groups='service_management.service_management_group_technician')
    service_expiring_count = fields.Integer(
        string="Agreements Expiring Soon", compute='_compute_service_expiring_count',
        groups='service_management.service_management_group_technician')

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

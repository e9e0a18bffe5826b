from odoo import fields, models
from odoo.fields import Domain


class ResPartner(models.Model):
    _inherit = 'res.partner'

    service_agreement_count = fields.Integer(
        compute='_compute_service_counts',
        groups='service_management.service_management_group_technician')
    service_expiring_count = fields.Integer(
        string="Agreements Expiring Soon", compute='_compute_service_expiring_count',
        groups='service_management.service_management_group_technician')

    def _compute_service_expiring_count(self):
        Agreement = self.env['service.agreement']
        count_by_customer = dict(Agreement._read_group(
            Agreement._get_expiring_domain()
            & Domain('commercial_partner_id', 'in', self.commercial_partner_id.ids),
            ['commercial_partner_id'], ['__count']))
        for partner in self:
            partner.service_expiring_count = count_by_customer.get(
                partner.commercial_partner_id._origin, 0)

    def action_view_service_agreements(self):
        return self._action_view_service('service_management.service_agreement_action')

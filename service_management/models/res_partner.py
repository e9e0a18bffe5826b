from odoo import fields, models


class ResPartner(models.Model):
    _inherit = 'res.partner'

    service_order_count = fields.Integer(
        compute='_compute_service_counts',
        groups='service_management.service_management_group_technician')
    service_object_count = fields.Integer(
        compute='_compute_service_counts',
        groups='service_management.service_management_group_technician')

    def _compute_service_counts(self):
        """Count what belongs to the customer or is at one of its addresses."""
        commercials = self.commercial_partner_id
        counts = {}
        for model in ('service.order', 'service.object'):
            counts[model] = dict(self.env[model]._read_group(
                [('commercial_partner_id', 'in', commercials.ids)],
                ['commercial_partner_id'], ['__count']))
        for partner in self:
            commercial = partner.commercial_partner_id
            partner.service_order_count = counts['service.order'].get(commercial, 0)
            partner.service_object_count = counts['service.object'].get(commercial, 0)

    def action_view_service_orders(self):
        return self._action_view_service('service_management.service_order_action')

    def action_view_service_objects(self):
        return self._action_view_service('service_management.service_object_action')

    def _action_view_service(self, xml_id):
        self.ensure_one()
        action = self.env['ir.actions.act_window']._for_xml_id(xml_id)
        return {
            **action,
            'domain': [('commercial_partner_id', '=', self.commercial_partner_id.id)],
            'context': {'default_partner_id': self.id},
        }

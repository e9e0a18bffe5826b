from odoo import fields, models


class ResPartner(models.Model):
    _inherit = 'res.partner'

    _figures_of = ('service.order', 'commercial_partner_id')
    _figures_order_field = 'commercial_partner_id'

    service_order_count = fields.Integer(
        compute='_compute_service_counts',
        groups='service_management.service_management_group_technician')

    def action_view_service_orders(self):
        return self._action_view_service('service_management.service_order_action')

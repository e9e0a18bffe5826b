from odoo import fields, models


class ResPartner(models.Model):
    _inherit = 'res.partner'

    _figures_order_field = 'commercial_partner_id'

    service_order_count = fields.Integer(
        compute='_compute_service_order_count',
        groups='service_management.service_management_group_technician')

    def _compute_service_order_count(self):
        self._count_service('service_order_count', 'service.order')

    def action_view_service_orders(self):
        """Show the orders of the customer."""
        return self._action_view_service('service_management.service_order_action')

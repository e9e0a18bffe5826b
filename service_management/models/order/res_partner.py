from odoo import api, fields, models
from odoo.fields import Domain


class ResPartner(models.Model):
    _inherit = 'res.partner'

    _figures_order_field = 'commercial_partner_id'

    service_order_count = fields.Integer(
        compute='_compute_service_order_count',
        groups='service_management.service_management_group_technician')

    @api.model
    def _get_customer_models(self):
        return [*super()._get_customer_models(), 'service.order']

    def _on_other_customer(self, of_others):
        super()._on_other_customer(of_others)
        opened = Domain('state', 'in', ('draft', 'open')) & of_others
        self._ensure_no_site({'service.order': Domain('site_id', 'in', self.ids) & opened})
        self._leave(self.env['service.order'].sudo().search(
            Domain('contact_id', 'in', self.ids) & opened).filtered('can_edit'))

    def _compute_service_order_count(self):
        self._count_service('service_order_count', 'service.order')

    def action_view_service_orders(self):
        """Show the orders of the customer."""
        return self._action_view_service('service_management.service_order_action')

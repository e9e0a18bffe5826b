from odoo import fields, models


class ServiceObject(models.Model):
    _inherit = 'service.object'

    _figures_fee_field = 'object_id'

    subscription_count = fields.Integer(
        compute='_compute_subscription_count',
        groups='service_management.service_management_group_customer_service')

    def _get_live_documents(self):
        # Subscriptions that the user may not see count, too.
        Subscription = self.env['service.subscription'].sudo()
        return [*super()._get_live_documents(), Subscription.search([
            ('line_ids.object_id', 'in', self.ids), ('state', 'in', ('draft', 'active'))])]

    def _compute_subscription_count(self):
        count_by_object = dict(self.env['service.subscription.line']._read_group(
            [('object_id', 'in', self.ids)], ['object_id'], ['subscription_id:count_distinct']))
        for obj in self:
            obj.subscription_count = count_by_object.get(obj._origin, 0)

    def action_view_subscriptions(self):
        """Show the subscriptions that the object is served by."""
        self.ensure_one()
        return self.env['service.subscription']._show_found(
            [('line_ids.object_id', '=', self.id)], default_partner_id=self.partner_id.id)

from odoo import api, fields, models
from odoo.fields import Command


class SaleOrder(models.Model):
    _inherit = 'sale.order'

    service_subscription_ids = fields.One2many(
        comodel_name='service.subscription', inverse_name='sale_order_id', string="Subscriptions",
        copy=False, readonly=True,
        groups='service_management.service_management_group_customer_service,account.group_account_invoice,'
               'sales_team.group_sale_salesman')
    service_subscription_count = fields.Integer(
        compute='_compute_service_subscription_count', compute_sudo=True)

    @api.depends('service_subscription_ids')
    def _compute_service_subscription_count(self):
        for order in self:
            order.service_subscription_count = len(order.service_subscription_ids)

    def action_view_service_subscriptions(self):
        """Show the subscriptions that the order has sold."""
        self.ensure_one()
        return self.service_subscription_ids._show()

    @api.model
    def _get_prepared_fields(self):
        return [*super()._get_prepared_fields(), 'service_subscription_ids']

    def _tell_of_cancelled_sale(self):
        super()._tell_of_cancelled_sale()
        self._ask_to_end(self.service_subscription_ids)

    def _prepare_service_subscription(self, plan, lines):
        """Return the values of the subscription that bills some lines of one order."""
        self.ensure_one()
        return {
            'title': ', '.join(dict.fromkeys(lines.product_id.mapped('name'))),
            'company_id': self.company_id.id,
            'partner_id': self.partner_id.id,
            'partner_invoice_id': self.partner_invoice_id.id,
            'client_order_ref': self.client_order_ref,
            'user_id': self.user_id._filter_there(self.company_id).id,
            'sale_order_id': self.id,
            'plan_id': plan.id,
            'date_start': self._get_service_start(),
            'pricelist_id': self.pricelist_id.id,
            'payment_term_id': self.payment_term_id.id,
            'fiscal_position_id': self.fiscal_position_id.id,
            'line_ids': [
                Command.create(line._prepare_service_subscription_line()) for line in lines],
        }

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command


class SaleOrderLine(models.Model):
    _inherit = 'sale.order.line'

    service_subscription_line_ids = fields.One2many(
        comodel_name='service.subscription.line', inverse_name='sale_line_id',
        string="Subscription Lines", copy=False, readonly=True,
        groups='service_management.service_management_group_customer_service,account.group_account_invoice,'
               'sales_team.group_sale_salesman')

    service_period = fields.Char(
        string="Recurs", compute='_compute_service_period', compute_sudo=True,
        help="How often the price is paid: the line becomes a subscription.")

    @api.depends('product_id.service_tracking', 'product_id.service_plan_id')
    @api.depends_context('lang')
    def _compute_service_period(self):
        for line in self:
            plan = line._get_service_plan()
            line.service_period = plan._get_period_text() if plan else False

    def _get_service_plan(self):
        """Return the plan that one line is billed by once it is sold, or an empty one."""
        self.ensure_one()
        product = self.product_id
        if product.service_tracking != 'service_subscription':
            return self.env['service.subscription.plan']
        return product.service_plan_id

    @api.depends('service_subscription_line_ids')
    def _compute_qty_to_invoice(self):
        """Leave to the subscription what the subscription bills; not what was sold before."""
        # Whoever sold it need not see the subscription.
        billed = self.filtered(lambda line: line.sudo().service_subscription_line_ids)
        billed.qty_to_invoice = 0.0
        super(SaleOrderLine, self - billed)._compute_qty_to_invoice()

    def _create_service(self):
        super()._create_service()
        self._create_service_subscriptions()

    def _create_service_subscriptions(self):
        """Prepare a draft subscription for the lines of each plan; again makes nothing twice.

        :raise UserError: if a product does not say how it is billed
        """
        lines = self._get_newly_sold('service_subscription', 'service_subscription_line_ids')
        for line in lines:
            if not line.product_id.service_plan_id:
                raise UserError(self.env._(
                    "“%s” creates a subscription, but has no plan. Choose one on the product.",
                    line.product_id.display_name))
        for (order, plan), sold in lines.grouped(
                lambda line: (line.order_id, line.product_id.service_plan_id)).items():
            # Salespeople bill no subscriptions.
            Subscription = self.env['service.subscription'].sudo().with_company(order.company_id)
            order._ask_to_activate(
                Subscription.create(order._prepare_service_subscription(plan, sold)))

    def _prepare_service_subscription_line(self):
        """Return the values of the line that bills one sold line, at its price."""
        self.ensure_one()
        return {
            'product_id': self.product_id.id,
            'name': self.name,
            'product_uom_id': self.product_uom_id.id,
            'quantity': self.product_uom_qty,
            'base_price': self.price_unit,
            'discount': self.discount,
            'tax_ids': [Command.set(self.tax_ids.ids)],
            'analytic_distribution': self.analytic_distribution,
            'sale_line_id': self.id,
        }

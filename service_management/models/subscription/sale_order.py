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

    has_service_recurring = fields.Boolean(
        string="Has Recurring Lines", compute='_compute_service_recurring', compute_sudo=True)
    service_recurring = fields.Text(
        string="Of This Recurs", compute='_compute_service_recurring', compute_sudo=True,
        help="What is paid once, what again and again, and what that is in a year; before taxes.")

    @api.depends('order_line.service_period', 'order_line.price_subtotal', 'currency_id')
    @api.depends_context('lang')
    def _compute_service_recurring(self):
        for order in self:
            rows = order._get_service_recurring()
            order.has_service_recurring = bool(rows)
            order.service_recurring = '\n'.join(
                f'{words}: {order.currency_id.format(amount)}' for words, amount in rows) or False

    def _get_service_recurring(self):
        """Return what one order costs once, in each period, and in a year; nothing if nothing recurs.

        :return: list of (words, amount before taxes)
        """
        self.ensure_one()
        lines = self.order_line.filtered(lambda line: not line.display_type)
        recurring = lines.filtered(lambda line: line._get_service_plan())
        if not recurring:
            return []
        rows = []
        if once := sum((lines - recurring).mapped('price_subtotal')):
            rows.append((self.env._("Once"), once))
        by_period = recurring.grouped(lambda line: line._get_service_plan()._get_period_text())
        rows += [(period.capitalize(), sum(group.mapped('price_subtotal')))
                 for period, group in by_period.items()]
        yearly = sum(line.price_subtotal * 12 / line._get_service_plan()._get_months()
                     for line in recurring)
        return rows + [(self.env._("Recurring, in a year"), self.currency_id.round(yearly))]

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

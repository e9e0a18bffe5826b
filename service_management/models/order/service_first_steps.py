from odoo import api, models
from odoo.fields import Domain
from odoo.tools import format_list


class ServiceFirstSteps(models.AbstractModel):
    _inherit = 'service.first.steps'

    @api.model
    def _get_steps(self, company, place=None):
        """Ask for prices and taxes, and for the first order with all that follows."""
        steps = super()._get_steps(company, place)
        if place in (None, 'money'):
            steps.append(self._get_price_step(company))
        if not place:
            steps += self._get_order_steps(company)
        return steps

    @api.model
    def _get_price_step(self, company):
        products = (
            company._get_service_products() | company._get_shipped_products().product_variant_id)
        # A company's taxes are not seen from another one.
        untaxed = products.sudo().filtered(lambda product: not (
            product.taxes_id._filter_taxes_by_company(company)))
        names = format_list(self.env, untaxed.mapped('name'))
        return self._make_step(
            'prices', 40, self.env._("Prices and taxes"), self.env._(
                "What an hour, the travel and a fee cost customers, and the tax on them."),
            company.service_hour_product_id and company.service_travel_product_id
            and company.service_hour_product_id.list_price and not untaxed,
            self._open(
                'product.product', self.env._("Prices and taxes"), right='read',
                domain=[('id', 'in', products.ids)]),
            untaxed and self.env._("These products have no tax, and are billed without: %s.", names))

    @api.model
    def _get_order_steps(self, company):
        Order = self.env['service.order']
        own = Domain('company_id', '=', company.id)
        new = own & Domain('is_history', '=', False)
        orders = Order._window_action
        done = Domain('state', 'in', ('signed_off', 'posted'))
        return [
            self._make_step(
                'order', 70, self.env._("First order"),
                self.env._("Somebody calls: what is wrong, whose it is, and where."),
                Order.search_count(new, limit=1), self._show_orders(orders)),
            self._make_step(
                'sign_off', 80, self.env._("First sign-off"),
                self.env._("Work is done, written down, and signed by the customer."),
                Order.search_count(new & done, limit=1), self._show_orders(orders)),
            self._make_step(
                'invoice', 90, self.env._("First invoice"),
                self.env._("Post what was signed, and bill what is posted."),
                # Invoices are accounting's; that there is one is no secret of it.
                self.env['account.move.line'].sudo().search_count(
                    own & Domain('service_order_line_id', '!=', False), limit=1),
                self._show_orders('service_management.service_order_action_to_bill')),
        ]

    @api.model
    def _show_orders(self, action):
        return self.env['ir.actions.act_window']._for_xml_id(action)

from odoo import api, fields, models
from odoo.exceptions import UserError

ADDRESS = {
    'site_street': 'street', 'site_street2': 'street2', 'site_zip': 'zip', 'site_city': 'city',
    'site_state_id': 'state_id', 'site_country_id': 'country_id',
}


class ServiceOrder(models.Model):
    """An address that was entered on an order, and is not the customer's yet."""
    _inherit = 'service.order'

    has_own_address = fields.Boolean(
        compute='_compute_has_own_address', help="The address is none that the customer has.")

    @api.depends('site_id', *ADDRESS, *(f'site_id.{name}' for name in ADDRESS.values()))
    def _compute_has_own_address(self):
        for order in self:
            order.has_own_address = bool(order.site_street or order.site_city) and any(
                (order[name] or False) != (order.site_id[of_site] or False)
                for name, of_site in ADDRESS.items())

    def action_keep_address(self):
        """Keep the address of one order with its customer, as the site of later orders, too.

        A customer without any address gets it; others get one more site.

        :raise UserError: if there is no address to keep
        """
        self.ensure_one()
        self._ensure_role('customer_service', self.env._(
            "Addresses of customers are kept by customer service and dispatchers. Ask one of them."))
        self._ensure_allowed('edit')
        if not self.has_own_address:
            raise UserError(self.env._(
                "The address is the one of the site already. Enter another one first."))
        vals = {of_site: self._fields[name].convert_to_write(self[name], self)
                for name, of_site in ADDRESS.items()}
        customer = self.commercial_partner_id
        if not any(customer[name] for name in ('street', 'zip', 'city')):
            customer.write(vals)
            self.site_id = customer
            return True
        self.site_id = self.env['res.partner'].create({
            **vals, 'parent_id': customer.id, 'type': 'delivery',
            'name': ', '.join(filter(None, (self.site_street, self.site_city)))})
        return True

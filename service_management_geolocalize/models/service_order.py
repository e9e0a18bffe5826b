from odoo import api, models

from odoo.addons.service_management.models.order.address import ADDRESS


class ServiceOrder(models.Model):
    _inherit = 'service.order'

    @api.model_create_multi
    def create(self, vals_list):
        """Look up where new orders take place."""
        orders = super().create(vals_list)
        orders._queue_sites()
        return orders

    def write(self, vals):
        result = super().write(vals)
        if not {'site_id', *ADDRESS}.isdisjoint(vals):
            self._forget_search()
            self._queue_sites()
        return result

    def _queue_sites(self):
        """Let it be looked up where these orders take place, as far as they are not over."""
        if not self._is_search_on():
            return
        orders = self.filtered(lambda order: order.state in ('draft', 'open'))
        sources = [order._get_place_source() for order in orders]
        for model in self._get_searched_models():
            self.env[model].union(*(
                source for source in sources if source._name == model))._queue_places()

    @api.model
    def _queue_all(self):
        """Let all be looked up that is driven to and unknown; called when it is switched on."""
        # An administrator of the database need not see the orders of its companies.
        self.sudo().search([('state', 'in', ('draft', 'open'))])._queue_sites()
        self.env['hr.employee'].sudo().search([
            ('service_team_id', '!=', False)]).address_id._queue_places()

from odoo import api, models


class ServiceOrderLine(models.Model):
    """What the type of an order means for its lines."""
    _inherit = 'service.order.line'

    def _is_untouched(self, vals):
        """Tell whether one line still says what some values do, and nothing was done for it."""
        self.ensure_one()
        if self.state != 'open' or self.given_fields or self.billing_override or self._has_work():
            return False
        return all(
            self._fields[name].convert_to_cache(value, self)
            == self._fields[name].convert_to_cache(self[name], self)
            for name, value in vals.items() if name != 'sequence')

    @api.depends('order_id.type_id')
    def _compute_billing(self):
        super()._compute_billing()

    def _get_coverage(self):
        """Charge nobody for work that is free by its type."""
        order_type = self.order_id.type_id
        if order_type.is_free and not (self.is_price_agreed and self.agreed_coverage):
            return {
                **self._get_no_coverage(), 'billing': 'not_chargeable',
                'billing_reason': self.env._("%s: free of charge", order_type.name)}
        return super()._get_coverage()

from odoo import fields, models
from odoo.tools import SQL


class ServiceSubscriptionForecastLine(models.Model):
    """A column of the forecast: the customer's reference. By `_select_additional_fields`."""
    _inherit = 'service.subscription.forecast.line'
    _depends = {'service.subscription': ['client_order_ref']}

    client_order_ref = fields.Char(readonly=True)

    def _select_additional_fields(self):
        return {
            **super()._select_additional_fields(),
            'client_order_ref': SQL("subscription.client_order_ref")}

from odoo import fields, models


class ServiceSubscriptionForecast(models.TransientModel):
    """A column of the forecast: the customer's reference. By `_prepare_line`."""
    _inherit = 'service.subscription.forecast'

    def _prepare_line(self, subscription, month, amount, today):
        return {
            **super()._prepare_line(subscription, month, amount, today),
            'client_order_ref': subscription.client_order_ref}


class ServiceSubscriptionForecastLine(models.TransientModel):
    """The same column, where it is read."""
    _inherit = 'service.subscription.forecast.line'

    client_order_ref = fields.Char()

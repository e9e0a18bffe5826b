from odoo import fields, models


class ServicePriceRule(models.Model):
    """A condition: the day of the week on which the work is done, else on which the call came."""
    _inherit = 'service.price.rule'

    weekday = fields.Integer(default=-1, help="0 is Monday; -1 means any day.")

    def _fits(self, order, moment=None):
        day = moment.date() if moment else order._get_order_day()
        return super()._fits(order, moment) and self.weekday in (-1, day.weekday())

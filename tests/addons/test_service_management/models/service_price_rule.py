from odoo import fields, models

from odoo.addons.service_management.tools.clock import local_day


class ServicePriceRule(models.Model):
    """A condition, by `_fits`: the weekday of the work, or of the call where no moment is known."""
    _inherit = 'service.price.rule'

    weekday = fields.Integer(default=-1, help="0 is Monday; -1 means any day.")

    def _fits(self, order, moment=None):
        day = local_day(moment, order._get_timezone()) if moment else order._get_order_day()
        return super()._fits(order, moment) and self.weekday in (-1, day.weekday())

from odoo import models

from ...tools.clock import local_day


class ServiceAgreement(models.Model):
    """What an agreement covers, and when."""
    _inherit = 'service.agreement'

    def _is_in_force(self, day):
        """Tell whether one agreement holds on a day: it was agreed, and the day is one of its."""
        self.ensure_one()
        return bool(
            self.state in ('active', 'expired', 'closed') and not self.is_template
            and self.date_start <= day and (not self.date_end or day <= self.date_end))

    def _is_in_force_at(self, moment):
        """Tell whether one agreement holds at a moment (naive UTC), by the days of its place."""
        self.ensure_one()
        return self._is_in_force(local_day(moment, self._get_timezone()))

    def _covers(self, order):
        """Tell how well one agreement fits an order: 0 not at all, 3 best.

        It fits best when it names the order's object, then when it names its site.
        """
        self.ensure_one()
        if self.object_ids:
            return 3 if order.object_ids._origin & self.object_ids else 0
        if self.site_ids:
            return 2 if order.site_id._origin in self.site_ids else 0
        return 1

from odoo import api, models
from odoo.tools import split_every


class ServiceSubscriptionAccrual(models.Model):
    _inherit = 'service.subscription.accrual'

    @api.model
    def _process(self, row_ids, batch_size):
        """Hand the batches to the queue, if somebody works through it."""
        if not self.env['service.subscription.run']._is_queue_served():
            super()._process(row_ids, batch_size)
            return
        for ids in split_every(batch_size, row_ids):
            self.browse(ids).with_delay(
                identity_key=f'service_subscription_accrual:{ids[0]}')._process_batch()

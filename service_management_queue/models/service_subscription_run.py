from odoo import api, models
from odoo.tools import config

from odoo.addons.queue_job.delay import group
from odoo.addons.service_management.models.service_subscription_run import BATCH_SIZE


class ServiceSubscriptionRun(models.Model):
    _inherit = 'service.subscription.run'

    @api.model
    def _is_queue_served(self):
        """Tell whether a runner works through the queue: it is loaded with the server."""
        return 'queue_job' in config['server_wide_modules']

    def _process(self, batch_size=BATCH_SIZE):
        """Hand the batches to the queue, whose workers bill them side by side.

        Where no runner is loaded, the scheduled action does the work itself, as without the queue.
        """
        if not self._is_queue_served():
            return super()._process(batch_size)
        for run in self:
            jobs = [
                run.delayable(
                    description=f'{run.name}: {len(ids)}',
                    identity_key=f'service_subscription_run:{run.id}:{ids[0]}',
                )._process_job(ids)
                for ids in run._get_batches(batch_size)]
            if jobs:
                group(*jobs).on_done(run.delayable()._finish()).delay()
            else:
                run._finish()
        return True

    def _process_job(self, subscription_ids):
        """Bill those of some subscriptions that are still to do, as one job."""
        self.ensure_one()
        self._process_batch(self.todo_ids & self.todo_ids.browse(subscription_ids))

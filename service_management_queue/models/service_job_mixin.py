from odoo import api, models
from odoo.tools import config

from odoo.addons.queue_job.delay import group
from odoo.addons.queue_job.job import identity_exact


class ServiceJobMixin(models.AbstractModel):
    _inherit = 'service.job.mixin'

    @api.model
    def _is_queue_served(self):
        """Tell whether a runner works through the queue: it is loaded with the server."""
        return 'queue_job' in config['server_wide_modules']

    def _process_batches(self, step, batches, after=None):
        """Hand the batches of every job to the queue, whose workers do them side by side.

        What waits already is not queued again. Where no runner is loaded, the scheduled
        action does the work itself, as without the queue.
        """
        if not self._is_queue_served():
            return super()._process_batches(step, batches, after)
        jobs = [self._delay(step, ids) for ids in batches]
        if not after:
            for job in jobs:
                job.delay()
        elif jobs:
            group(*jobs).on_done(self._delay(after)).delay()
        else:
            after()
        return True

    @api.model
    def _delay(self, method, *args):
        """Return the call of a bound method as a job that is not queued yet."""
        records = method.__self__
        description = ' '.join(filter(None, (
            records.display_name if len(records) == 1 else records._description,
            method.__name__.strip('_').replace('_', ' '), *(f'({len(ids)})' for ids in args))))
        delayable = records.delayable(description=description, identity_key=identity_exact)
        return getattr(delayable, method.__name__)(*args)

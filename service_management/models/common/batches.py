"""What nightly jobs share: each batch is a transaction, and what fails is undone by itself."""
from psycopg2 import OperationalError

from odoo import models


def attempt(env, work):
    """Call a function, and undo what it did if it fails.

    :return: the error, or None if it went well
    :raise OperationalError: the transaction is lost, not the record at fault
    """
    try:
        with env.cr.savepoint():
            work()
            env.flush_all()
    except OperationalError:
        raise
    except Exception as error:
        env.invalidate_all()
        return error
    return None


def work_through(env, batches, work):
    """Call a function with each batch of ids, each in a transaction of its own.

    Killed anywhere, it can be called again with what is left. A batch that another transaction came
    first to is left to the next run.

    :param batches: iterable of lists of ids
    :return: whether there was time for all of them
    """
    cron, batches = env['ir.cron'], list(batches)
    time_left = cron._commit_progress(remaining=sum(map(len, batches)))
    for ids in batches:
        if not time_left:
            return False
        try:
            work(ids)
            env.flush_all()
        except OperationalError:
            env.cr.rollback()
            continue
        env.invalidate_all()  # what is done needs no memory any more
        time_left = cron._commit_progress(len(ids))
    return True


def tell_once(record, activity_type, summary, note):
    """Put what failed on the to-do list of the responsible, unless it is there already."""
    if record.env.ref(activity_type) not in record.activity_ids.activity_type_id:
        record._schedule_todo(activity_type, summary, note=note)


class ServiceJobMixin(models.AbstractModel):
    """A document with work that nobody waits for: orders to create, fees to bill, mails to send.

    All scheduled actions follow one strategy:

    - ``_cron_…`` finds what is due, and hands its ids over in batches to `_process_batches`.
    - A *step* does one batch, and each batch is a transaction: killed anywhere, the next run finds
      what is left. The time of a scheduled action is respected between two batches, and what
      remains is reported, so that it is called again at once.
    - A step takes ids, for it may run later, and elsewhere: it locks what nobody else has, looks
      again whether that is due still, and does it.
    - Fast path: a batch is done together. Slow path, if that fails or where together is no faster:
      each record alone, by `attempt`. What fails is undone and set aside: the reason is kept, a
      person is told once, the others go on.
    - A transaction that lost against another one (`OperationalError`) ends its batch only. Nothing
      is wrong with the records: the next run does them.

    To add to the work of a job, override its step, here for what comes after the orders::

        def _generate_batch(self, agreement_ids):
            super()._generate_batch(agreement_ids)
            self.browse(agreement_ids)._send_announcements()

    The steps: `_generate_batch` and `_renew_batch` of agreements, `_watch_batch` of service levels,
    `_send_receipt_batch` of orders, `_tell_overrun_batch` of visits, `_bill_batch` of billing runs,
    `_accrue_batch` of accruals.
    """
    _name = 'service.job.mixin'
    _description = "Work Done in Batches"

    def _process_batches(self, step, batches, after=None):
        """Do batches of a job one after the other; override to let others do them.

        :param step: bound method that does one batch, called with a list of ids
        :param batches: iterable of lists of ids
        :param after: bound method without parameters, called when all batches are done
        :return: whether there was time for all of them
        """
        if not work_through(self.env, batches, step):
            return False
        if after:
            after()
        return True

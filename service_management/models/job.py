"""What nightly jobs share: each batch is a transaction, and what fails is undone by itself."""
from psycopg2 import OperationalError


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

    :return: whether there was time for all of them
    """
    for ids in batches:
        try:
            work(ids)
            env.flush_all()
        except OperationalError:
            env.cr.rollback()
            continue
        env.invalidate_all()  # what is done needs no memory any more
        if not env['ir.cron']._commit_progress(len(ids)):
            return False
    return True


def tell_once(record, activity_type, summary, note):
    """Put what failed on the to-do list of the responsible, unless it is there already."""
    if record.env.ref(activity_type) not in record.activity_ids.activity_type_id:
        record.activity_schedule(
            activity_type, user_id=record.user_id.id or record.env.uid, summary=summary, note=note)

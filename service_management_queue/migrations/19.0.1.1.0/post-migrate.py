"""All scheduled actions hand their batches to the queue in one way: their steps have other names."""
from odoo import SUPERUSER_ID, api

STEPS = {'queue_job_function_bill': '_bill_batch', 'queue_job_function_accrue': '_accrue_batch'}


def migrate(cr, version):
    """Rename the steps in the functions of the queue and in the jobs that wait in it."""
    env = api.Environment(cr, SUPERUSER_ID, {})
    for name, method in STEPS.items():
        if function := env.ref(f'service_management_queue.{name}', raise_if_not_found=False):
            function.method = method
    cr.execute("""
        UPDATE queue_job SET method_name = '_bill_batch'
         WHERE model_name = 'service.subscription.run' AND method_name = '_process_job'
           AND state NOT IN ('done', 'cancelled')""")
    # What waited to be posted is found again by the next scheduled action.
    cr.execute("""
        UPDATE queue_job SET state = 'cancelled'
         WHERE model_name = 'service.subscription.accrual' AND method_name = '_process_batch'
           AND state NOT IN ('done', 'cancelled')""")

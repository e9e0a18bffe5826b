from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    """Tell customers in their words that an order waits."""
    env = api.Environment(cr, SUPERUSER_ID, {})
    stage = env.ref('service_management.service_stage_on_hold', raise_if_not_found=False)
    if stage and not stage.customer_name:
        stage.customer_name = "Waiting"

from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    """Count what fees come to that are on no invoice yet."""
    env = api.Environment(cr, SUPERUSER_ID, {})
    cr.execute("SELECT id FROM service_subscription_fee WHERE amount_untaxed IS NULL")
    Fee = env['service.subscription.fee']
    unbilled = Fee.browse(fee_id for [fee_id] in cr.fetchall())
    for name in ('amount_untaxed', 'amount_company'):
        env.add_to_compute(Fee._fields[name], unbilled)
    Fee.flush_model()

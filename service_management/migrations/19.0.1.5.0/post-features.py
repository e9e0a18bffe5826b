from odoo import SUPERUSER_ID, api
from odoo.fields import Command

_FEATURES = ('agreement', 'subscription', 'sla', 'price_rule', 'line_set', 'zone')


def migrate(cr, version):
    """Leave what is there visible: features are off, and first steps shown, in new databases only."""
    env = api.Environment(cr, SUPERUSER_ID, {})
    env.ref('base.group_user').write({'implied_ids': [
        Command.link(env.ref(f'service_management.service_management_group_{feature}').id)
        for feature in _FEATURES]})
    # Who works with it needs no first steps; they are called back from Settings.
    cr.execute("""
        UPDATE res_company SET service_hides_first_steps = TRUE
         WHERE id IN (SELECT company_id FROM service_order)""")

from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    """Take visits that are still to come from people who left, and give on what they were to do."""
    env = api.Environment(cr, SUPERUSER_ID, {})
    gone = env['hr.employee'].with_context(active_test=False).search([('active', '=', False)])
    gone._release_visits()
    users = env['res.users'].with_context(active_test=False).search([('active', '=', False)])
    users._get_service_todos()._give_to_responsible()

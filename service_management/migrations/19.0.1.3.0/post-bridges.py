from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    """Install the bridges to apps that were there before the bridges were.

    Odoo looks at what installs by itself when something is installed, and not at an update.
    """
    env = api.Environment(cr, SUPERUSER_ID, {})
    bridges = env['ir.module.module'].search([
        ('name', '=like', 'service\\_management\\_%'), ('auto_install', '=', True),
        ('state', '=', 'uninstalled')])
    bridges.filtered(lambda bridge: all(
        state in ('installed', 'to install', 'to upgrade')
        for state in bridge.dependencies_id.mapped('state'))).button_install()

def uninstall_hook(env):
    """Leave nothing behind that no record of the addon owns."""
    env['ir.sequence'].search([('code', '=', 'service.order')]).unlink()

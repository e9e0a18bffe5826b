def post_init_hook(env):
    """Complete the companies that existed before the addon."""
    companies = env['res.company'].search([])
    companies._create_service_order_sequence()
    hour = env.ref('service_management.product_service_hour')
    travel = env.ref('service_management.product_service_travel')
    companies.filtered(lambda company: not company.service_hour_product_id).write({
        'service_hour_product_id': hour.id})
    companies.filtered(lambda company: not company.service_travel_product_id).write({
        'service_travel_product_id': travel.id})


def uninstall_hook(env):
    """Leave nothing behind that no record of the addon owns."""
    env['ir.sequence'].search([('code', '=', 'service.order')]).unlink()

from odoo.tools import SQL


def uninstall_hook(env):
    """Leave nothing behind: neither what no record of the addon owns, nor what it holds on to."""
    env['ir.sequence'].search([
        ('code', 'in', list(env['res.company']._get_service_sequences()))]).unlink()
    env['mail.message'].search([('model', '=like', 'service.%')]).unlink()
    env['res.company'].search([]).write({
        'service_hour_product_id': False, 'service_travel_product_id': False})
    env.flush_all()
    # The tables are dropped in a moment. Until then posted orders, which nobody may delete, would
    # keep stages, reasons and products alive; the ledger keeps its lines and loses the link.
    for query in (
        SQL("UPDATE product_template SET service_plan_id = NULL, service_line_set_id = NULL,"
            " service_agreement_template_id = NULL"),
        SQL("UPDATE account_move_line SET service_order_line_id = NULL"
            " WHERE service_order_line_id IS NOT NULL"),
        SQL("UPDATE account_analytic_line SET service_order_line_id = NULL"
            " WHERE service_order_line_id IS NOT NULL"),
        SQL("UPDATE service_order_line SET reversed_line_id = NULL"),
        SQL("UPDATE account_move_line SET service_fee_id = NULL WHERE service_fee_id IS NOT NULL"),
        SQL("UPDATE service_subscription_accrual SET mirror_of_id = NULL"),
        SQL("DELETE FROM service_subscription_accrual"),
        SQL("UPDATE service_subscription_fee SET reduced_fee_id = NULL"),
        SQL("DELETE FROM service_subscription_fee"),
        SQL("UPDATE service_subscription_line SET predecessor_id = NULL"),
        SQL("DELETE FROM service_subscription_line"),
        SQL("DELETE FROM service_subscription"),
        SQL("DELETE FROM service_order"),
        SQL("DELETE FROM service_agreement_occurrence"),
        SQL("DELETE FROM service_agreement"),
    ):
        env.execute_query(query)
    env.invalidate_all(flush=False)

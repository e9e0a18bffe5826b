from odoo.tools import SQL

#: Stands for the addon, while it is not installed, on records that others go on using.
_KEPT = '__service_management__'


def pre_init_hook(env):
    """Take back the products of an earlier installation, which invoices kept."""
    env.execute_query(SQL(
        "UPDATE ir_model_data SET module = 'service_management' WHERE module = %s", _KEPT))


def uninstall_hook(env):
    """Leave nothing behind: neither what no record of the addon owns, nor what it holds on to."""
    unsettled = _count_as_invoiced(env)
    env['ir.sequence'].search([
        ('code', 'in', list(env['res.company']._get_service_sequences()))]).unlink()
    env['mail.activity'].search([('res_model', '=like', 'service.%')]).unlink()
    env['mail.message'].search([('model', '=like', 'service.%')]).unlink()
    env['ir.config_parameter'].search([('key', '=like', 'service_management.map_%')]).unlink()
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
        # What was delivered stays so; what is still to deliver is said by hand.
        SQL("UPDATE sale_order_line SET qty_delivered_method = 'manual'"
            " WHERE qty_delivered_method = 'service_order'"),
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
    unsettled.modified(['qty_invoiced'])  # what is to invoice has no subscription any more
    env.flush_all()
    _keep_what_others_use(env)


def _count_as_invoiced(env):
    """Let Sales count as invoiced what subscriptions billed; return the sold lines that it may bill.

    One invoice line that bills the quantity sold stands for all periods. Where there is none, as
    the first period was a part of one or the quantity changed, nothing is to invoice, as before.
    """
    sold = env['sale.order.line'].search([('service_subscription_line_ids', '!=', False)])
    billed = sold.browse()
    for line in sold:
        fees = line.service_subscription_line_ids.fee_ids.filtered(
            lambda fee: fee.state in ('draft', 'posted'))
        for item in fees.invoice_line_id:
            billed |= line
            quantity = item.product_uom_id._compute_quantity(item.quantity, line.product_uom_id)
            if not line.product_uom_id.compare(quantity, line.product_uom_qty):
                line.invoice_lines += item
                line.qty_delivered = line.product_uom_qty
                break
    env.flush_all()
    return (sold - billed) | billed.filtered('invoice_lines')


def _keep_what_others_use(env):
    """Leave to the database the records of ours that stay in use, such as products on invoices.

    Odoo would try to delete them, and log an error for each. What has another owner it leaves alone.
    """
    owned = {env[model]._table: (model, set(ids)) for model, ids in env.execute_query(SQL("""
        SELECT model, array_agg(res_id) FROM ir_model_data
         WHERE module = 'service_management' AND model !~ '^(ir|service)[.]'
      GROUP BY model"""))}
    used = _find_used(env, {table: ids for table, (_model, ids) in owned.items()})
    for table, ids in used.items():
        env.execute_query(SQL(
            "UPDATE ir_model_data SET module = %s"
            " WHERE module = 'service_management' AND model = %s AND res_id = ANY(%s)",
            _KEPT, owned[table][0], list(ids)))


def _find_used(env, owned):
    """Return {table: ids} of rows that cannot be deleted, as rows refer to them that stay.

    :param owned: {table: set of ids} of what is to be deleted
    """
    references = env.execute_query(SQL("""
        SELECT source.relname, attribute.attname, target.relname, confdeltype = 'c'
          FROM pg_constraint
          JOIN pg_class source ON source.oid = conrelid
          JOIN pg_class target ON target.oid = confrelid
          JOIN pg_attribute attribute ON attrelid = conrelid AND attnum = conkey[1]
         WHERE contype = 'f' AND confdeltype IN ('a', 'r', 'c') AND target.relname = ANY(%s)
           AND EXISTS (SELECT FROM pg_attribute WHERE attrelid = conrelid AND attname = 'id')
           AND source.relname !~ '^(ir|service)_'""", list(owned)))
    used, is_more = {table: set() for table in owned}, True
    while is_more:  # what is used itself uses others
        before = sum(map(len, used.values()))
        for source, column, target, is_cascade in references:
            # Rows that would be deleted along keep nothing, unless they are kept themselves.
            kept = used.get(source, set())
            stays = SQL("id = ANY(%s)", list(kept)) if is_cascade else SQL(
                "id <> ALL(%s)", list(owned.get(source, set()) - kept))
            used[target].update(row_id for [row_id] in env.execute_query(SQL(
                "SELECT DISTINCT %(column)s FROM %(source)s"
                " WHERE %(column)s = ANY(%(going)s) AND %(stays)s",
                column=SQL.identifier(column), source=SQL.identifier(source),
                going=list(owned[target] - used[target]), stays=stays)))
        is_more = sum(map(len, used.values())) > before
    return used

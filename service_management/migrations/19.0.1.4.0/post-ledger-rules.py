#: {name of a rule: what it looked at before there were subscriptions}
RULES = {
    'account_move_rule_service_manager': 'line_ids.service_order_line_id',
    'account_move_line_rule_service_manager': 'move_id.line_ids.service_order_line_id',
    'account_payment_rule_service_manager': 'invoice_ids.line_ids.service_order_line_id',
}


def migrate(cr, version):
    """Let managers see what subscriptions bill, too, but for rules that somebody rewrote."""
    for name, line in RULES.items():
        fee = line.replace('service_order_line_id', 'service_fee_id')
        cr.execute("""
            UPDATE ir_rule SET domain_force = %s
              FROM ir_model_data data
             WHERE data.module = 'service_management' AND data.name = %s
               AND data.model = 'ir.rule' AND data.res_id = ir_rule.id
               AND ir_rule.domain_force = %s""",
            [f"['|', ('{line}', '!=', False), ('{fee}', '!=', False)]", name,
             f"[('{line}', '!=', False)]"])

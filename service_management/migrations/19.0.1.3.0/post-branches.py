#: {name of a rule: field of the company, whether there are shared records}
RULES = {
    'service_team_rule_company': ('company_id', False),
    'service_stage_rule_company': ('company_id', True),
    'service_zone_rule_company': ('company_id', True),
    'service_task_rule_company': ('company_id', True),
    'service_object_group_rule_company': ('company_id', True),
    'service_line_set_rule_company': ('company_id', True),
    'service_line_set_line_rule_company': ('set_id.company_id', True),
    'service_price_rule_rule_company': ('company_id', False),
    'service_sla_rule_company': ('company_id', True),
    'service_sla_target_rule_company': ('sla_id.company_id', True),
    'service_agreement_group_rule_company': ('company_id', True),
    'service_subscription_plan_rule_company': ('company_id', True),
}


def migrate(cr, version):
    """Let branches see what their parents set up, but for rules that somebody rewrote."""
    for name, (field, is_shared) in RULES.items():
        served = f"('{field}', 'parent_of', company_ids)"
        after = f"['|', ('{field}', '=', False), {served}]" if is_shared else f"[{served}]"
        before = (
            f"[('{field}', 'in', company_ids + [False])]",
            f"[('{field}', 'in', [*company_ids, False])]",
        ) if is_shared else (f"[('{field}', 'in', company_ids)]",)
        cr.execute("""
            UPDATE ir_rule SET domain_force = %s
              FROM ir_model_data data
             WHERE data.module = 'service_management' AND data.name = %s
               AND data.model = 'ir.rule' AND data.res_id = ir_rule.id
               AND ir_rule.domain_force IN %s""", [after, name, before])

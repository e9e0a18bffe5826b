def migrate(cr, version):
    """Let customer service see all that dispatchers see: record rules are not updated by themselves."""
    cr.execute("""
        INSERT INTO rule_group_rel (rule_group_id, group_id)
             SELECT seen.rule_group_id, service.res_id
               FROM rule_group_rel seen
               JOIN ir_model_data rule
                 ON rule.model = 'ir.rule' AND rule.res_id = seen.rule_group_id
                AND rule.module = 'service_management' AND rule.name LIKE '%_rule_all'
               JOIN ir_model_data dispatcher
                 ON dispatcher.model = 'res.groups' AND dispatcher.res_id = seen.group_id
                AND dispatcher.module = 'service_management'
                AND dispatcher.name = 'service_management_group_dispatcher'
               JOIN ir_model_data service
                 ON service.model = 'res.groups' AND service.module = 'service_management'
                AND service.name = 'service_management_group_customer_service'
        ON CONFLICT DO NOTHING""")

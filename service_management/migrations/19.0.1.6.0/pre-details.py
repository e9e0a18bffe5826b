from odoo.tools import SQL
from odoo.tools.sql import table_exists

#: Rows of orders: who may see them is kept on them, to be found by an index
TABLES = (
    'service_order_line', 'service_order_task', 'service_order_answer', 'service_order_stage_log',
    'service_order_sla')
RULES = (
    'service_order_line_rule_own', 'service_order_task_rule_own', 'service_order_answer_rule_own',
    'service_order_stage_log_rule_own', 'service_order_sla_rule_own',
    'service_order_sla_interval_rule_own')


def migrate(cr, version):
    """Copy team and responsible at once, which is faster than row by row, and let the rules ask them."""
    for table in TABLES:
        if not table_exists(cr, table):
            continue  # older than what it keeps
        cr.execute(SQL(
            "ALTER TABLE %(table)s ADD COLUMN IF NOT EXISTS team_id integer,"
            " ADD COLUMN IF NOT EXISTS responsible_id integer", table=SQL.identifier(table)))
        cr.execute(SQL(
            "UPDATE %s detail SET team_id = service.team_id, responsible_id = service.user_id"
            " FROM service_order service WHERE service.id = detail.order_id", SQL.identifier(table)))
    for asked, kept in (('order_id.user_id', 'responsible_id'), ('order_id.team_id', 'team_id')):
        for prefix in ('', 'status_id.'):
            cr.execute("""
                UPDATE ir_rule SET domain_force = replace(domain_force, %s, %s)
                  FROM ir_model_data data
                 WHERE data.module = 'service_management' AND data.name IN %s
                   AND data.model = 'ir.rule' AND data.res_id = ir_rule.id""",
                [f"'{prefix}{asked}'", f"'{prefix}{kept}'", RULES])

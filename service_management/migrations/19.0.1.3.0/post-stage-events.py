from odoo.tools.sql import column_exists


def migrate(cr, version):
    """Let stages move orders again where the column of their event was renamed, and is empty since."""
    if column_exists(cr, 'service_stage', 'visit_event'):
        cr.execute("""
            UPDATE service_stage SET event = visit_event
             WHERE NOT EXISTS (SELECT FROM service_stage WHERE event IS NOT NULL)""")

from odoo.tools.sql import column_exists


def migrate(cr, version):
    """Let stages move orders again where the column of their event was renamed, and is empty since."""
    if column_exists(cr, 'service_stage', 'visit_event'):
        # Stages that came with this update have an event of their own.
        cr.execute("""
            UPDATE service_stage SET event = visit_event
             WHERE event IS NULL AND visit_event IS NOT NULL""")

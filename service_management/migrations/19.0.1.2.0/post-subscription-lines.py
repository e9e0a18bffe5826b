def migrate(cr, version):
    """Free lines whose fees were all deleted: they stayed locked for ever."""
    cr.execute("""
        UPDATE service_subscription_line line
           SET date_billed_to = NULL
         WHERE date_billed_to IS NOT NULL
           AND NOT EXISTS (SELECT 1 FROM service_subscription_fee WHERE line_id = line.id)""")

def migrate(cr, version):
    """Clear the reason of visits that wait for nobody who left: agreements wrote no words there."""
    cr.execute("""
        UPDATE service_visit SET release_reason = NULL WHERE release_reason ~ '^hr\\.employee\\('""")

def migrate(cr, version):
    """Margins are in percent, as everywhere else; some were computed anew before this runs."""
    cr.execute("""
        UPDATE service_order SET margin_percent = ROUND(
            COALESCE(100 * margin / NULLIF(margin + amount_cost, 0), 0)::numeric,
            COALESCE((SELECT digits FROM decimal_precision WHERE name = 'Discount'), 2))
    """)

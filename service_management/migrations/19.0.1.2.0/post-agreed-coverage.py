def migrate(cr, version):
    """Hold who pays the lines of quotes that were accepted before this was kept."""
    cr.execute("""
        UPDATE service_order_line
           SET agreed_coverage = jsonb_build_object(
                   'billing', billing, 'billing_reason', billing_reason,
                   'covered_percent', COALESCE(covered_percent, 0),
                   'coverage_rule_id', coverage_rule_id)
         WHERE is_price_agreed AND billing_override IS NULL""")

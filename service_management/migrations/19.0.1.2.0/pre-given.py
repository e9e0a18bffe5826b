from odoo.tools.sql import column_exists


def migrate(cr, version):
    """Mark prices by hand, and take discounts for what was found: computing them anew would
    change documents. Who gave a price is not known."""
    cr.execute("""
        ALTER TABLE service_order_line
            ADD COLUMN IF NOT EXISTS given_fields jsonb,
            ADD COLUMN IF NOT EXISTS technical_discount numeric,
            ADD COLUMN IF NOT EXISTS has_pricelist_discount boolean
    """)
    if not column_exists(cr, 'service_order_line', 'is_rule_line'):
        # Older than pricing rules: a line that differs from its pricelist was priced by hand.
        cr.execute("""
            UPDATE service_order_line
               SET technical_discount = discount,
                   has_pricelist_discount = FALSE,
                   given_fields = CASE WHEN price_unit <> technical_price_unit
                                       THEN '{"price_unit": {}}'::jsonb END""")
        return
    cr.execute("""
        UPDATE service_order_line
           SET technical_discount = discount,
               has_pricelist_discount = FALSE,
               technical_price_unit = CASE
                   WHEN product_id IS NULL AND is_rule_line IS NOT TRUE THEN 0
                   ELSE technical_price_unit END,
               given_fields = CASE
                   WHEN sale_line_id IS NULL
                    AND CASE WHEN is_price_adjusted THEN price_before_adjustment ELSE price_unit END
                        <> CASE WHEN product_id IS NULL AND is_rule_line IS NOT TRUE THEN 0
                                ELSE technical_price_unit END
                   THEN '{"price_unit": {}}'::jsonb END
    """)

from odoo.tools.sql import table_exists


def migrate(cr, version):
    """Give lines the unit that somebody cleared: that of their product, else of their kind."""
    cr.execute("""
        UPDATE service_order_line line
           SET product_uom_id = COALESCE(
               (SELECT template.uom_id FROM product_product product
                  JOIN product_template template ON template.id = product.product_tmpl_id
                 WHERE product.id = line.product_id),
               (SELECT res_id FROM ir_model_data WHERE module = 'uom'
                   AND name = CASE line.kind WHEN 'hour' THEN 'product_uom_hour'
                                             ELSE 'product_uom_unit' END))
         WHERE product_uom_id IS NULL""")
    if not table_exists(cr, 'service_subscription_line'):
        return  # older than subscriptions
    cr.execute("""
        UPDATE service_subscription_line line
           SET product_uom_id = template.uom_id
          FROM product_product product
          JOIN product_template template ON template.id = product.product_tmpl_id
         WHERE product.id = line.product_id AND line.product_uom_id IS NULL""")

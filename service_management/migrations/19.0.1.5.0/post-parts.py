def migrate(cr, version):
    """Offer technicians the parts that were used on orders, or stand in line sets."""
    cr.execute("""
        UPDATE product_template template SET is_service_part = TRUE
          FROM product_product product
         WHERE product.product_tmpl_id = template.id AND product.id IN (
               SELECT product_id FROM service_order_line WHERE kind = 'item'
                UNION SELECT product_id FROM service_line_set_line WHERE kind = 'item')""")

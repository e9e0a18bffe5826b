def migrate(cr, version):
    """Bill again what was credited before anybody was asked: no order changes its status."""
    cr.execute("ALTER TABLE service_order_line ADD COLUMN IF NOT EXISTS qty_waived numeric")
    cr.execute("UPDATE service_order_line SET qty_waived = 0 WHERE qty_waived IS NULL")
    cr.execute("ALTER TABLE account_move_line ADD COLUMN IF NOT EXISTS service_bill_again boolean")
    cr.execute("""
        UPDATE account_move_line line
           SET service_bill_again = TRUE
          FROM account_move move
         WHERE move.id = line.move_id AND move.reversed_entry_id IS NOT NULL
           AND line.service_order_line_id IS NOT NULL AND line.service_bill_again IS NULL""")

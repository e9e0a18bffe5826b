from . import service_order_move_lines

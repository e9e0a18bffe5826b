from . import service_order_sell

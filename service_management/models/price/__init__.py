from . import service_price_rule
from . import service_order
from . import service_order_line

from . import service_order_add_parts
from . import service_order_take_back
from . import service_visit_follow_up

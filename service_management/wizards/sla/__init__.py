from . import service_order_change_stage
from . import service_order_sla_clock

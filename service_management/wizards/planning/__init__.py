from . import service_order_change_stage
from . import service_order_move_lines
from . import service_utilization
from . import service_visit_cancel
from . import service_visit_dispatch
from . import service_visit_stop

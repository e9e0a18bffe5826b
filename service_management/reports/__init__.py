from . import service_order_report
from . import service_utilization
from . import service_dashboard

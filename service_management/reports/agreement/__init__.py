from . import service_dashboard
from . import service_order_report

from . import service_failure_report
from . import service_order_report

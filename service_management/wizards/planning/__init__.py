from . import service_utilization
from . import service_visit_cancel

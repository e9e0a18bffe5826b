from . import service_dashboard
from . import service_sla_statement

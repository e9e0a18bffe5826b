from . import service_sla_statement

from . import service_dashboard

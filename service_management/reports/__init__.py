from . import service_order_report
from . import service_utilization
from . import service_dashboard
from . import service_subscription_revenue
from . import service_subscription_forecast

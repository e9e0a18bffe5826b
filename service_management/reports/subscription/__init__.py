from . import service_dashboard
from . import service_subscription_ledger
from . import service_subscription_revenue

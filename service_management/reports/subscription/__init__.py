from . import service_subscription_revenue

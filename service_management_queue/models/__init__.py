from . import service_subscription_run
from . import service_subscription_accrual

from . import service_subscription_fee_preview
from . import service_subscription_activate
from . import service_subscription_bill
from . import service_subscription_change
from . import service_subscription_close
from . import service_subscription_fee_create
from . import service_subscription_forecast
from . import service_subscription_renew

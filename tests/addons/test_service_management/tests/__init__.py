from . import test_hooks
from . import test_lives
from . import test_order_lives
from . import test_subscription_lives

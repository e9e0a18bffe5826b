from . import account_analytic_line
from . import service_order
from . import service_order_line

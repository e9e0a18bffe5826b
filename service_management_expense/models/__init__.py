from . import hr_expense
from . import service_order_line

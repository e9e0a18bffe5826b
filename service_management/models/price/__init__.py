from . import service_price_rule
from . import res_company
from . import res_config_settings
from . import service_order
from . import service_order_line
from . import merge

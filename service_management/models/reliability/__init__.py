from . import res_company
from . import res_config_settings
from . import service_object
from . import service_order_line
from . import service_warranty_claim

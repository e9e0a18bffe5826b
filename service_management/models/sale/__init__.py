from . import product_template
from . import res_company
from . import sale_order
from . import sale_order_line
from . import service_order
from . import merge
from . import service_order_line
from . import service_team

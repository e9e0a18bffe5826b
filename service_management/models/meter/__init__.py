from . import service_meter
from . import service_meter_reading
from . import service_object
from . import service_order
from . import service_visit
from . import merge
from . import res_config_settings

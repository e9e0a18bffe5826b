from . import base_geocoder
from . import service_place_mixin
from . import res_partner
from . import service_order
from . import res_config_settings

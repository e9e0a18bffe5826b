from . import service_object_certificate_kind
from . import service_object_certificate
from . import follow_up
from . import service_object
from . import service_order
from . import service_visit
from . import res_config_settings

from . import service_portal_mixin
from . import res_partner
from . import service_object
from . import service_object_group
from . import service_first_steps

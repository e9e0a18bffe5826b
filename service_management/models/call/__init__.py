from . import service_call
from . import lookup
from . import customer
from . import taking
from . import res_partner
from . import service_agreement
from . import service_object
from . import service_order

from . import service_component_work
from . import service_object_structure
from . import service_object_prices
from . import service_structure_apply

from . import service_repair_history
from . import service_repair_resolutions
from . import service_repair_technicians

from . import service_archive
from . import service_update

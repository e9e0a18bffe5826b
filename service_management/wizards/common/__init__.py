from . import service_archive

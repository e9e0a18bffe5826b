from . import service_certificate_issue

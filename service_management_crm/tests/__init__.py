from . import test_service_crm

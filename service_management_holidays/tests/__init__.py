from . import test_service_holidays

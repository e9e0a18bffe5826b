from . import test_service_expense

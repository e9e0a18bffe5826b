from . import test_service_timesheet

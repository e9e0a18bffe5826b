from . import test_service_queue

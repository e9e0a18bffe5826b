from . import test_performance
from . import test_service_billing
from . import test_service_order
from . import test_service_pictures
from . import test_service_rights
from . import test_service_stage
from . import test_service_tours
from . import test_service_visit

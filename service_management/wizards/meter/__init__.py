from . import service_order_read_meters
from . import service_meter_reading_correct

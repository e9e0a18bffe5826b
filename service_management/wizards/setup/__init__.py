from . import service_hand_over
from . import hr_departure_wizard

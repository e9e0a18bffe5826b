from . import test_service_geolocalize

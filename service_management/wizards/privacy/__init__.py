from . import service_personal_data

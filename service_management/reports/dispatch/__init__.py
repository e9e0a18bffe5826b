from . import service_day_sheet

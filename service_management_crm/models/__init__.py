from . import crm_lead
from . import service_order

from . import mail_compose_message
from . import res_company
from . import res_config_settings
from . import res_partner
from . import service_quote_mixin
from . import service_reason

from . import service_activate_mixin
from . import service_agreement_activate
from . import service_agreement_copy_lines
from . import service_agreement_end
from . import service_agreement_generate
from . import service_agreement_skip

from . import service_document_mixin
from . import batches
from . import conditions
from . import service_given_mixin
from . import service_billed_mixin
from . import service_figures_mixin
from . import service_portal_mixin

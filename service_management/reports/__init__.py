# In the order of models/: a report is extended by the packages that come after its own.
from . import common
from . import order
from . import planning
from . import sla
from . import agreement
from . import subscription
from . import repair
from . import reliability
from . import dispatch

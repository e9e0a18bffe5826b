# In the order of models/: a dialog is extended by the packages that come after its own.
from . import common
from . import setup
from . import order
from . import planning
from . import price
from . import sla
from . import sale
from . import agreement
from . import subscription
from . import structure
from . import meter
from . import certificate
from . import field
from . import privacy

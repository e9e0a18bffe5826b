from . import common
from . import quote
from . import objects
from . import order
from . import planning
from . import agreement
from . import subscription
from . import reliability

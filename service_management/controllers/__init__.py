from . import common
from . import quote
from . import objects
from . import order
from . import agreement
from . import subscription

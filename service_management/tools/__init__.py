from . import planning
from . import rules

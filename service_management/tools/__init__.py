from . import planning
from . import pricing
from . import rules

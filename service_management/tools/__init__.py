# Arithmetic without Odoo: values in, values out, with examples.
from . import clock
from . import entries
from . import guides
from . import meters
from . import open_hours
from . import pricing
from . import proration
from . import recurrence
from . import spans

from . import schedule
from . import moves
from . import live
from . import absence

from . import ir_ui_view
from . import schedule
from . import moves
from . import live
from . import absence
from . import candidates
from . import day_sheet

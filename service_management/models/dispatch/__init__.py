from . import ir_ui_view
from . import ir_actions_act_window_view
from . import schedule
from . import moves
from . import live
from . import absence

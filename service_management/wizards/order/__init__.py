from . import account_move_reversal
from . import service_kind_choice_mixin
from . import service_order_bill
from . import service_order_change_stage
from . import service_order_copy_lines
from . import service_order_insert_set
from . import service_order_move_lines
from . import service_order_process

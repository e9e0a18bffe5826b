# the base: order, planning, price, sla
from . import service_order_line
from . import service_kind_choice
from . import service_stage
from . import service_visit
from . import service_price_rule
from . import service_sla_target
from . import service_order
from . import service_team

# figures and reports
from . import service_figures_mixin
from . import service_dashboard
from . import service_order_report
from . import service_subscription_revenue
from . import service_subscription_forecast
from . import service_sla_statement
from . import service_utilization

# lives, documents, jobs
from . import service_subscription
from . import service_billed_mixin
from . import hr_employee
from . import service_zone
from . import service_agreement
from . import service_agreement_line

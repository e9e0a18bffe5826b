# mixins
from . import job
from . import service_document_mixin
from . import service_quote_mixin
from . import service_figures_mixin
from . import service_terms_mixin

# configuration
from . import service_tag
from . import service_zone
from . import service_team
from . import service_stage
from . import service_reason
from . import service_task
from . import service_object_group
from . import service_price_rule
from . import service_sla
from . import service_agreement_group
from . import service_subscription_plan

# documents
from . import service_object
from . import service_agreement
from . import service_agreement_change
from . import service_order
from . import service_order_task
from . import service_order_stage_log
from . import service_order_line
from . import service_order_price
from . import service_line_set
from . import service_visit
from . import service_order_quote
from . import service_order_mail
from . import service_visit_mail
from . import service_order_sale
from . import service_order_sla
from . import service_order_service_level
from . import service_agreement_line
from . import service_agreement_generation
from . import service_order_agreement
from . import service_subscription
from . import service_subscription_line
from . import service_subscription_price
from . import service_subscription_fee
from . import service_subscription_billing
from . import service_subscription_run
from . import service_subscription_accrual
from . import service_subscription_indexation

# extensions of foreign models
from . import account_analytic_line
from . import account_chart_template
from . import account_move
from . import account_move_line
from . import hr_employee
from . import hr_employee_public
from . import mail_compose_message
from . import product_template
from . import res_company
from . import res_config_settings
from . import res_partner
from . import resource_calendar
from . import sale_order
from . import sale_order_line

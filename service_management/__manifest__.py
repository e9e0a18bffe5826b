{
    'name': "Service Management",
    'version': '19.0.1.0.0',
    'category': 'Services/Service Management',
    'summary': "Plan, deliver and bill service on your customers' equipment",
    'author': "Service Management Suite",
    'website': "https://example.com/service-management",
    'license': 'LGPL-3',
    'depends': ['sale_management', 'hr_skills', 'hr_hourly_cost', 'account', 'rating'],
    'external_dependencies': {'python': ['vobject']},
    'data': [
        'security/service_management_groups.xml',
        'security/ir.model.access.csv',
        'security/service_management_rules.xml',

        'data/service_stage_data.xml',
        'data/service_reason_data.xml',
        'data/service_agreement_data.xml',
        'data/service_subscription_data.xml',
        'data/product_data.xml',
        'data/mail_activity_type_data.xml',
        'data/res_company_data.xml',

        # papers: mails carry them
        'reports/order/service_order_documents.xml',
        'reports/order/service_order_overviews.xml',
        'reports/sla/service_sla_documents.xml',
        'reports/agreement/service_agreement_documents.xml',
        'reports/subscription/service_subscription_documents.xml',
        'data/mail_template_data.xml',
        'data/ir_cron_data.xml',

        # The packages in the order of models/; in each, dialogs before the forms that open them.
        # common
        'views/common/service_dashboard_views.xml',
        'views/common/res_config_settings_views.xml',

        # setup
        'views/setup/service_stage_views.xml',
        'views/setup/service_team_views.xml',
        'views/setup/service_zone_views.xml',
        'views/setup/service_task_views.xml',
        'views/setup/service_reason_views.xml',
        'views/setup/service_tag_views.xml',
        'views/setup/hr_employee_views.xml',

        # quote
        'views/quote/service_quote_portal_templates.xml',

        # objects
        'views/objects/service_object_group_views.xml',
        'views/objects/service_object_views.xml',
        'views/objects/res_partner_views.xml',
        'views/objects/service_object_portal_templates.xml',

        # order
        'wizards/order/service_order_bill_views.xml',
        'wizards/order/service_order_change_stage_views.xml',
        'wizards/order/service_order_copy_lines_views.xml',
        'wizards/order/service_order_insert_set_views.xml',
        'wizards/order/service_order_move_lines_views.xml',
        'wizards/order/service_order_process_views.xml',
        'views/order/service_order_line_views.xml',
        'views/order/service_order_views.xml',
        'views/order/service_order_stage_log_views.xml',
        'views/order/service_order_report_views.xml',
        'views/order/service_line_set_views.xml',
        'views/order/account_move_views.xml',
        'views/order/service_order_templates.xml',
        'views/order/service_order_portal_templates.xml',

        # planning
        'wizards/planning/service_visit_cancel_views.xml',
        'wizards/planning/service_utilization_views.xml',
        'views/planning/service_visit_views.xml',

        # price
        'views/price/service_price_rule_views.xml',

        # sla
        'wizards/sla/service_order_sla_clock_views.xml',
        'reports/sla/service_sla_statement_views.xml',
        'views/sla/service_sla_views.xml',
        'views/sla/service_order_sla_views.xml',

        # agreement
        'wizards/agreement/service_agreement_copy_lines_views.xml',
        'wizards/agreement/service_agreement_end_views.xml',
        'wizards/agreement/service_agreement_generate_views.xml',
        'wizards/agreement/service_agreement_skip_views.xml',
        'views/agreement/service_agreement_line_views.xml',
        'views/agreement/service_agreement_views.xml',
        'views/agreement/service_agreement_occurrence_views.xml',
        'views/agreement/service_agreement_group_views.xml',
        'views/agreement/service_agreement_template_group_views.xml',
        'views/agreement/service_agreement_portal_templates.xml',

        # subscription
        'wizards/subscription/service_subscription_bill_views.xml',
        'wizards/subscription/service_subscription_change_views.xml',
        'wizards/subscription/service_subscription_close_views.xml',
        'wizards/subscription/service_subscription_fee_create_views.xml',
        'wizards/subscription/service_subscription_renew_views.xml',
        'wizards/subscription/service_subscription_forecast_views.xml',
        'views/subscription/service_subscription_line_views.xml',
        'views/subscription/service_subscription_views.xml',
        'views/subscription/service_subscription_fee_views.xml',
        'views/subscription/service_subscription_accrual_views.xml',
        'views/subscription/service_subscription_run_views.xml',
        'views/subscription/service_subscription_plan_views.xml',
        'views/subscription/service_subscription_price_views.xml',
        'views/subscription/service_subscription_indexation_views.xml',
        'views/subscription/service_subscription_revenue_views.xml',
        'views/subscription/service_subscription_portal_templates.xml',

        # sale
        'wizards/sale/service_order_sell_views.xml',
        'views/sale/sale_order_views.xml',
        'views/sale/product_views.xml',

        'views/common/service_management_menus.xml',  # last: menus open the actions
    ],
    'demo': [
        'demo/service_people_demo.xml',
        'demo/service_customers_demo.xml',
        'demo/service_orders_demo.xml',
        'demo/service_customer_side_demo.xml',
        'demo/service_agreements_demo.xml',
        'demo/service_subscriptions_demo.xml',
    ],
    'assets': {
        'web.assets_backend': [
            'service_management/static/src/**/*',
            ('remove', 'service_management/static/src/portal/**/*'),
        ],
        'web.assets_frontend': [
            'service_management/static/src/portal/**/*',
        ],
        'web.assets_tests': [
            'service_management/static/tests/tours/**/*',
        ],
        'web.assets_unit_tests': [
            'service_management/static/tests/**/*.test.js',
        ],
    },
    'uninstall_hook': 'uninstall_hook',
    'application': True,
}

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
        'data/product_data.xml',
        'data/mail_activity_type_data.xml',
        'data/res_company_data.xml',

        'reports/service_order_documents.xml',
        'reports/service_order_overviews.xml',
        'data/mail_template_data.xml',  # mails carry the documents
        'data/ir_cron_data.xml',

        'views/service_visit_views.xml',
        'wizards/service_order_wizard_views.xml',  # the order form opens these dialogs
        'views/service_order_templates.xml',
        'views/service_portal_templates.xml',
        'views/service_report_views.xml',
        'views/service_order_line_views.xml',
        'views/service_order_views.xml',
        'views/service_object_views.xml',
        'views/service_object_group_views.xml',
        'views/service_stage_views.xml',
        'views/service_team_views.xml',
        'views/service_zone_views.xml',
        'views/service_task_views.xml',
        'views/service_line_set_views.xml',
        'views/service_price_rule_views.xml',
        'views/service_reason_views.xml',
        'views/service_tag_views.xml',
        'views/account_move_views.xml',
        'views/hr_employee_views.xml',
        'views/product_views.xml',
        'views/res_partner_views.xml',
        'views/sale_order_views.xml',
        'views/res_config_settings_views.xml',
        'views/service_management_menus.xml',
    ],
    'demo': [
        'demo/service_people_demo.xml',
        'demo/service_customers_demo.xml',
        'demo/service_orders_demo.xml',
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

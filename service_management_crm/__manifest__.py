{
    'name': "Service Management: CRM",
    'version': '19.0.1.10.0',
    'category': 'Services/Service Management',
    'summary': "Open service orders from opportunities",
    'author': "Service Management Suite",
    'license': 'LGPL-3',
    'depends': ['service_management', 'crm'],
    'data': [
        'security/service_management_crm_rules.xml',
        'views/crm_lead_views.xml',
        'views/service_order_views.xml',
    ],
    'auto_install': True,
}

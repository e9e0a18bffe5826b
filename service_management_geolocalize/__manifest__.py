{
    'name': "Service Management: Geolocation",
    'version': '19.0.1.10.0',
    'category': 'Services/Service Management',
    'summary': "Look up where the sites of orders are",
    'author': "Service Management Suite",
    'license': 'LGPL-3',
    'depends': ['service_management', 'base_geolocalize'],
    'external_dependencies': {'python': ['requests']},
    'data': [
        'data/ir_cron_data.xml',
        'views/res_config_settings_views.xml',
        'views/res_partner_views.xml',
        'views/service_order_views.xml',
    ],
    'auto_install': True,
}

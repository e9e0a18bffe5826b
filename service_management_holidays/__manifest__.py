{
    'name': "Service Management: Time Off",
    'version': '19.0.1.10.0',
    'category': 'Services/Service Management',
    'summary': "Keep absences that are recorded on the board in Time Off",
    'author': "Service Management Suite",
    'license': 'LGPL-3',
    'depends': ['service_management', 'hr_holidays'],
    'data': [
        'views/res_config_settings_views.xml',
    ],
    'auto_install': True,
}

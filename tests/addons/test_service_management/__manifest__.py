{
    'name': "Service Management: Tests of Hooks",
    'version': '19.0.1.0.0',
    'category': 'Hidden/Tests',
    'summary': "Adds one of everything that can be added, without copying a line",
    'author': "Service Management Suite",
    'license': 'LGPL-3',
    'depends': ['service_management'],
    'data': [
        'data/mail_template_data.xml',
        'data/report_data.xml',
    ],
}

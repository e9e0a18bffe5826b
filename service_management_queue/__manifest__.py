{
    'name': "Service Management: Job Queue",
    'version': '19.0.1.0.0',
    'category': 'Services/Service Management',
    'summary': "Bill subscriptions and recognise revenue on several workers",
    'author': "Service Management Suite",
    'website': "https://example.com/service-management",
    'license': 'LGPL-3',
    'depends': ['service_management', 'queue_job'],
    'data': ['data/queue_job_data.xml'],
    'auto_install': True,
}

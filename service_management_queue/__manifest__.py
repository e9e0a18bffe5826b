{
    'name': "Service Management: Job Queue",
    'version': '19.0.1.10.0',
    'category': 'Services/Service Management',
    'summary': "Do what the nightly jobs do on several workers",
    'author': "Service Management Suite",
    'license': 'LGPL-3',
    'depends': ['service_management', 'queue_job'],
    'data': ['data/queue_job_data.xml'],
    'auto_install': True,
}

{
    'name': "Service Management: Timesheets",
    'version': '19.0.1.10.0',
    'category': 'Services/Service Management',
    'summary': "Posted service hours are timesheets of a project",
    'author': "Service Management Suite",
    'license': 'LGPL-3',
    # sale_timesheet comes by itself with Sales and Timesheets: it must not bill service twice.
    'depends': ['service_management', 'sale_timesheet'],
    'data': [
        'views/service_order_views.xml',
    ],
    'auto_install': True,
}

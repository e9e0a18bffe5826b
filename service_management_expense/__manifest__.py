{
    'name': "Service Management: Expenses",
    'version': '19.0.1.10.0',
    'category': 'Services/Service Management',
    'summary': "Employees' expenses fill the expense lines of service orders",
    'author': "Service Management Suite",
    'license': 'LGPL-3',
    # sale_expense comes by itself with Sales and Expenses: an expense is charged on one of the two.
    'depends': ['service_management', 'sale_expense'],
    'data': [
        'views/hr_expense_views.xml',
        'views/service_order_line_views.xml',
    ],
    'auto_install': True,
}

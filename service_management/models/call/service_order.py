from odoo import models

from .lookup import index_numbers, index_phones


class ServiceOrder(models.Model):
    _inherit = 'service.order'

    _call_numbers = index_numbers('service.order')
    _call_phones = index_phones('service.order')

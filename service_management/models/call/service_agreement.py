from odoo import models

from .lookup import index_numbers


class ServiceAgreement(models.Model):
    _inherit = 'service.agreement'

    _call_numbers = index_numbers('service.agreement')

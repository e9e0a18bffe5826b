from odoo import fields, models
from odoo.tools import SQL


class ServiceOrderReport(models.Model):
    _inherit = 'service.order.report'
    _depends = {'service.order.line': ['agreement_id']}

    agreement_id = fields.Many2one(comodel_name='service.agreement', readonly=True)

    def _select_additional_fields(self):
        return {**super()._select_additional_fields(), 'agreement_id': SQL("line.agreement_id")}

from odoo import fields, models
from odoo.tools import SQL


class ServiceOrderReport(models.Model):
    """A column of the analysis of orders, by `_select_additional_fields`."""
    _inherit = 'service.order.report'
    _depends = {'service.order.line': ['sequence']}

    sequence = fields.Integer(readonly=True)

    def _select_additional_fields(self):
        return {**super()._select_additional_fields(), 'sequence': SQL("line.sequence")}

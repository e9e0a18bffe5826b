from odoo import api, models


class ServiceSlaStatement(models.TransientModel):
    """A column of the statement: the worst use. By `_prepare_row`, and its cell by the row's name."""
    _inherit = 'service.sla.statement'

    @api.model
    def _prepare_row(self, sla, label, statuses):
        return {
            **super()._prepare_row(sla, label, statuses),
            'worst': max(statuses.mapped('compliance'))}

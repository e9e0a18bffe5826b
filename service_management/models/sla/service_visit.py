from odoo import fields, models


class ServiceVisit(models.Model):
    _inherit = 'service.visit'

    sla_state = fields.Selection(related='order_id.sla_state')
    sla_deadline = fields.Datetime(related='order_id.sla_deadline')

    def _start_timer(self, kind):
        """Arrive when the work starts, not when the way to it does."""
        super()._start_timer(kind)
        if kind == 'work':
            self.order_id._reach_sla(('response', 'arrival'))

from odoo import fields, models


class ServiceVisit(models.Model):
    _inherit = 'service.visit'

    sla_state = fields.Selection(related='order_id.sla_state')
    sla_deadline = fields.Datetime(related='order_id.sla_deadline', store=True)

    def _start_timer(self, kind, moment=None):
        """Arrive when the work starts, not when the way to it does."""
        started = super()._start_timer(kind, moment)
        if kind == 'work':
            order = started.order_id
            order._reach_sla(order._get_sla_kinds_ended_by('arrived'), self._take_moment(moment))
        return started

from odoo import fields, models


class ServiceOrderLine(models.Model):
    """The visit on which the work of a line was done."""
    _inherit = 'service.order.line'

    visit_id = fields.Many2one(
        comodel_name='service.visit', copy=False, index='btree_not_null', ondelete='set null',
        domain="[('order_id', '=', order_id)]")

    def _has_work(self):
        return super()._has_work() or bool(self.visit_id)

    def _after_booking(self):
        """Extend for what follows when a visit's clock books these lines."""

    def _prepare_reversal(self):
        return {**super()._prepare_reversal(), 'visit_id': self.visit_id.id}

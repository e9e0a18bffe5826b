from odoo import fields, models


class ServiceOrderDetailMixin(models.AbstractModel):
    """A row of an order that is listed without it, too.

    Who may see it is kept on it: a rule that asks the orders reads all of them, for each list.
    """
    _name = 'service.order.detail.mixin'
    _inherit = ['service.searched.mixin']
    _description = "Detail of a Service Order"

    order_id = fields.Many2one(
        comodel_name='service.order', required=True, ondelete='cascade', index=True)
    team_id = fields.Many2one(related='order_id.team_id', store=True, index=True, precompute=True)
    responsible_id = fields.Many2one(
        related='order_id.user_id', string="Responsible", store=True, index='btree_not_null',
        precompute=True)

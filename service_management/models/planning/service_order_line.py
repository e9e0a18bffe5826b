from odoo import fields, models


class ServiceOrderLine(models.Model):
    _inherit = 'service.order.line'

    visit_id = fields.Many2one(
        comodel_name='service.visit', copy=False, index='btree_not_null', ondelete='set null',
        domain="[('order_id', '=', order_id)]")

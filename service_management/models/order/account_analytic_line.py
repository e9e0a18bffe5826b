from odoo import fields, models


class AccountAnalyticLine(models.Model):
    _inherit = 'account.analytic.line'

    service_order_line_id = fields.Many2one(
        comodel_name='service.order.line', index='btree_not_null',
        ondelete='restrict', copy=False)
    category = fields.Selection(selection_add=[('service_order', "Service Order")])

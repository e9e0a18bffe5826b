from odoo import fields, models


class ServiceAgreement(models.Model):
    _inherit = 'service.agreement'

    sale_order_id = fields.Many2one(
        comodel_name='sale.order', string="Sold By", copy=False, readonly=True,
        check_company=True, index='btree_not_null', ondelete='restrict')
    sale_line_id = fields.Many2one(
        comodel_name='sale.order.line', copy=False, readonly=True, index='btree_not_null',
        ondelete='set null')

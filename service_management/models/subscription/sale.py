from odoo import fields, models


class ServiceSubscription(models.Model):
    _inherit = 'service.subscription'

    sale_order_id = fields.Many2one(
        comodel_name='sale.order', string="Sold By", copy=False, readonly=True,
        check_company=True, index='btree_not_null', ondelete='restrict')

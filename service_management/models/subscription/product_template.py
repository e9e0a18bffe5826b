from odoo import fields, models


class ProductTemplate(models.Model):
    _inherit = 'product.template'

    service_plan_id = fields.Many2one(
        comodel_name='service.subscription.plan', string="Subscription Plan", check_company=True,
        ondelete='restrict', index='btree_not_null',
        help="How the subscription is billed that selling the product creates. The price sold is"
             " the price of a period.")

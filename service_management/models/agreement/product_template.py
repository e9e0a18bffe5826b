from odoo import fields, models


class ProductTemplate(models.Model):
    _inherit = 'product.template'

    service_agreement_template_id = fields.Many2one(
        comodel_name='service.agreement', string="Agreement Template", company_dependent=True,
        domain="[('is_template', '=', True)]",
        help="What the agreement begins with that selling the product creates.")

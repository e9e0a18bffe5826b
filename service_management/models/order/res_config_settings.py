from odoo import api, fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = 'res.config.settings'

    service_hour_product_id = fields.Many2one(
        related='company_id.service_hour_product_id', readonly=False)
    service_travel_product_id = fields.Many2one(
        related='company_id.service_travel_product_id', readonly=False)
    service_require_signature = fields.Boolean(
        related='company_id.service_require_signature', readonly=False)
    service_untaxed_product_ids = fields.Many2many(
        comodel_name='product.product', string="Products Without Tax",
        compute='_compute_service_untaxed_product_ids')

    @api.depends('company_id', 'service_hour_product_id', 'service_travel_product_id')
    def _compute_service_untaxed_product_ids(self):
        for settings in self:
            company = settings.company_id
            settings.service_untaxed_product_ids = company._filter_untaxed(
                company._get_service_products())

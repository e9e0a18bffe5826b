from odoo import api, fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = 'res.config.settings'

    group_service_line_set = fields.Boolean(
        string="Line Sets", implied_group='service_management.service_management_group_line_set')
    service_hour_product_id = fields.Many2one(
        related='company_id.service_hour_product_id', readonly=False)
    service_travel_product_id = fields.Many2one(
        related='company_id.service_travel_product_id', readonly=False)
    service_payment_term_id = fields.Many2one(
        related='company_id.service_payment_term_id', readonly=False)
    service_sign_prices = fields.Boolean(
        related='company_id.service_sign_prices', readonly=False)
    service_typed_signature = fields.Boolean(
        related='company_id.service_typed_signature', readonly=False)
    service_mail_delay_minutes = fields.Integer(
        related='company_id.service_mail_delay_minutes', readonly=False)
    service_require_signature = fields.Boolean(
        related='company_id.service_require_signature', readonly=False)
    service_untaxed_product_ids = fields.Many2many(
        comodel_name='product.product', string="Products Without Tax",
        compute='_compute_service_untaxed_product_ids')

    def action_view_service_products(self):
        """Show what service is billed with: prices and taxes are entered there."""
        company = self.env.company
        products = (
            company._get_service_products() | company._get_shipped_products().product_variant_id)
        return {
            'type': 'ir.actions.act_window',
            'name': self.env._("Prices and Taxes"),
            'res_model': 'product.product',
            'views': [(False, 'list'), (False, 'form')],
            'domain': [('id', 'in', products.ids)],
        }

    @api.depends('company_id', 'service_hour_product_id', 'service_travel_product_id')
    def _compute_service_untaxed_product_ids(self):
        for settings in self:
            company = settings.company_id
            settings.service_untaxed_product_ids = company._filter_untaxed(
                company._get_service_products())

    @api.onchange('group_service_line_set')
    def _onchange_group_service_line_set(self):
        return self._warn_of_used_feature(
            'group_service_line_set', 'service.line.set')

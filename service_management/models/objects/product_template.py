from odoo import fields, models


class ProductTemplate(models.Model):
    """The terms of a product win over those of the group that an object is in."""
    _name = 'product.template'
    _inherit = ['product.template', 'service.warranty.mixin']

    service_warranty_step_ids = fields.One2many(
        comodel_name='service.warranty.step', inverse_name='product_template_id',
        string="Warranty by Age", copy=True,
        groups='service_management.service_management_group_technician')

    def _has_warranty_terms(self):
        # What a warranty pays is no secret to whoever bills it.
        return super()._has_warranty_terms() or bool(self.sudo().service_warranty_step_ids)

    def _get_warranty_steps(self):
        # As above
        return self.sudo().service_warranty_step_ids

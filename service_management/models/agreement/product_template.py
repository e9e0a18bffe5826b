from odoo import api, fields, models


class ProductTemplate(models.Model):
    _inherit = 'product.template'

    service_tracking = fields.Selection(
        selection_add=[('service_agreement', "Service Agreement")],
        ondelete={'service_agreement': 'set default'})
    service_agreement_template_id = fields.Many2one(
        comodel_name='service.agreement', string="Agreement Template", company_dependent=True,
        domain="[('is_template', '=', True)]",
        help="What the agreement begins with that selling the product creates.")

    @api.model
    def _get_saleable_tracking_types(self):
        return [*super()._get_saleable_tracking_types(), 'service_agreement']

    def _prepare_service_tracking_tooltip(self):
        if self.service_tracking == 'service_agreement':
            return self.env._("Confirming a sales order prepares an agreement.")
        return super()._prepare_service_tracking_tooltip()

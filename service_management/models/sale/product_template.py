from odoo import api, fields, models


class ProductTemplate(models.Model):
    _inherit = 'product.template'

    service_tracking = fields.Selection(
        selection_add=[
            ('service_order', "Service Order"), ('service_request', "Service Request")],
        ondelete={'service_order': 'set default', 'service_request': 'set default'})
    service_line_set_id = fields.Many2one(
        comodel_name='service.line.set', string="Line Set", check_company=True,
        ondelete='restrict', index='btree_not_null',
        help="What the job takes: added to the service order that selling the product creates. The"
             " product's price pays for it.")

    service_order_type_id = fields.Many2one(
        comodel_name='service.order.type', string="Order Type", check_company=True,
        ondelete='restrict', index='btree_not_null',
        help="Type of the service orders that selling the product creates. They get its tasks; its"
             " lines where the product has no line set, paid for by the price of the product.")

    @api.model
    def _get_saleable_tracking_types(self):
        return [*super()._get_saleable_tracking_types(), 'service_order', 'service_request']

    def _prepare_service_tracking_tooltip(self):
        if self.service_tracking == 'service_order':
            return self.env._("Confirming a sales order opens a service order for it.")
        if self.service_tracking == 'service_request':
            return self.env._("Confirming a sales order makes a request that a dispatcher confirms.")
        return super()._prepare_service_tracking_tooltip()

from odoo import api, fields, models


class ServiceLineSetLine(models.Model):
    _name = 'service.line.set.line'
    _description = "Line of a Service Line Set"
    _inherit = ['service.kind.mixin']
    _order = 'set_id, sequence, id'

    set_id = fields.Many2one(
        comodel_name='service.line.set', required=True, ondelete='cascade', index=True)
    company_id = fields.Many2one(related='set_id.company_id')
    sequence = fields.Integer(default=10)
    is_travel = fields.Boolean(string="Travel", help="Time on the road, not at work.")
    product_id = fields.Many2one(
        comodel_name='product.product', ondelete='restrict',
        domain="[('sale_ok', '=', True), ('company_id', 'in', (False, company_id))]",
        help="Empty on hours: the company's product for hours or travel.")
    name = fields.Text(string="Description", help="Empty: the one of the product.")
    quantity = fields.Float(digits='Product Unit', default=1.0)
    product_uom_id = fields.Many2one(
        comodel_name='uom.uom', string="Unit", compute='_compute_product_uom_id', store=True,
        readonly=False, precompute=True, ondelete='restrict')

    _positive_quantity = models.Constraint(
        'CHECK (quantity >= 0)', "A quantity cannot be negative.")
    _item_product = models.Constraint(
        "CHECK (kind <> 'item' OR product_id IS NOT NULL)",
        "An item line needs a product: choose the part.")

    @api.depends('product_id')
    def _compute_product_uom_id(self):
        for line in self:
            if not line.product_uom_id or (
                    line.product_id
                    and not line.product_uom_id._has_common_reference(line.product_id.uom_id)):
                line.product_uom_id = line.product_id.uom_id

    def _prepare_order_line(self, order, obj=None):
        """Return the values of the order line that one line of a set becomes."""
        self.ensure_one()
        vals = {
            'order_id': order.id,
            'kind': self.kind,
            'is_travel': self.is_travel,
            'task_id': self.set_id.task_id.id,
        }
        if self.product_id:
            vals['product_id'] = self.product_id.id
        if self.product_uom_id:
            vals['product_uom_id'] = self.product_uom_id.id
        if self.name:
            vals['name'] = self.name
        if obj:
            vals['object_id'] = obj.id
        return vals

from odoo import api, fields, models

from .service_order_line import ServiceOrderLine


class ServiceLineSet(models.Model):
    _name = 'service.line.set'
    _description = "Service Line Set"
    _order = 'sequence, name'
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        comodel_name='res.company', index=True,
        help="Leave empty to share the set between companies.")
    description = fields.Text(
        translate=True, help="What the customer gets: shown to the user who chooses the set.")

    # Where it is offered
    task_id = fields.Many2one(
        comodel_name='service.task', check_company=True, index='btree_not_null',
        ondelete='restrict',
        help="The set is offered on orders with this task, and brings it to the others.")
    object_group_ids = fields.Many2many(
        comodel_name='service.object.group', string="Object Groups", check_company=True,
        help="The set is offered for objects of these groups.",
        context={'active_test': False})
    product_ids = fields.Many2many(
        comodel_name='product.product', string="Products", check_company=True,
        help="The set is offered for objects that are one of these products.",
        context={'active_test': False})

    line_ids = fields.One2many(
        comodel_name='service.line.set.line', inverse_name='set_id', string="Lines", copy=True)

    def _fits(self, order, obj=None):
        """Tell whether one set is meant for an order, or for one of its objects.

        A set that names nothing is meant for all of them.
        """
        self.ensure_one()
        objects = obj or order.object_ids
        return not (self.task_id or self.object_group_ids or self.product_ids) or bool(
            self.task_id & order.task_ids.task_id
            or self.object_group_ids & objects.group_id
            or self.product_ids & objects.product_id)

    def _insert(self, order, obj=None, values=None, factor=1):
        """Add the lines and the task of these sets to an order.

        :param order: one service.order
        :param obj: the service.object that the lines are for, may be empty
        :param dict values: replaces values of each line
        :param float factor: how many times the sets are meant
        :return: the new lines
        """
        tasks = self.task_id - order.task_ids.task_id
        self.env['service.order.task'].create(
            [{'order_id': order.id, 'task_id': task.id} for task in tasks])
        last = max(order.line_ids.mapped('sequence'), default=0)
        return self.env['service.order.line'].create([
            {
                **line._prepare_order_line(order, obj), 'sequence': last + index,
                'quantity_planned': line.quantity * factor, **(values or {}),
            } for index, line in enumerate(self.line_ids, start=1)])


class ServiceLineSetLine(models.Model):
    _name = 'service.line.set.line'
    _description = "Line of a Service Line Set"
    _order = 'set_id, sequence, id'

    set_id = fields.Many2one(
        comodel_name='service.line.set', required=True, ondelete='cascade', index=True)
    company_id = fields.Many2one(related='set_id.company_id')
    sequence = fields.Integer(default=10)
    kind = fields.Selection(selection=ServiceOrderLine.KINDS, required=True, default='hour')
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

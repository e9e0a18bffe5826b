from odoo import fields, models


class ServiceLineSet(models.Model):
    _name = 'service.line.set'
    _description = "Service Line Set"
    _inherit = ['service.setup.mixin']
    _order = 'sequence, name'
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        comodel_name='res.company', ondelete='restrict', condition=True, index=True,
        help="Leave empty to share the set between companies.")
    description = fields.Text(
        translate=True, help="What the customer gets: shown to the user who chooses the set.")

    # Where it is offered
    task_id = fields.Many2one(
        comodel_name='service.task', check_company=True, index='btree_not_null',
        ondelete='restrict', condition=True,
        help="The set is offered on orders with this task, and brings it to the others.")
    object_group_ids = fields.Many2many(
        comodel_name='service.object.group', string="Object Groups", check_company=True,
        help="The set is offered for objects of these groups.",
        ondelete='restrict', condition=True, context={'active_test': False})
    product_ids = fields.Many2many(
        comodel_name='product.product', string="Products", check_company=True,
        help="The set is offered for objects that are one of these products.",
        ondelete='restrict', condition=True, context={'active_test': False})

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

    def _is_among(self, lines, obj):
        """Tell whether lines of an order have all products of one set, for an object or for none.

        :param lines: service.order.line records
        :param obj: service.object, may be empty
        """
        self.ensure_one()
        present = {
            (line.kind, line.product_id) for line in lines
            if line.state != 'cancelled' and line.object_id <= obj}
        asked = {(line.kind, line.product_id) for line in self.line_ids if line.product_id}
        return bool(asked) and asked <= present

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

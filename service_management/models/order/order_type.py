from odoo import api, fields, models
from odoo.fields import Command


class ServiceOrder(models.Model):
    """What the type of an order brings, and what becomes of it when the type changes."""
    _inherit = 'service.order'

    type_id = fields.Many2one(
        comodel_name='service.order.type', string="Order Type", check_company=True,
        index='btree_not_null', tracking=True, ondelete='restrict',
        help="Brings tasks, lines, team, priority and more. Another type takes back what nobody has"
             " touched since.")
    former_type_id = fields.Many2one(
        comodel_name='service.order.type', string="Type Before", store=False, readonly=True)

    @api.onchange('type_id')
    def _onchange_type_id(self):
        """Show what a new order gets by its type before it is saved."""
        if not self._origin:
            self._take_back(self.former_type_id)
            self.update(self._prepare_brought(self.type_id))
            self.former_type_id = self.type_id

    @api.model
    def _complete_new(self, vals_list):
        """Give orders what their type brings, but for what is given with them."""
        return [
            {**self._prepare_new_content(vals), **vals}
            for vals in super()._complete_new(vals_list)]

    @api.model
    def _prepare_new_content(self, vals):
        """Return the tasks and lines that a new order gets by its type."""
        names = ('type_id', 'company_id')
        given = {**self.default_get([name for name in names if name not in vals]), **vals}
        order_type = self.env['service.order.type'].browse(given.get('type_id'))
        if not order_type:
            return {}
        tasks, lines = order_type._prepare_content(
            self.env['res.company'].browse(given.get('company_id')))
        return {
            'task_ids': [Command.create(task) for task in tasks],
            'line_ids': [Command.create(line) for line in lines]}

    def write(self, vals):
        """Let another type bring what is its own, in the place of what the former one brought."""
        if 'type_id' not in vals:
            return super().write(vals)
        former = {order: order.type_id for order in self}
        result = super().write(vals)
        for order in self.filtered(lambda order: order.type_id != former[order]):
            order._take_back(former[order])
            order.write(order._prepare_brought(order.type_id))
        return result

    def _prepare_brought(self, order_type):
        """Return as values what a type brings to one order, beside what it has."""
        self.ensure_one()
        if not order_type:
            return {}
        tasks, lines = order_type._prepare_content(self.company_id)
        present = self.task_ids.task_id.ids
        last = max(self.line_ids.mapped('sequence'), default=0)
        return {
            'task_ids': [
                Command.create(task) for task in tasks if task['task_id'] not in present],
            'line_ids': [
                Command.create({**line, 'sequence': last + line['sequence']}) for line in lines]}

    def _take_back(self, order_type):
        """Take away from one order what a type has brought and nobody has touched."""
        self.ensure_one()
        if not order_type:
            return
        tasks, lines = order_type._prepare_content(self.company_id)
        brought = {task['task_id'] for task in tasks}
        self.task_ids -= self.task_ids.filtered(
            lambda task: task.task_id.id in brought and task._is_untouched())
        if order_type.team_id and self.team_id == order_type.team_id:
            # Another type may name none: then it is the one of the place.
            self.team_id = self.sudo().new({
                name: self[name].id for name in ('company_id', 'zone_id', 'type_id')}).team_id
        for vals in lines:
            self.line_ids -= next(
                (line for line in self.line_ids if line._is_untouched(vals)),
                self.env['service.order.line'])

    def _requires_signature(self):
        """Tell whether a customer has to sign before one order is signed off."""
        self.ensure_one()
        rule = self.type_id.signature_rule
        return rule == 'required' or (not rule and self.company_id.service_require_signature)

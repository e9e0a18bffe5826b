from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from .service_repair_status import ENDED, WAITING


class ServiceOrder(models.Model):
    """What waits for parts or the customer leaves an order whose other objects are done.

    The rest can be signed off and billed; nobody forgets what waits.
    """
    _inherit = 'service.order'

    can_split_waiting = fields.Boolean(compute='_compute_can_split_waiting')

    @api.depends('state', 'can_edit', 'object_status_ids.category')
    def _compute_can_split_waiting(self):
        for order in self:
            categories = order.object_status_ids.mapped('category')
            order.can_split_waiting = (
                order.state == 'open' and order.can_edit
                and any(category in ENDED for category in categories)
                and any(category in WAITING for category in categories))

    def action_split_waiting(self):
        """Move the objects of one order that wait to a new order, and show that.

        :raise AccessError: if the user is no dispatcher
        :raise UserError: if there are none, or nothing would be left
        """
        self.ensure_one()
        self.check_access('write')
        self._ensure_role('dispatcher', self.env._(
            "Dispatchers move what waits to another order. Ask one of them."))
        return self._split_waiting()._show_form()

    def _split_waiting(self):
        """Move the objects of one order that wait, with their repairs and open lines, to a new order.

        :return: the new order
        :raise UserError: if there are none, or nothing would be left
        """
        self.ensure_one()
        self._ensure_allowed('edit')
        rows = self.object_status_ids.filtered(lambda row: row.category in WAITING)
        if not rows or rows == self.object_status_ids:
            raise UserError(self.env._(
                "%s has no object that waits beside others that do not: there is nothing to move.",
                self.name))
        objects = rows.object_id
        order = self.copy(self._prepare_split(objects))
        known = {
            row.object_id: {**row._get_known(), 'status_id': row.status_id.id} for row in rows}
        self.repair_ids.filtered(lambda repair: repair.object_id in objects).write(
            {'order_id': order.id})
        self._move_lines_of(objects, order)
        self.object_ids = [Command.unlink(obj.id) for obj in objects]
        # What was known of an object is known of it there, whoever may set a status.
        for row in order.sudo().object_status_ids:
            row.write(known[row.object_id])
        names = ', '.join(objects.mapped('display_name'))
        self._message_log(body=self.env._(
            "Moved to %(order)s, because it waits: %(objects)s.", order=order.name, objects=names))
        order._message_log(body=self.env._(
            "Moved here from %(order)s, because it waits: %(objects)s.", order=self.name,
            objects=names))
        return order

    def _prepare_split(self, objects):
        """Return what the order of what waits takes from one order, beside what copies take."""
        self.ensure_one()
        return {
            'object_ids': [Command.set(objects.ids)], 'line_ids': [], 'task_ids': [],
            'date_order': self.date_order, 'channel': self.channel,
            'client_order_ref': self.client_order_ref, 'caller_phone': self.caller_phone,
        }

    def _move_lines_of(self, objects, order):
        """Move the open lines of one order that are for some objects to another one."""
        wizard = self.env['service.order.move.lines'].create(
            {'order_id': self.id, 'target_order_id': order.id})
        wizard.line_ids = wizard.line_ids.filtered(lambda line: line.object_id in objects)
        if wizard.line_ids:
            wizard.action_apply()

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.fields import Command


class ServiceOrderCopyLines(models.TransientModel):
    _name = 'service.order.copy.lines'
    _description = "Copy Lines from Another Service Order"
    _inherit = ['service.kind.choice.mixin']

    order_id = fields.Many2one(comodel_name='service.order', string="To", required=True)
    company_id = fields.Many2one(related='order_id.company_id')
    source_order_id = fields.Many2one(
        comodel_name='service.order', string="From", required=True,
        domain="[('id', '!=', order_id), ('company_id', '=', company_id)]")
    with_tasks = fields.Boolean(
        string="Tasks Too", default=True, help="Added to those already there.")
    with_objects = fields.Boolean(
        string="Objects Too", default=True,
        help="Added to those already there, when both orders are the same customer's.")

    def action_apply(self):
        """Copy planned work at today's prices; what was done, signed and billed stays behind.

        :raise UserError: if nothing fits
        """
        self.ensure_one()
        source, target = self.source_order_id, self.order_id
        lines = self._filter_kinds(source._get_lines_to_copy())
        if not lines and not self.with_tasks and not self.with_objects:
            raise UserError(self.env._("Choose at least one kind of lines to copy."))
        same_customer = source.commercial_partner_id == target.commercial_partner_id
        if self.with_objects and same_customer:
            target.object_ids |= source.object_ids.filtered('active')
        if self.with_tasks:
            known = target.task_ids.task_id
            target.task_ids = [
                Command.create({**task.copy_data()[0], 'order_id': target.id})
                for task in source.task_ids if task.task_id not in known]
        self.env['service.order.line'].create([
            self._prepare_line(line, target) for line in lines])
        return {'type': 'ir.actions.act_window_close'}

    def _prepare_line(self, line, target):
        """Return the values of a copy: what is planned, not what it cost or how it went."""
        values = {
            'order_id': target.id,
            'sequence': line.sequence,
            'kind': line.kind,
            'is_travel': line.is_travel,
            'product_id': line.product_id.id,
            'name': line.name,
            'task_id': line.task_id.id,
            'product_uom_id': line.product_uom_id.id,
            'quantity_planned': line.quantity_planned or line.quantity,
        }
        if line.object_id in target.object_ids:
            values['object_id'] = line.object_id.id
        return values

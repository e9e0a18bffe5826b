from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command


class ServiceOrderReadMeters(models.TransientModel):
    """The meters of the objects of an order, each with what it showed last."""
    _name = 'service.order.read.meters'
    _description = "Read Meters of a Service Order"

    order_id = fields.Many2one(
        comodel_name='service.order', required=True, readonly=True, ondelete='cascade')
    line_ids = fields.One2many(
        comodel_name='service.order.read.meters.line', inverse_name='wizard_id', string="Meters",
        compute='_compute_line_ids', store=True, readonly=False)

    @api.depends('order_id')
    def _compute_line_ids(self):
        for wizard in self:
            meters = self.env['service.meter'].search(
                [('object_id', 'in', wizard.order_id.object_ids.ids)])
            wizard.line_ids = [Command.clear()] + [
                Command.create({'meter_id': meter.id}) for meter in meters]

    def action_apply(self):
        """Keep what was read; what is left empty was not.

        :raise UserError: if nothing was read
        """
        self.ensure_one()
        self.order_id.check_access('read')
        lines = self.line_ids.filtered(lambda line: line.value or line.is_reset)
        if not lines:
            raise UserError(self.env._("Enter what one of the meters shows."))
        if foreign := lines.meter_id.object_id - self.order_id.object_ids:
            raise UserError(self.env._(
                "%(object)s is not on %(order)s.", object=foreign[0].display_name,
                order=self.order_id.name))
        for is_reset, some in lines.grouped('is_reset').items():
            self.env['service.meter']._record(
                [(line.meter_id, line.value) for line in some], 'phone',
                order_id=self.order_id.id, is_reset=is_reset)
        return {'type': 'ir.actions.act_window_close'}


class ServiceOrderReadMetersLine(models.TransientModel):
    _name = 'service.order.read.meters.line'
    _description = "Meter to Read"

    wizard_id = fields.Many2one(
        comodel_name='service.order.read.meters', required=True, ondelete='cascade')
    meter_id = fields.Many2one(comodel_name='service.meter', required=True, ondelete='cascade')
    label = fields.Char(compute='_compute_label')
    last_value = fields.Float(related='meter_id.last_value')
    value = fields.Float(string="Shows Now", digits=(16, 2), at_least=0)
    is_reset = fields.Boolean(
        string="Reset", help="The counter was replaced or set back, and begins at this value.")

    @api.depends('meter_id', 'wizard_id.order_id.object_ids')
    def _compute_label(self):
        """Name the object where the order has several: phones have no room for two columns."""
        for line in self:
            name = line.meter_id.display_name
            is_one = len(line.wizard_id.order_id.object_ids) < 2
            line.label = name if is_one else f'{line.meter_id.object_id.name}: {name}'

from odoo import api, fields, models
from odoo.exceptions import UserError


class ServiceOrder(models.Model):
    """Meters of the objects of an order are read while one is there."""
    _inherit = 'service.order'

    has_meters = fields.Boolean(compute='_compute_has_meters')

    @api.depends('object_ids')
    def _compute_has_meters(self):
        metered = {obj for obj, in self.env['service.meter']._read_group(
            [('object_id', 'in', self.object_ids.ids)], ['object_id'])}
        for order in self:
            order.has_meters = not metered.isdisjoint(order.object_ids._origin)

    def _on_state(self, state):
        """Let meters count on from services that are done, or are not."""
        super()._on_state(state)
        # Who does the work need not see what was agreed.
        lines = self.sudo().line_ids.agreement_line_id.filtered('meter_id')
        if lines:
            lines.invalidate_recordset(['date_by_meter', 'use_due', 'date_next', 'schedule_preview'])
            lines.agreement_id._look_again()

    def action_read_meters(self):
        """Ask what the meters of the objects of one order show.

        :raise UserError: if they have none
        """
        self.ensure_one()
        self.check_access('read')
        if not self.has_meters:
            raise UserError(self.env._(
                "The objects of %s have no meters. Add them on the page of the object.", self.name))
        return self._open_dialog(
            'service.order.read.meters', self.env._("Read Meters"), default_order_id=self.id)

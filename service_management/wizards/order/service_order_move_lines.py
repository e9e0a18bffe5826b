from odoo import api, fields, models
from odoo.exceptions import UserError


class ServiceOrderMoveLines(models.TransientModel):
    _name = 'service.order.move.lines'
    _description = "Move Lines to Another Service Order"

    order_id = fields.Many2one(comodel_name='service.order', string="From", required=True)
    commercial_partner_id = fields.Many2one(related='order_id.commercial_partner_id')
    company_id = fields.Many2one(related='order_id.company_id')
    line_ids = fields.Many2many(
        comodel_name='service.order.line', string="Lines", compute='_compute_line_ids', store=True,
        readonly=False,
        domain="[('order_id', '=', order_id), ('state', '=', 'open')]")
    target_order_id = fields.Many2one(
        comodel_name='service.order', string="To", required=True,
        domain="[('id', '!=', order_id), ('company_id', '=', company_id),"
               " ('commercial_partner_id', '=', commercial_partner_id),"
               " ('state', 'in', ('draft', 'open'))]")
    delete_empty = fields.Boolean(
        string="Delete the Order Left Empty",
        help="Only where its stage allows deleting, and nothing else was done on it.")

    @api.depends('order_id')
    def _compute_line_ids(self):
        for wizard in self:
            wizard.line_ids = wizard._get_movable_lines()

    def _get_movable_lines(self):
        """Return the lines to suggest; extend to leave some behind, and say so in their domain."""
        return self.order_id.line_ids.filtered(lambda line: line.state == 'open')

    def action_apply(self):
        """Move open lines to another order of the same customer.

        :return: action showing the target
        :raise UserError: if no line is chosen, or a line or the target does not fit
        """
        self.ensure_one()
        source, target = self.order_id, self.target_order_id
        if not self.line_ids:
            raise UserError(self.env._("Choose the lines to move."))
        if target == source or target.company_id != source.company_id or (
                target.commercial_partner_id != source.commercial_partner_id):
            raise UserError(self.env._(
                "Lines move to another order of the same customer and company. Choose one."))
        if stray := self.line_ids.filtered(
                lambda line: line.order_id != source or line.state != 'open')[:1]:
            raise UserError(self.env._(
                "“%s” is no open line of the order and cannot be moved.", stray.display_name))
        target.object_ids |= self.line_ids.object_id
        self.line_ids.write(self._prepare_values())
        if self.delete_empty and not source.line_ids:
            source.unlink()
        return target._show_form()

    def _prepare_values(self):
        """Return what is written to the lines; extend to cut what ties them to the old order."""
        return {'order_id': self.target_order_id.id}

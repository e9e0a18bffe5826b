from odoo import fields, models


class ServiceOrderMoveLines(models.TransientModel):
    _inherit = 'service.order.move.lines'

    # What a rule adds is made anew on the order that the work goes to.
    line_ids = fields.Many2many(
        domain="[('order_id', '=', order_id), ('state', '=', 'open'), ('is_rule_line', '=', False)]")

    def _get_movable_lines(self):
        return super()._get_movable_lines().filtered(lambda line: not line.is_rule_line)

from odoo import api, fields, models


class ServiceOrderPost(models.TransientModel):
    """Shown before several orders are posted, and where something looks wrong: managers decide."""
    _name = 'service.order.post'
    _description = "Post Service Orders"
    _inherit = ['service.preview.mixin']

    order_ids = fields.Many2many(comodel_name='service.order', required=True)
    line_ids = fields.Many2many(
        comodel_name='service.order.line', help="Empty: all open lines of the orders.")

    @api.depends('order_ids', 'line_ids')
    def _compute_preview(self):
        super()._compute_preview()

    def _get_preview(self):
        # A dialog keeps its records as copies in memory.
        orders, lines = self.order_ids._origin, self.line_ids._origin or None
        return orders._preview_posting(lines), orders._get_posting_warnings(lines)

    def action_apply(self):
        """Post what the dialog shows.

        :return: the dialog that becoming posted needs, else the one that closes this
        """
        self.ensure_one()
        self.order_ids._prepare_to_post()
        action = self.order_ids._post_and_move(self.line_ids or None)
        return action if isinstance(action, dict) else {'type': 'ir.actions.act_window_close'}

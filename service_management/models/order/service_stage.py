from odoo import fields, models
from odoo.exceptions import UserError


class ServiceStage(models.Model):
    _inherit = 'service.stage'

    event = fields.Selection(
        selection=[('quoted', "A quote is sent")], string="Reached When",
        help="Orders that have not come this far yet are moved here by themselves: requests by a"
             " quote, open orders by their visits.")

    def _ensure_unused(self, category):
        """:raise UserError: if orders would change state because their stage does"""
        super()._ensure_unused(category)
        changed = self.filtered(lambda stage: stage.category != category)
        # Orders that the user may not see count, too.
        if changed and self.env['service.order'].sudo().with_context(active_test=False).search_count(
                [('stage_id', 'in', changed.ids)], limit=1):
            raise UserError(self.env._(
                "Orders are in “%s”: its category cannot change any more. Create another stage and"
                " move the orders there.", ', '.join(changed.mapped('name'))))

from odoo import api, fields, models

from ...models.common.bulk import STEP
from ...models.common.records import name_first, tell_done


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
        """Post what the dialog shows; many orders step by step.

        :return: the dialog that becoming posted needs, else what says what was done
        """
        self.ensure_one()
        if len(self.order_ids) > STEP and not self.line_ids:
            self.order_ids._ensure_postable()
            return self.order_ids._run_in_steps('post', self.env._("Posting Service Orders"))
        self.order_ids._prepare_to_post()
        action = self.order_ids._post_and_move(self.line_ids or None)
        return action if isinstance(action, dict) else self._tell_done()

    def _tell_done(self):
        """Return the action that says what was posted, and closes the dialog."""
        posted = self.order_ids.filtered(lambda order: order.state == 'posted')
        texts = []
        if posted:
            texts.append(self.env._("Posted: %s.", name_first(posted)))
        if left := self.order_ids - posted:
            texts.append(self.env._("Something is left to post on %s.", name_first(left)))
        return tell_done(' '.join(texts))

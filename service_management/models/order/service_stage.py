from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain

from ..common.records import name_found


class ServiceStage(models.Model):
    _inherit = 'service.stage'

    event = fields.Selection(
        selection=[('quoted', "A quote is sent")], string="Reached When",
        help="Orders that have not come this far yet are moved here by themselves: requests by a"
             " quote, open orders by their visits.")

    @api.constrains('active')
    def _check_active(self):
        """Keep stages while orders in them are not finished: no board would show these."""
        Order = self.env['service.order'].sudo()
        for stage in self.filtered(lambda stage: not stage.active):
            if orders := name_found(
                    Order, Domain('stage_id', '=', stage.id) & Order._get_open_domain()):
                raise ValidationError(self.env._(
                    "Orders are in “%(stage)s”. Move them to another stage before you archive it.\n"
                    "%(orders)s", stage=stage.name, orders=orders))

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

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

    mail_template_id = fields.Many2one(
        comodel_name='mail.template', string="Mail to the Customer", ondelete='set null',
        domain="[('model', '=', 'service.order')]",
        help="Sent once, when an order comes to this stage; not when an order is created in it."
             " What else customers are told is chosen on the team.")

    order_type_ids = fields.Many2many(
        comodel_name='service.order.type', relation='service_order_type_stage_rel',
        column1='stage_id', column2='type_id', string="Order Types",
        help="Orders of other types do not get this stage. Empty means every type.",
        ondelete='restrict', condition=True, context={'active_test': False})

    @api.model
    def _get_available_domain(self, company, team=None, order_type=None, **others):
        return super()._get_available_domain(company, team, **others) & (
            Domain('order_type_ids', '=', False)
            | Domain('order_type_ids', 'in', order_type.ids if order_type else []))

    @api.model
    def _get_initial(self, company, team=None, order_type=None, **others):
        """Begin where the type of an order does, if that is a stage for it."""
        others = {'order_type': order_type, **others}
        first = order_type.stage_id.filtered('active').filtered_domain(
            self._get_available_domain(company, team, **others)) if order_type else self.browse()
        return first or super()._get_initial(company, team, **others)

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

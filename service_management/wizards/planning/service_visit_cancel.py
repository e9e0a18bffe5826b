from odoo import fields, models
from odoo.exceptions import UserError


class ServiceVisitCancel(models.TransientModel):
    _name = 'service.visit.cancel'
    _description = "Cancel Visits"

    visit_ids = fields.Many2many(comodel_name='service.visit', required=True)
    reason_id = fields.Many2one(
        comodel_name='service.reason', required=True, domain="[('usage', '=', 'visit')]")
    note = fields.Char()

    def action_apply(self):
        """Cancel the visits; their orders wait to be planned again.

        :raise UserError: if a visit is over already, or its clock runs
        """
        self.ensure_one()
        self.visit_ids._ensure_may_plan()
        for visit in self.visit_ids:
            if not visit._is_open():
                raise UserError(self.env._("The visit %s is over.", visit.display_name))
        self.visit_ids._cancel(self.reason_id, self.note)
        self.visit_ids.order_id._ensure_waiting_visit()
        self.visit_ids.order_id._after_unplanning()
        return {'type': 'ir.actions.act_window_close'}

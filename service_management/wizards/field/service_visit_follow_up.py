from odoo import fields, models
from odoo.exceptions import UserError


class ServiceVisitFollowUp(models.TransientModel):
    """Let somebody come again: the order stays open, and a visit waits on the board."""
    _name = 'service.visit.follow.up'
    _description = "Ask for Another Visit"

    visit_id = fields.Many2one(
        comodel_name='service.visit', required=True, readonly=True, ondelete='cascade')
    reason_id = fields.Many2one(
        comodel_name='service.reason', required=True, domain="[('usage', '=', 'stage')]")
    follow_up = fields.Char(
        string="What Is Needed", required=True, help="Parts, tools, a second person, access…")
    duration_hours = fields.Float(
        string="Expected Duration", default=lambda self: self.env.company.service_visit_hours)

    def action_apply(self):
        """End the visit if work was done on it, and let another one wait to be planned.

        :raise UserError: if the order is not open any more
        """
        self.ensure_one()
        self.visit_id.check_access('write')
        if self.visit_id.order_state != 'open':
            raise UserError(self.env._(
                "%s is not open any more.", self.visit_id.order_id.name))
        if self.duration_hours <= 0:
            raise UserError(self.env._("Enter how long the next visit will take."))
        self.visit_id._ask_again(f'{self.reason_id.name}: {self.follow_up}', self.duration_hours)
        return {'type': 'ir.actions.act_window_close'}

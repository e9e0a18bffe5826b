from odoo import fields, models
from odoo.exceptions import UserError


class ServiceVisitStop(models.TransientModel):
    """Ask when the work ended whose clock nobody stopped."""
    _name = 'service.visit.stop'
    _description = "Stop a Clock"
    _inherit = ['service.dated.mixin']

    visit_id = fields.Many2one(
        comodel_name='service.visit', required=True, readonly=True, ondelete='cascade')
    timer_kind = fields.Selection(related='visit_id.timer_kind')
    timer_start = fields.Datetime(string="Running Since", related='visit_id.timer_start')
    date_end = fields.Datetime(
        string="Ended", required=True, help="Until then the time is booked.")

    def action_apply(self):
        """Stop the clock at the moment that was entered, and book the time until then.

        :raise UserError: if the clock does not run any more, or the moment lies before its start or
            in the future
        """
        self.ensure_one()
        if not self.visit_id.timer_start:
            raise UserError(self.env._(
                "The clock of %s is stopped already.", self.visit_id.display_name))
        self.visit_id.check_access('write')
        self.visit_id._stop_timer(self.date_end, is_end_known=True)
        return {'type': 'ir.actions.act_window_close'}

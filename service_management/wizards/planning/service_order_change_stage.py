from odoo import api, fields, models
from odoo.exceptions import UserError


class ServiceOrderChangeStage(models.TransientModel):
    """Ask what becomes of those who are still to come, before an order is signed off."""
    _inherit = 'service.order.change.stage'

    visit_id = fields.Many2one(
        comodel_name='service.visit', readonly=True, ondelete='cascade',
        help="Whose work is signed, where others are still to come.")
    awaited_visit_ids = fields.Many2many(
        comodel_name='service.visit', string="Still to Come", compute='_compute_awaited_visit_ids')
    awaited_choice = fields.Selection(
        selection=[('keep', "They take place: the order stays open"),
                   ('cancel', "They are not needed any more")],
        string="Open Visits")
    visit_reason_id = fields.Many2one(
        comodel_name='service.reason', string="Why Nobody Comes",
        domain="[('usage', '=', 'visit')]")

    @api.depends('order_ids', 'stage_id')
    def _compute_awaited_visit_ids(self):
        for wizard in self:
            wizard.awaited_visit_ids = wizard.is_sign_off and (
                wizard.order_ids._origin._get_awaited_visits() - wizard.visit_id)

    def action_apply(self):
        """Cancel or keep those who are still to come, as was answered.

        :raise UserError: if it was not answered, or nothing was worked that could be signed
        """
        self.ensure_one()
        awaited = self.awaited_visit_ids
        if not self.is_sign_off or not awaited:
            return super().action_apply()
        self.order_ids.check_access('read')
        if self.awaited_choice == 'keep':
            self._sign_visits()
            return {'type': 'ir.actions.act_window_close'}
        if self.awaited_choice != 'cancel' or not self.visit_reason_id:
            raise UserError(self.env._(
                "Somebody is still to come. Say whether these visits take place, or why they do not."))
        # Whoever signs off has been asked, and may be no dispatcher.
        awaited.sudo()._cancel(self.visit_reason_id, self.note)
        return super().action_apply()

    def _sign_visits(self):
        """Note the signature with the visits that took place; their orders stay open.

        :raise UserError: if there is none, or the signature is missing
        """
        worked = self.order_ids.sudo().visit_ids.filtered(
            lambda visit: visit._is_open() and visit._is_worked())
        worked = worked & self.visit_id.sudo() or worked
        if not worked:
            raise UserError(self.env._(
                "No visit took place that could be signed. The order stays open by itself."))
        if self.needs_signature and not self.signature:
            raise UserError(self.env._("Let the customer sign first."))
        if self.signature and not (self.signed_by or '').strip():
            raise UserError(self.env._("Enter the name of the person who signs."))
        worked._ensure_timer_stopped()
        self.order_ids._ensure_allowed('sign_off')
        if len(self.order_ids) == 1 and self.work_done:
            self.order_ids.work_done = self.work_done
        worked._sign(self.signed_by, self.signature)
        for visit in worked:
            visit.order_id._message_log(body=self.env._(
                "%(name)s confirmed the work of %(technician)s. The order stays open for the visits"
                " to come.", name=visit.signed_by or self.env.user.name,
                technician=visit.employee_id.name))

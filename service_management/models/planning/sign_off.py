from odoo import api, fields, models
from odoo.exceptions import UserError


class ServiceVisit(models.Model):
    """What a customer signs while somebody else is still to come stands with the visit."""
    _inherit = 'service.visit'

    signature = fields.Image(
        copy=False, attachment=True, max_width=1024, max_height=1024, readonly=True)
    signed_by = fields.Char(copy=False, readonly=True)
    signed_on = fields.Datetime(copy=False, readonly=True)

    def _is_worked(self):
        """Tell whether somebody was there: by the clock, or by hours that were entered for it."""
        self.ensure_one()
        return bool(self.work_start) or bool(self.employee_id and any(
            line.kind == 'hour' and line.employee_id == self.employee_id and line.quantity
            and line.visit_id in (self.browse(), self) and line.state != 'cancelled'
            for line in self.order_id.line_ids))

    def _is_awaited(self):
        """Tell whether somebody is still to come for one visit: not if it only waits to be planned."""
        self.ensure_one()
        return self._is_open() and not self._is_worked() and bool(
            (self.employee_id and self.date_start) or self.follow_up)

    def _sign(self, name, signature):
        """Note that customers confirmed the work of these visits, and end them."""
        # Evidence is nobody's to write.
        self.sudo().write({
            'signature': signature, 'signed_by': (name or '').strip() or False,
            'signed_on': fields.Datetime.now()})
        return self._finish()


class ServiceOrder(models.Model):
    """Nobody signs away that somebody else is to come: who signs off says what becomes of it."""
    _inherit = 'service.order'

    def _get_awaited_visits(self):
        """Return the visits of these orders for which somebody is still to come."""
        # Whoever signs off is asked about the visits of other teams, too.
        return self.sudo().visit_ids.filtered(lambda visit: visit._is_awaited()).sudo(self.env.su)

    @api.model
    def _get_dialog_answers(self):
        return {**super()._get_dialog_answers(), 'awaited_visits': True}

    def _needs_stage_dialog(self, stage):
        return super()._needs_stage_dialog(stage) or (
            stage.category == 'signed_off' and bool(self._get_awaited_visits()))

    def _check_becomes(self, state, vals):
        super()._check_becomes(state, vals)
        if state == 'signed_off' and not vals.get('awaited_visits') and self._get_awaited_visits():
            raise UserError(self.env._(
                "Somebody is still to come for %s. Use “Sign Off”, and say what becomes of the open"
                " visits.", self.name))

from odoo import api, models
from odoo.exceptions import UserError


class ServiceOrder(models.Model):
    """What an open order waits for: a plan, the technician's knowledge of it, the work."""
    _inherit = 'service.order'

    @api.depends('visit_ids.state', 'visit_ids.employee_id', 'visit_ids.date_start',
                 'visit_ids.timer_kind', 'visit_ids.work_end')
    def _compute_next_step(self):
        super()._compute_next_step()

    def _get_next_step(self):
        """Plan, then dispatch; on the way and at work, the technician's own visit says what is next."""
        if self.state != 'open':
            return super()._get_next_step()
        visit = self._get_own_visit()
        if visit and visit.timer_kind == 'work':
            return 'stop'
        if visit:
            # Who has stopped may go on, but what is missing is the customer's word.
            return 'sign_off' if visit.work_end and not visit.timer_start and self.can_sign_off else 'start'
        if self._has_role('dispatcher'):
            if self.has_unassigned_visit:
                return 'plan_visit'
            if self._get_visits_to_dispatch():
                return 'dispatch'
        return super()._get_next_step()

    def _get_own_visit(self):
        """Return the visit of one order that the user himself is to work on now."""
        self.ensure_one()
        employees = self.env.user.employee_ids
        visits = self.visit_ids.filtered(lambda visit: (
            visit.state in ('dispatched', 'under_way') and visit.employee_id in employees))
        return (visits.filtered('timer_start') or visits.sorted('date_start'))[:1]

    def _get_visits_to_dispatch(self):
        return self.visit_ids.filtered(lambda visit: (
            visit.state == 'planned' and visit.employee_id and visit.date_start))

    def action_dispatch(self):
        """Tell the technicians of the planned visits.

        :raise UserError: if none is planned
        """
        visits = self._get_visits_to_dispatch()
        if not visits:
            raise UserError(self.env._(
                "No visit waits to be dispatched. Plan one first."))
        return visits.action_dispatch()

    def action_start(self):
        """Start the work on the user's own visit.

        :raise UserError: if the user has none
        """
        return self._ensure_own_visit().action_start()

    def action_stop(self):
        """Stop the work on the user's own visit, and book it.

        :raise UserError: if the user has none
        """
        return self._ensure_own_visit().action_stop()

    def _ensure_own_visit(self):
        self.ensure_one()
        self.check_access('read')
        if visit := self._get_own_visit():
            return visit
        raise UserError(self.env._(
            "No visit of %s was given to you. Ask a dispatcher.", self.name))

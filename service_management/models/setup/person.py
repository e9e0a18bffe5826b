"""What hangs on a person of the company: an employee, and the user who is the same person."""
from odoo import fields, models

PLANNERS = 'service_management.service_management_group_dispatcher'


class HrEmployee(models.Model):
    _inherit = 'hr.employee'

    has_service_duties = fields.Boolean(
        compute='_compute_has_service_duties', groups=PLANNERS,
        help="Visits, orders, agreements or to-dos of service hang on the employee.")

    def _compute_has_service_duties(self):
        for employee in self:
            employee.has_service_duties = bool(
                employee._origin._get_duties() or employee._origin.user_id._get_duties())

    def _get_open_work(self):
        """Nobody is asked: work is handed over, or waits to be planned again."""
        return ''

    def _ensure_seen(self):
        """:raise AccessError: if the user does not see these employees"""
        # Planners see them by their public side only.
        self.env['hr.employee.public'].browse(self.ids).check_access('read')

    def action_hand_over(self):
        """Ask who takes over what hangs on one employee."""
        self.ensure_one()
        self._ensure_seen()
        return self.env['service.hand.over']._open(employee_id=self.id)


class HrEmployeePublic(models.Model):
    _inherit = 'hr.employee.public'

    has_service_duties = fields.Boolean(
        compute='_compute_has_service_duties', groups=PLANNERS)

    def _compute_has_service_duties(self):
        for employee in self:
            employee.has_service_duties = employee.employee_id.has_service_duties

    def action_hand_over(self):
        """Ask who takes over what hangs on one employee."""
        return self.employee_id.action_hand_over()


class ResUsers(models.Model):
    _inherit = 'res.users'

    has_service_duties = fields.Boolean(
        compute='_compute_has_service_duties', groups=PLANNERS,
        help="Orders, agreements, teams or to-dos of service hang on the user.")

    def _compute_has_service_duties(self):
        for user in self:
            user.has_service_duties = bool(user._origin._get_duties())

    def _get_open_work(self):
        """Nobody is asked: what hangs on users is handed over."""
        return ''

    def action_hand_over(self):
        """Ask who takes over what hangs on one user."""
        self.ensure_one()
        self.check_access('read')
        return self.env['service.hand.over']._open(user_id=self.id)

    def action_archive(self):
        """Ask who takes over before one user is archived on whom something hangs."""
        if (len(self) == 1 and not self.env.su
                and not self.env.context.get('service_archive_confirmed')
                and self.env.user.has_group(PLANNERS) and self.has_service_duties):
            return self.env['service.hand.over']._open(user_id=self.id, is_archiving=True)
        return super().action_archive()

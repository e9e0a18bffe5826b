from odoo import api, models
from odoo.fields import Domain


class ServiceDashboard(models.AbstractModel):
    _inherit = 'service.dashboard'

    @api.model
    def _get_tiles(self, section):
        """Begin the day with its visits."""
        tiles = super()._get_tiles(section)
        if section == 'today':
            start, end = self._get_today()
            today = Domain('date_start', '>=', start) & Domain('date_start', '<', end)
            live = self._get_live_domain()
            tiles = [
                self._count(
                    'service.visit', self.env._("Visits today"),
                    today & Domain('state', '!=', 'cancelled')),
                self._count(
                    'service.visit', self.env._("Under way"), Domain('state', '=', 'under_way'),
                    level='info'),
                self._count_orders(
                    self.env._("To plan"), live & Domain('has_unassigned_visit', '=', True),
                    level='warning'),
                self._count_orders(
                    self.env._("Late"), live & Domain('is_late', '=', True), level='danger'),
                *tiles,
            ]
        return tiles

    @api.model
    def _get_technicians(self):
        """Return how full the day of each technician is: planned visits against working hours."""
        start, end = self._get_today()
        # Calendars are HR's; that somebody works today is what planning shows.
        employees = self.env['hr.employee'].sudo().search([
            ('service_team_id', '!=', False), ('company_id', 'in', self.env.companies.ids)])
        free = employees._get_available_hours(start, end)
        planned = self.env['service.visit'].search([
            ('employee_id', 'in', employees.ids), ('state', '!=', 'cancelled'),
            ('date_start', '<', end), ('date_end', '>', start),
        ])._get_planned_hours(start, end)
        technicians = []
        for employee in employees:
            available = sum(free.get(employee.id, {}).values())
            hours = planned.get(employee.id, 0.0)
            percent = round(100 * hours / available) if available else (100 if hours else 0)
            technicians.append({
                'id': employee.id,
                'name': employee.name,
                'hours': hours,
                'available': available,
                'percent': percent,
                'level': 'danger' if percent > 100 else 'success' if percent >= 60 else 'info',
            })
        return technicians

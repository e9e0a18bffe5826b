from odoo import api, models
from odoo.fields import Domain
from odoo.tools import format_list


class ServiceFirstSteps(models.AbstractModel):
    _inherit = 'service.first.steps'

    @api.model
    def _get_steps(self, company, place=None):
        """Ask where the company is, for people, and what an hour of theirs costs."""
        # Employees are HR's; that nobody can be planned is for whoever plans.
        technicians = self.env['hr.employee'].sudo().search(
            Domain('service_team_id', '!=', False) & Domain('company_id', '=', company.id))
        steps = super()._get_steps(company, place)
        if not place:
            steps.append(self._get_company_step(company))
        if place in (None, 'board'):
            steps.append(self._get_team_step(company, technicians))
        if place in (None, 'money'):
            steps.append(self._get_cost_step(technicians))
        return steps

    @api.model
    def _get_company_step(self, company):
        # Where the company is and when it works is no secret of the calendar.
        company = company.sudo()
        return self._make_step(
            'company', 10, self.env._("Your company"), self.env._(
                "Address, e-mail and phone as customers read them, the working hours and their time"
                " zone."),
            company.city and company.country_id and company.resource_calendar_id.tz,
            self._open('res.company', self.env._("Your company"), record=company.sudo(False)))

    @api.model
    def _get_team_step(self, company, technicians):
        teams = self.env['service.team'].search([('company_id', '=', company.id)], limit=2)
        return self._make_step(
            'team', 20, self.env._("Technicians"), self.env._(
                "Employees who are in a service team have a column on the dispatch board. Add yourself,"
                " if you go there alone."),
            technicians,
            self._open(
                'service.team', self.env._("Technicians"),
                record=teams if len(teams) == 1 else None),
            self.env._("No employee is in a service team: nobody can be planned."))

    @api.model
    def _get_cost_step(self, technicians):
        free = technicians.filtered(lambda technician: not technician.hourly_cost)
        names = format_list(self.env, free[:3].mapped('name'))
        if len(free) > 3:
            names = self.env._(
                "%(names)s and %(number)s more", names=names, number=len(free) - 3)
        return self._make_step(
            'hourly_cost', 30, self.env._("Hourly cost"), self.env._(
                "What an hour of each technician costs you: it is on the employee, under Settings."),
            technicians and not free,
            self.env['hr.employee'].has_access('write') and self._open(
                'hr.employee', self.env._("Hourly cost"),
                domain=[('id', 'in', technicians.ids)]),
            free and self.env._(
                "Without an hourly cost, work looks as if it cost nothing, and margins are too high:"
                " %s.", names))

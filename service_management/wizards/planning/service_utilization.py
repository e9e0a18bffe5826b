from collections import defaultdict
from datetime import datetime, time, timedelta

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL, Query


class ServiceUtilization(models.TransientModel):
    """Ask for a period; answer with what technicians could have worked, and what they did."""
    _name = 'service.utilization'
    _description = "Technician Utilization"
    _inherit = ['service.dated.mixin']

    date_from = fields.Date(
        string="From", required=True,
        default=lambda self: self.env.company._get_service_today() + relativedelta(day=1))
    date_to = fields.Date(
        string="To", required=True, default=lambda self: self.env.company._get_service_today())
    company_id = fields.Many2one(
        comodel_name='res.company', required=True, default=lambda self: self.env.company)
    team_ids = fields.Many2many(
        comodel_name='service.team', string="Teams", domain="[('company_id', '=', company_id)]",
        help="Empty means every team.",
        context={'active_test': False})

    _period = models.Constraint(
        'CHECK (date_to >= date_from)', "The period ends before it begins.")

    def action_apply(self):
        """Count the hours and open them.

        :raise UserError: if there are no technicians, or the period is longer than a year
        """
        self.ensure_one()
        if (self.date_to - self.date_from).days > 366:
            raise UserError(self.env._("Choose a period of a year at most."))
        vals_list = self._prepare_lines()
        if not vals_list:
            raise UserError(self.env._(
                "There are no technicians here. Add employees to a service team first."))
        self.env['service.utilization.line'].create(vals_list)
        return {
            'type': 'ir.actions.act_window',
            'res_model': 'service.utilization.line',
            'view_mode': 'pivot,graph,list',
            'domain': [('utilization_id', '=', self.id)],
            'name': self.env._("Technician Utilization"),
        }

    def _get_technicians(self):
        domain = [('service_team_id', '!=', False), ('company_id', '=', self.company_id.id)]
        if self.team_ids:
            domain.append(('service_team_id', 'in', self.team_ids.ids))
        # Calendars are HR's; that somebody works today is what planning shows.
        return self.env['hr.employee'].sudo().search(domain)

    def _prepare_lines(self):
        """Return the values of a line per technician and day on which there was something."""
        self.ensure_one()
        employees = self._get_technicians()
        available = self._get_available_hours(employees)
        booked = self._get_booked_hours(employees)
        vals_list = []
        for employee in employees:
            days = sorted({day for key in (available, booked) for day in key[employee.id]})
            for day in days:
                vals_list.append({
                    'utilization_id': self.id,
                    'employee_id': employee.id,
                    'team_id': employee.service_team_id.id,
                    'date': day,
                    'hours_available': available[employee.id].get(day, 0.0),
                    **booked[employee.id].get(day, {}),
                })
        return vals_list

    def _get_available_hours(self, employees):
        """Return {employee id: {day: hours}} by the technicians' calendars, without leave."""
        start = datetime.combine(self.date_from, time.min) - timedelta(days=1)
        end = datetime.combine(self.date_to, time.max) + timedelta(days=1)
        available = employees._get_available_hours(start, end)
        return {
            employee.id: {
                day: hours for day, hours in available.get(employee.id, {}).items()
                if self.date_from <= day <= self.date_to}
            for employee in employees}

    def _get_booked_domain(self, employees):
        """Return the domain of the hours in the analysis that technicians booked in the period."""
        self.ensure_one()
        return [
            ('employee_id', 'in', employees.ids), ('kind', '=', 'hour'),
            ('company_id', '=', self.company_id.id),
            ('date', '>=', self.date_from), ('date', '<=', self.date_to)]

    def _get_booked_hours(self, employees):
        """Return {employee id: {day: {'hours_worked', 'hours_travelled', 'hours_charged'}}}.

        Extend for a column of your own: its name and its hours, beside those of the day.
        """
        groups = self.env['service.order.report']._read_group(
            self._get_booked_domain(employees), ['employee_id', 'date:day', 'billing'],
            ['hours_worked:sum', 'hours_travelled:sum'])
        hours = {employee.id: defaultdict(lambda: defaultdict(float)) for employee in employees}
        for employee, day, billing, worked, travelled in groups:
            if worked or travelled:
                sums = hours[employee.id][day]
                sums['hours_worked'] += worked
                sums['hours_travelled'] += travelled
                sums['hours_charged'] += worked + travelled if billing == 'chargeable' else 0.0
        return hours


class ServiceUtilizationLine(models.TransientModel):
    _name = 'service.utilization.line'
    _description = "Utilization of a Technician on a Day"
    _order = 'date, employee_id'

    utilization_id = fields.Many2one(
        comodel_name='service.utilization', required=True, ondelete='cascade', index=True)
    employee_id = fields.Many2one(
        comodel_name='hr.employee', string="Technician", required=True, ondelete='cascade')
    team_id = fields.Many2one(comodel_name='service.team', ondelete='cascade')
    date = fields.Date(required=True)
    hours_available = fields.Float(string="Available")
    hours_worked = fields.Float(string="Worked")
    hours_travelled = fields.Float(string="Travelled")
    hours_charged = fields.Float(string="Charged")
    utilization_percent = fields.Float(
        string="Utilization (%)", compute='_compute_percents', store=True, aggregator='avg',
        help="Worked and travelled hours divided by the available ones.")
    charged_percent = fields.Float(
        string="Charged (%)", compute='_compute_percents', store=True, aggregator='avg',
        help="Charged hours divided by the available ones.")

    @api.depends('hours_available', 'hours_worked', 'hours_travelled', 'hours_charged')
    def _compute_percents(self):
        for line in self:
            available = line.hours_available
            booked = line.hours_worked + line.hours_travelled
            line.utilization_percent = 100 * booked / available if available else 0.0
            line.charged_percent = 100 * line.hours_charged / available if available else 0.0

    def _read_group_select(self, aggregate_spec: str, query: Query) -> SQL:
        """Divide sums: the average of percentages says nothing."""
        parts = {
            'utilization_percent:avg': ('hours_worked', 'hours_travelled'),
            'charged_percent:avg': ('hours_charged',),
        }.get(aggregate_spec)
        if not parts:
            return super()._read_group_select(aggregate_spec, query)
        return SQL(
            "100 * SUM(%s) / NULLIF(SUM(%s), 0)",
            SQL(" + ").join(self._field_to_sql(self._table, part, query) for part in parts),
            self._field_to_sql(self._table, 'hours_available', query))

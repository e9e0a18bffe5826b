import json
from collections import defaultdict
from datetime import datetime, time, timedelta

from dateutil.relativedelta import relativedelta

from odoo import fields, models
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
        rows = self._get_rows()
        if not rows:
            raise UserError(self.env._(
                "There are no technicians here. Add employees to a service team first."))
        self._insert(rows)
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

    def _get_rows(self):
        """Return (technician id, team id, [values of a day on which there was something]) of each."""
        self.ensure_one()
        employees = self._get_technicians()
        available = self._get_available_hours(employees)
        booked = self._get_booked_hours(employees)
        rows = []
        for employee in employees:
            free, work = available[employee.id], booked[employee.id]
            if days := sorted({*free, *work}):
                rows.append((employee.id, employee.service_team_id.id, [
                    {'date': str(day), 'hours_available': free.get(day, 0.0), **work.get(day, {})}
                    for day in days]))
        return rows

    def _insert(self, rows):
        """Note what `_get_rows` returns."""
        # Tens of thousands of days are not made one by one, nor is each looked up in other tables.
        self.flush_recordset()
        now = self.env.cr.now()
        employee_ids, team_ids, days = zip(*rows, strict=True)
        self.env.cr.execute(SQL(
            """INSERT INTO service_utilization_row (
                      utilization_id, create_uid, write_uid, create_date, write_date,
                      employee_id, team_id, days)
               SELECT %s, %s, %s, %s, %s, counted.*
                 FROM unnest(CAST(%s AS integer[]), CAST(%s AS integer[]), CAST(%s AS jsonb[]))
                      AS counted""",
            self.id, self.env.uid, self.env.uid, now, now, list(employee_ids), list(team_ids),
            [json.dumps(values) for values in days]))

    def _get_available_hours(self, employees):
        """Return {employee id: {day: hours}} by the technicians' calendars, without leave."""
        start = datetime.combine(self.date_from, time.min) - timedelta(days=1)
        end = datetime.combine(self.date_to, time.max) + timedelta(days=1)
        available = employees._get_available_hours(start, end)
        first, last = self.date_from, self.date_to
        return {
            employee.id: {
                day: hours for day, hours in available.get(employee.id, {}).items()
                if first <= day <= last}
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


class ServiceUtilizationRow(models.TransientModel):
    """What a technician could have worked in a period, and what he did, day by day."""
    _name = 'service.utilization.row'
    _description = "Row of the Utilization of Technicians"

    utilization_id = fields.Many2one(
        comodel_name='service.utilization', required=True, ondelete='cascade', index=True)
    employee_id = fields.Many2one(comodel_name='hr.employee', required=True, ondelete='cascade')
    team_id = fields.Many2one(comodel_name='service.team', ondelete='cascade')
    days = fields.Json(required=True)


class ServiceUtilizationLine(models.Model):
    """What the user counted: a line for each technician and day.

    Hours of an extension are a field here, and a value of the same name in `_get_booked_hours`.
    """
    _name = 'service.utilization.line'
    _description = "Utilization of a Technician on a Day"
    _auto = False
    _order = 'date, employee_id'
    _rec_name = 'employee_id'
    _depends = {'service.utilization.row': ['days', 'employee_id', 'team_id', 'utilization_id']}

    utilization_id = fields.Many2one(comodel_name='service.utilization', readonly=True)
    employee_id = fields.Many2one(
        comodel_name='hr.employee', string="Technician", readonly=True)
    team_id = fields.Many2one(comodel_name='service.team', readonly=True)
    date = fields.Date(readonly=True)
    hours_available = fields.Float(string="Available", readonly=True)
    hours_worked = fields.Float(string="Worked", readonly=True)
    hours_travelled = fields.Float(string="Travelled", readonly=True)
    hours_charged = fields.Float(string="Charged", readonly=True)
    utilization_percent = fields.Float(
        string="Utilization (%)", readonly=True, aggregator='avg',
        help="Worked and travelled hours divided by the available ones.")
    charged_percent = fields.Float(
        string="Charged (%)", readonly=True, aggregator='avg',
        help="Charged hours divided by the available ones.")

    @property
    def _table_query(self):
        columns = self._get_columns()
        # What else there is was counted for each day.
        counted = {
            name: SQL.identifier('day', name) for name, field in self._fields.items()
            if field.type == 'float' and name not in columns}
        columns.update({
            name: SQL("COALESCE(%s, 0)", column) for name, column in counted.items()})
        # Who counts them sees them, nobody else does.
        return SQL(
            """SELECT %s
                 FROM service_utilization_row counted
           CROSS JOIN LATERAL ROWS FROM (jsonb_to_recordset(counted.days) AS (date date, %s))
                      WITH ORDINALITY AS day
                WHERE counted.create_uid = %s""",
            SQL(", ").join(
                SQL("%s AS %s", column, SQL.identifier(name)) for name, column in columns.items()),
            SQL(", ").join(SQL("%s double precision", SQL.identifier(name)) for name in counted),
            self.env.uid)

    def _get_columns(self):
        """Return {field: its SQL} of what is no hours of a day; extend together with the fields."""
        def divide(hours):
            return SQL("COALESCE(100 * (%s) / NULLIF(day.hours_available, 0), 0)", hours)

        return {
            'id': SQL("CAST(counted.id AS bigint) * 1000 + day.ordinality"),
            **{name: SQL("counted.%s", SQL.identifier(name)) for name in (
                'utilization_id', 'employee_id', 'team_id')},
            'date': SQL("day.date"),
            'utilization_percent': divide(SQL(
                "COALESCE(day.hours_worked, 0) + COALESCE(day.hours_travelled, 0)")),
            'charged_percent': divide(SQL("day.hours_charged")),
        }

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

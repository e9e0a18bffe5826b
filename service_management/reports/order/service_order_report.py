from odoo import fields, models
from odoo.tools import SQL, Query


class ServiceOrderReport(models.Model):
    """Lines of service orders with their revenue, cost and hours, for pivots and graphs."""
    _name = 'service.order.report'
    _description = "Service Analysis"
    _auto = False
    _order = 'date desc, id desc'
    _rec_name = 'order_id'
    _depends = {
        'service.order.line': [
            'billing', 'company_id', 'cost', 'day', 'employee_id', 'is_history', 'is_travel', 'kind',
            'margin', 'object_id', 'order_id', 'order_state', 'partner_id', 'product_id',
            'product_uom_id', 'qty_invoiced', 'quantity', 'quantity_planned', 'responsible_id', 'state', 'task_id',
            'team_id'],
    }

    # What is looked at
    order_id = fields.Many2one(comodel_name='service.order', readonly=True)
    line_id = fields.Many2one(comodel_name='service.order.line', readonly=True)
    company_id = fields.Many2one(comodel_name='res.company', readonly=True)
    currency_id = fields.Many2one(
        comodel_name='res.currency', readonly=True,
        help="Amounts of all companies are in the currency of the one that is looked from.")
    date = fields.Date(readonly=True, help="Day of the work, else of the call.")
    partner_id = fields.Many2one(
        comodel_name='res.partner', string="Customer", readonly=True)
    # What orders and objects know is joined where it is asked for.
    commercial_partner_id = fields.Many2one(
        related='order_id.commercial_partner_id', string="Customer Entity")
    team_id = fields.Many2one(comodel_name='service.team', readonly=True)
    zone_id = fields.Many2one(related='order_id.zone_id')
    type_id = fields.Many2one(related='order_id.type_id', string="Order Type")
    object_id = fields.Many2one(comodel_name='service.object', readonly=True)
    object_group_id = fields.Many2one(related='object_id.group_id', string="Object Group")
    task_id = fields.Many2one(comodel_name='service.task', readonly=True)
    product_id = fields.Many2one(comodel_name='product.product', readonly=True)
    employee_id = fields.Many2one(
        comodel_name='hr.employee', string="Technician", readonly=True)
    user_id = fields.Many2one(comodel_name='res.users', string="Responsible", readonly=True)
    stage_id = fields.Many2one(related='order_id.stage_id')
    kind = fields.Selection(selection='_get_kinds', readonly=True)
    billing = fields.Selection(selection='_get_billings', readonly=True)
    state = fields.Selection(
        selection=[('open', "Open"), ('posted', "Posted")], string="Line State", readonly=True)
    order_state = fields.Selection(selection='_get_order_states', readonly=True)
    is_travel = fields.Boolean(string="Travel", readonly=True)

    # What is measured
    order_count = fields.Integer(
        string="Orders", readonly=True, aggregator='count_distinct',
        help="Orders that the lines belong to.")
    revenue = fields.Monetary(readonly=True)
    cost = fields.Monetary(readonly=True)
    margin = fields.Monetary(readonly=True)
    margin_percent = fields.Float(
        string="Margin (%)", readonly=True, aggregator='avg',
        help="Margin divided by revenue, of all that is added up.")
    hours_planned = fields.Float(readonly=True)
    hours_worked = fields.Float(readonly=True)
    hours_travelled = fields.Float(string="Hours on the Road", readonly=True)
    hours_billed = fields.Float(
        readonly=True, help="Worked and travelled hours that are on invoices, credited ones apart.")
    hours_difference = fields.Float(
        string="Hours over Plan", readonly=True,
        help="Worked and travelled hours beyond the planned ones.")

    def _get_kinds(self):
        return self.env['service.order.line']._fields['kind']._description_selection(self.env)

    def _get_billings(self):
        return self.env['service.order.line']._fields['billing']._description_selection(self.env)

    def _get_order_states(self):
        return self.env['service.stage']._fields['category']._description_selection(self.env)

    @property
    def _table_query(self):
        return SQL(
            "SELECT %s FROM %s WHERE %s", self._select(), self._from(), self._where())

    def _select(self):
        columns = {**self._get_columns(), **self._select_additional_fields()}
        return SQL(", ").join(
            SQL("%s AS %s", column, SQL.identifier(name)) for name, column in columns.items())

    def _get_columns(self):
        """Return {field: its SQL}. Hours are those of lines whose unit measures time."""
        # Margins are kept in the money of the company, as costs are.
        margin = SQL("(line.margin * rates.rate)")
        cost = SQL("(line.cost * rates.rate)")
        revenue = SQL("((line.margin + line.cost) * rates.rate)")
        to_hours = self._get_hours_of_unit()
        worked = SQL("(CASE WHEN line.is_travel THEN 0 ELSE line.quantity END * %s)", to_hours)
        travelled = SQL("(CASE WHEN line.is_travel THEN line.quantity ELSE 0 END * %s)", to_hours)
        planned = SQL("(line.quantity_planned * %s)", to_hours)
        columns = {name: SQL("line.%s", SQL.identifier(name)) for name in (
            'id', 'order_id', 'company_id', 'partner_id', 'object_id', 'task_id', 'product_id',
            'employee_id', 'team_id', 'kind', 'billing', 'state', 'order_state', 'is_travel')}
        return {
            **columns,
            'line_id': SQL("line.id"),
            'currency_id': SQL("CAST(%s AS integer)", self.env.company.currency_id.id),
            'user_id': SQL("line.responsible_id"),
            'date': SQL("line.day"),
            'order_count': SQL("line.order_id"),
            'revenue': revenue,
            'cost': cost,
            'margin': margin,
            'margin_percent': SQL("100 * %s / NULLIF(%s, 0)", margin, revenue),
            'hours_planned': planned,
            'hours_worked': worked,
            'hours_travelled': travelled,
            'hours_billed': SQL("(line.qty_invoiced * %s)", to_hours),
            'hours_difference': SQL("(%s + %s - %s)", worked, travelled, planned),
        }

    def _get_hours_of_unit(self):
        """Return the SQL of how many hours one unit of a line is; what is no time is none.

        There are few units: a join would keep PostgreSQL from reading the index of a period alone.
        """
        hour = self.env.ref('uom.product_uom_hour')
        units = self.env['uom.uom'].with_context(active_test=False).search([])  # pylint: disable=no-search-all
        return SQL(
            "(CASE WHEN line.kind = 'hour' THEN CASE line.product_uom_id %s ELSE 1 END ELSE 0 END)",
            SQL(" ").join(
                SQL("WHEN %s THEN CAST(%s AS numeric)", unit.id, unit.factor / hour.factor)
                for unit in units))

    def _select_additional_fields(self):
        """Return {field: its SQL} of further columns.

        Extend together with the fields, with `_depends`, which is merged, and with `_from` where
        another table is needed.
        """
        return {}

    def _from(self):
        return SQL(
            """service_order_line line
            JOIN (VALUES %s) AS rates (company_id, rate) ON rates.company_id = line.company_id""",
            self._get_rates())

    def _get_rates(self):
        """Return (company, what its money is worth in the one looked from today) as SQL values.

        Accounting's currency table is a temporary one, which a reading cursor cannot create, and
        leaves rates out that all companies share.
        """
        Currency, company = self.env['res.currency'], self.env.company
        today = company._get_service_today()
        return SQL(", ").join(
            SQL("(%s, CAST(%s AS double precision))", other.id, Currency._get_conversion_rate(
                other.currency_id, company.currency_id, company, today))
            for other in self.env.companies)

    def _where(self):
        return SQL("line.state <> 'cancelled' AND line.is_history IS NOT TRUE")

    def _read_group_select(self, aggregate_spec: str, query: Query) -> SQL:
        """Divide sums: the average of percentages says nothing."""
        if aggregate_spec != 'margin_percent:avg':
            return super()._read_group_select(aggregate_spec, query)
        return SQL(
            "100 * SUM(%s) / NULLIF(SUM(%s), 0)",
            self._field_to_sql(self._table, 'margin', query),
            self._field_to_sql(self._table, 'revenue', query))

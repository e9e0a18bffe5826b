from odoo import fields, models
from odoo.tools import SQL


class ServiceFailureReport(models.Model):
    """Failures of objects: how often, how soon again, and how long until they were over.

    A *failure* is one object on one order that is no planned work: of any channel but an agreement
    or a sales order, open, signed off or posted. It begins with the call (`date_order`) and ends
    with the sign-off (`signed_on`). Failures of one object follow each other in the order of calls.

    ``hours_to_repair``
        hours from the call to the sign-off; none while it is not signed off. Its average is the mean
        time to repair.
    ``days_between``
        days from the end of the failure before to the call, 0 where it came earlier; for the first
        one of an object from the day on which it went into service, none where that is not known or
        the failure before is not over. Its average is the mean time between failures.
    ``is_repeat``
        the call came within so many days (`service_repeat_days` of the company) of the end of the
        failure before. Days are whole days in the time zone of the company.
    ``repeated``
        the next failure of the object is such a repeat: the work did not hold.
    ``first_time_fix``
        100 if the failure is signed off, took one visit at most and was not repeated, else 0; none
        while it is not signed off. Its average is the rate of first-time fixes.
    """
    _name = 'service.failure.report'
    _description = "Failure Analysis"
    _auto = False
    _order = 'date desc, id desc'
    _rec_name = 'order_id'
    _depends = {
        'service.order': ['channel', 'company_id', 'date_order', 'object_ids', 'partner_id', 'signed_on',
                          'state', 'team_id', 'type_id'],
        'service.object': ['date_in_service', 'group_id', 'product_id'],
        'service.visit': ['date_start', 'employee_id', 'order_id', 'state'],
        'service.repair': ['diagnosis_id', 'object_id', 'order_id', 'resolution_id', 'symptom_id'],
    }

    order_id = fields.Many2one(comodel_name='service.order', readonly=True)
    object_id = fields.Many2one(comodel_name='service.object', readonly=True)
    product_id = fields.Many2one(
        comodel_name='product.product', string="Product of the Object", readonly=True)
    group_id = fields.Many2one(
        comodel_name='service.object.group', string="Object Group", readonly=True)
    company_id = fields.Many2one(comodel_name='res.company', readonly=True)
    partner_id = fields.Many2one(comodel_name='res.partner', string="Customer", readonly=True)
    team_id = fields.Many2one(comodel_name='service.team', readonly=True)
    type_id = fields.Many2one(comodel_name='service.order.type', string="Order Type", readonly=True)
    employee_id = fields.Many2one(
        comodel_name='hr.employee', string="Technician", readonly=True,
        help="Who came first.")
    symptom_id = fields.Many2one(comodel_name='service.symptom', readonly=True)
    diagnosis_id = fields.Many2one(comodel_name='service.diagnosis', readonly=True)
    resolution_id = fields.Many2one(comodel_name='service.resolution', readonly=True)
    date = fields.Date(string="Called On", readonly=True)
    state = fields.Selection(selection='_get_states', readonly=True)
    is_repeat = fields.Boolean(string="Repeat Visit", readonly=True)

    failures = fields.Integer(readonly=True)
    repeats = fields.Integer(
        string="Repeat Visits", readonly=True, help="Calls that came soon after the one before.")
    repeated = fields.Integer(
        string="Came Again", readonly=True, help="Failures that came again soon.")
    first_time_fix = fields.Float(
        string="First-Time Fix (%)", readonly=True, aggregator='avg',
        help="Of those that are signed off: one visit, and no repeat.")
    days_between = fields.Float(
        string="Days Between Failures", readonly=True, aggregator='avg',
        help="From the end of the failure before, or from start-up, to the call.")
    hours_to_repair = fields.Float(
        string="Hours to Repair", readonly=True, aggregator='avg',
        help="From the call to the sign-off.")
    visits = fields.Integer(readonly=True, help="Visits that took place.")

    def _get_states(self):
        return self.env['service.stage']._fields['category']._description_selection(self.env)

    @property
    def _table_query(self):
        return SQL(
            """WITH companies AS (
                SELECT * FROM (VALUES %(companies)s) AS rows (company_id, tz, days)
            ), calls AS (%(calls)s), failures AS (%(failures)s)
            SELECT id, order_id, object_id, product_id, group_id, company_id, partner_id, team_id,
                   type_id, state, date, employee_id, visits, symptom_id, diagnosis_id, resolution_id,
                   days_between, hours_to_repair, is_repeat, 1 AS failures,
                   CAST(is_repeat AS integer) AS repeats, CAST(comes_again AS integer) AS repeated,
                   CASE WHEN signed_on IS NOT NULL THEN
                       CASE WHEN visits <= 1 AND NOT comes_again THEN 100.0 ELSE 0.0 END
                   END AS first_time_fix
              FROM (
                  SELECT failures.*, COALESCE(LEAD(is_repeat) OVER following, FALSE) AS comes_again
                    FROM failures
                  WINDOW following AS (PARTITION BY object_id ORDER BY date_order, order_id)
              ) AS followed""",
            companies=self._get_company_values(), calls=self._get_calls(),
            failures=self._get_failures())

    def _get_company_values(self):
        """Return (company, its time zone, days within which a call is a repeat) as SQL values."""
        return SQL(", ").join(
            SQL("(%s, %s, %s)", company.id, company._get_service_timezone(),
                company.service_repeat_days)
            for company in self.env.companies)

    def _get_calls(self):
        """Return the SQL of the objects of calls, each with the one before on the same object."""
        return SQL("""
            SELECT calls.id AS order_id, objects.id AS object_id, calls.company_id, calls.partner_id,
                   calls.team_id, calls.type_id, calls.state, calls.date_order, calls.signed_on,
                   objects.product_id, objects.group_id, objects.date_in_service,
                   companies.tz, companies.days,
                   LAG(calls.id) OVER preceding AS order_before,
                   LAG(calls.signed_on) OVER preceding AS end_before
              FROM service_order AS calls
              JOIN companies ON companies.company_id = calls.company_id
              JOIN service_object_service_order_rel AS named ON named.service_order_id = calls.id
              JOIN service_object AS objects ON objects.id = named.service_object_id
             WHERE calls.channel NOT IN ('agreement', 'sale')
               AND calls.state IN ('open', 'signed_off', 'posted')
            WINDOW preceding AS (PARTITION BY objects.id ORDER BY calls.date_order, calls.id)""")

    def _get_failures(self):
        """Return the SQL of calls with their figures, who came, and what was found."""
        return SQL("""
            SELECT CAST(calls.order_id AS bigint) * 16777216 + calls.object_id AS id,
                   calls.order_id, calls.object_id, calls.product_id, calls.group_id, calls.company_id,
                   calls.partner_id, calls.team_id, calls.type_id, calls.state, calls.date_order,
                   calls.signed_on,
                   CAST(calls.date_order AT TIME ZONE 'UTC' AT TIME ZONE calls.tz AS date) AS date,
                   came.employee_id, COALESCE(came.visits, 0) AS visits,
                   codes.symptom_id, codes.diagnosis_id, codes.resolution_id,
                   %(hours)s AS hours_to_repair, %(days)s AS days_between,
                   COALESCE(
                       CAST(calls.date_order AT TIME ZONE 'UTC' AT TIME ZONE calls.tz AS date)
                       - CAST(calls.end_before AT TIME ZONE 'UTC' AT TIME ZONE calls.tz AS date)
                       <= calls.days, FALSE) AS is_repeat
              FROM calls
              LEFT JOIN (
                  SELECT order_id, COUNT(*) FILTER (WHERE state = 'done') AS visits,
                         (ARRAY_AGG(employee_id ORDER BY date_start, id))[1] AS employee_id
                    FROM service_visit
                   WHERE state <> 'cancelled' AND lead_visit_id IS NULL
                   GROUP BY order_id
              ) AS came ON came.order_id = calls.order_id
              LEFT JOIN (
                  SELECT DISTINCT ON (order_id, object_id) order_id, object_id, symptom_id,
                         diagnosis_id, resolution_id
                    FROM service_repair
                   ORDER BY order_id, object_id, sequence, id
              ) AS codes ON codes.order_id = calls.order_id AND codes.object_id = calls.object_id""",
            hours=self._get_span(SQL("calls.date_order"), SQL("calls.signed_on"), 3600),
            days=self._get_span(SQL("""CASE
                WHEN calls.order_before IS NOT NULL THEN calls.end_before
                ELSE CAST(calls.date_in_service AS timestamp) AT TIME ZONE calls.tz
                    AT TIME ZONE 'UTC' END"""), SQL("calls.date_order"), 86400))

    def _get_span(self, start, end, seconds):
        """Return the SQL of a span in units of so many seconds: not less than 0, none without an end."""
        span = SQL("EXTRACT(EPOCH FROM %s - %s) / %s", end, start, seconds)
        return SQL("CASE WHEN %s IS NOT NULL THEN GREATEST(%s, 0) END", span, span)
